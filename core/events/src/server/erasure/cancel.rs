//! `POST /api/v1/events/erasures/{id}/cancel`. What was erased by then does not come back.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::job::{Erasure, find};

/// Stop an erasure
#[utoipa::path(post, path = "/api/v1/events/erasures/{id}/cancel", tag = "events", params(("id" = String, Path)),
    responses((status = 200, body = Erasure), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn cancel(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Erasure>> {
    let mut change = Change::begin(&ctx, &caller, "events.erasure.cancel").await?;
    let before = find(change.on(), &id).await?;
    let cancelled = sqlx::query(
        "UPDATE events_erasure SET state = 'cancelled', ended_at = $1
         WHERE id = $2 AND state IN ('waiting', 'queued', 'running')",
    )
    .bind(change.at().micros())
    .bind(&id)
    .execute(change.on())
    .await?;
    if cancelled.rows_affected() == 0 {
        return Err(ApiError::conflict("this erasure has ended already"));
    }
    let after = find(change.on(), &id).await?;
    change.commit(Audit::changed(after.object(), &before, &after)).await?;
    Ok(Json(after))
}
