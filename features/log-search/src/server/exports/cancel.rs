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
    let mut change = Change::begin(&ctx, &caller, "export.cancel").await?;
    let stopped = sqlx::query(
        "UPDATE log_search_export SET state = 'cancelled', finished_at = $1
         WHERE id = $2 AND state IN ('queued', 'running')",
    )
    .bind(change.at().micros())
    .bind(&id)
    .execute(change.on())
    .await?;
    // What has ended cannot be cancelled, and nobody is the worse for having asked.
    if stopped.rows_affected() == 1 {
        change.commit(Audit::removed(Object::new("export", &id, &row.q), &row.state)).await?;
        // Another server that makes it sees it within seconds.
        if let Some(job) = ctx.part::<Exports>().running().get(&id) {
            job.stop.cancel();
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
