//! `DELETE /api/v1/log-search/saved/{id}/schedule`.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Path, error::Problem};

use super::{drop_of, of};
use crate::server::saved::{object, own};

/// No longer run a saved search at set times
#[utoipa::path(delete, path = "/api/v1/log-search/saved/{id}/schedule", tag = "log-search",
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let mut change = Change::begin(&ctx, &caller, "saved_search.unschedule").await?;
    let saved = own(change.on(), &caller, &id).await?;
    let before = of(change.on(), &id).await?;
    if !drop_of(change.on(), &id).await? {
        return Err(ApiError::not_found("schedule"));
    }
    change.commit(Audit::removed(object(&id, &saved.name), &before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
