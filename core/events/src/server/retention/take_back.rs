//! `DELETE /api/v1/events/retention/waiting`: a change that has not taken effect is taken back.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, error::Problem};

use super::{
    object,
    read::{Retention, view},
    versions,
};

/// Take a change of the rules back
#[utoipa::path(delete, path = "/api/v1/events/retention/waiting", tag = "events",
    responses((status = 200, body = Retention), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn take_back(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Retention>> {
    let mut change = Change::begin(&ctx, &caller, "events.retention.take_back").await?;
    let at = change.at();
    let waiting = versions::waiting(change.on(), at).await?;
    let Some(waiting) = waiting else { return Err(ApiError::conflict("no change of the rules waits")) };
    if versions::in_force(change.on(), at).await?.is_none() {
        return Err(ApiError::conflict("these are the first rules: change them instead"));
    }
    versions::take_back(change.on(), at).await?;
    change.commit(Audit::removed(object(), &waiting)).await?;
    Ok(Json(view(&ctx).await?))
}
