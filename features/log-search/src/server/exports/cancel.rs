//! `POST /api/v1/log-search/exports/{id}/cancel`.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::{Exports, own};

/// Cancel an export
#[utoipa::path(post, path = "/api/v1/log-search/exports/{id}/cancel", tag = "log-search",
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn cancel(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let row = own(&ctx, &caller, &id).await?;
    let stop = ctx.part::<Exports>().running().get(&id).map(|job| job.stop.clone());
    // What has ended cannot be cancelled, and nobody is the worse for having asked.
    if let Some(stop) = stop {
        let change = Change::begin(&ctx, &caller, "export.cancel").await?;
        change.commit(Audit::removed(Object::new("export", &id, &row.q), &row.state)).await?;
        stop.cancel();
    }
    Ok(StatusCode::NO_CONTENT)
}
