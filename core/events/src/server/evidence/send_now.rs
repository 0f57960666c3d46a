//! `POST /api/v1/events/evidence/send`.

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, error::Problem};
use yagura_vocabulary::Id;

use super::{
    Bell, heads, object,
    read::{EvidenceView, view},
    settings::{self, Destination},
};
use crate::server::store;

/// The kind of ids of heads.
enum HeadKind {}

/// What stands in the audit log.
#[derive(Serialize)]
struct Sent<'a> {
    destinations: &'a [Destination],
}

/// Send the journal's head now
#[utoipa::path(post, path = "/api/v1/events/evidence/send", tag = "events",
    responses((status = 202, body = EvidenceView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn send_now(
    State(ctx): State<Context>,
    caller: Caller,
) -> ApiResult<(StatusCode, Json<EvidenceView>)> {
    let none = || ApiError::conflict("the events are in a store that keeps no journal");
    let evidence = store(&ctx).evidence().ok_or_else(none)?;
    let mut change = Change::begin(&ctx, &caller, "events.evidence.send").await?;
    let destinations = settings::load(change.on()).await?.settings.destinations;
    if destinations.is_empty() {
        return Err(ApiError::conflict("say first where the head goes"));
    }
    let id = Id::<HeadKind>::new().to_string();
    heads::write_down(&ctx, change.on(), evidence, (&id, Some(&caller.name)), &destinations).await?;
    change.commit(Audit::created(object(), &Sent { destinations: &destinations })).await?;
    ctx.part::<Bell>().0.ring();
    Ok((StatusCode::ACCEPTED, Json(view(&ctx).await?)))
}
