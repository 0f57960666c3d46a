//! `POST /api/v1/surveys/{id}/remind`: now, besides the usual days.

use std::time::Duration;

use axum::extract::State;
use serde_json::json;
use yagura_notices::Sent;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{
    read::{Survey, view},
    survey::{Row, find},
    tell::again,
};

/// Nobody is reminded twice within this.
const PAUSE: Duration = Duration::from_secs(3600);

/// Remind those who have not answered
#[utoipa::path(post, path = "/api/v1/surveys/{id}/remind", tag = "surveys", params(("id" = String, Path)),
    responses((status = 200, body = Survey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn remind(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Survey>> {
    let mut change = Change::begin(&ctx, &caller, "survey.remind").await?;
    let before = find(change.on(), &caller, &id).await?;
    if !before.is_open(change.at()) {
        return Err(ApiError::conflict("the survey is not open"));
    }
    if before.reminders > 0 && before.reminded_at.is_some_and(|at| Time::from_micros(at) + PAUSE > change.at()) {
        return Err(ApiError::conflict("people were reminded within the last hour"));
    }
    if before.asked == before.answered {
        return Err(ApiError::conflict("everybody has answered"));
    }
    let (audit, sent) = nag(&ctx, &mut change, &before, &caller.limit()).await?;
    change.commit(audit).await?;
    if let Some(sent) = sent {
        sent.nudge(&ctx);
    }
    Ok(Json(view(&ctx, &caller, &id).await?))
}

/// Reminds within a change.
pub(super) async fn nag(
    ctx: &Context,
    change: &mut Change,
    before: &Row,
    limit: &str,
) -> Result<(Audit, Option<Sent>), ApiError> {
    let at = change.at().micros();
    let reminded = sqlx::query(
        "UPDATE surveys_survey SET reminded_at = $1, reminders = reminders + 1 WHERE id = $2 AND reminders = $3",
    )
    .bind(at)
    .bind(&before.id)
    .bind(before.reminders)
    .execute(change.on())
    .await?;
    if reminded.rows_affected() == 0 {
        return Err(ApiError::conflict("people were reminded within the last hour"));
    }
    let (endpoints, sent) = again(ctx, change, before, limit).await?;
    let after = json!({"waiting": before.asked - before.answered, "endpoints": endpoints});
    Ok((Audit::created(before.object(), &after), sent))
}
