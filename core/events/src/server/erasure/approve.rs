//! `POST /api/v1/events/erasures/{id}/approve`.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::job::{Erasure, find};
use crate::server::removing::Signals;

/// Approve an erasure that another administrator ordered
#[utoipa::path(post, path = "/api/v1/events/erasures/{id}/approve", tag = "events", params(("id" = String, Path)),
    responses((status = 200, body = Erasure), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn approve(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Erasure>> {
    let mut change = Change::begin(&ctx, &caller, "events.erasure.approve").await?;
    let before = find(change.on(), &id).await?;
    if before.asked_by_id == caller.who.id() {
        return Err(ApiError::conflict("somebody else than who ordered it must approve it"));
    }
    let approved = sqlx::query(
        "UPDATE events_erasure SET state = 'queued', approved_by = $1, approved_at = $2
         WHERE id = $3 AND state = 'waiting'",
    )
    .bind(&caller.name)
    .bind(change.at().micros())
    .bind(&id)
    .execute(change.on())
    .await?;
    if approved.rows_affected() == 0 {
        return Err(ApiError::conflict("this erasure does not wait for an approval"));
    }
    let after = find(change.on(), &id).await?;
    change.commit(Audit::changed(after.object(), &before, &after).because(Some(after.reason.clone()))).await?;
    ctx.part::<Signals>().bell.notify_one();
    Ok(Json(after))
}
