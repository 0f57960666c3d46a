//! `POST /api/v1/events/holds/{id}/end`. Nothing goes at once: what no rule keeps any longer goes in the next night.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::{Hold, all, object, reason};

/// Why a hold ends.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct EndOfHold {
    /// At most 500 characters.
    reason: String,
}

/// End a legal hold
#[utoipa::path(post, path = "/api/v1/events/holds/{id}/end", tag = "events", params(("id" = String, Path)),
    request_body = EndOfHold,
    responses((status = 200, body = Hold), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn end(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<EndOfHold>,
) -> ApiResult<Json<Hold>> {
    let reason = reason(&body.reason)?;
    let mut change = Change::begin(&ctx, &caller, "events.hold.end").await?;
    let find = |holds: Vec<Hold>| holds.into_iter().find(|hold| hold.id == id);
    let before = find(all(change.on()).await?).ok_or_else(|| ApiError::not_found("hold"))?;
    if before.ended_at.is_some() {
        return Err(ApiError::conflict("this hold has ended already"));
    }
    sqlx::query("UPDATE events_hold SET ended_at = $1, ended_by = $2, end_reason = $3 WHERE id = $4")
        .bind(change.at().micros())
        .bind(&caller.name)
        .bind(&reason)
        .bind(&id)
        .execute(change.on())
        .await?;
    let after = find(all(change.on()).await?).ok_or_else(|| ApiError::not_found("hold"))?;
    change.commit(Audit::changed(object(&after), &before, &after).because(Some(reason))).await?;
    Ok(Json(after))
}
