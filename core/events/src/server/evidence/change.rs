//! `PUT /api/v1/events/evidence`.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, error::Problem};

use super::{
    Bell, bucket, object,
    read::{EvidenceView, view},
    settings::{self, Settings},
};
use crate::server::store;

/// Change where the journal's head goes
#[utoipa::path(put, path = "/api/v1/events/evidence", tag = "events", params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")), request_body = Settings,
    responses((status = 200, body = EvidenceView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn change(
    State(ctx): State<Context>,
    caller: Caller,
    if_match: IfMatch,
    Json(mut body): Json<Settings>,
) -> ApiResult<Json<EvidenceView>> {
    let secrets = bucket::take_secrets(&mut body);
    body.check()?;
    if store(&ctx).evidence().is_none() {
        return Err(ApiError::conflict("the events are in a store that keeps no journal"));
    }
    let mut change = Change::begin(&ctx, &caller, "events.evidence.update").await?;
    let at = change.at();
    let before = settings::load(change.on()).await?;
    if_match.check(Etag(before.version))?;
    settings::store(change.on(), &body, at).await?;
    bucket::keep_secrets(change.on(), &body, secrets).await?;
    change.commit(Audit::changed(object(), &before.settings, &body)).await?;
    ctx.part::<Bell>().0.ring();
    Ok(Json(view(&ctx).await?))
}
