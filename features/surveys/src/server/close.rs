//! `POST /api/v1/surveys/{id}/close`: before its time.

use axum::extract::State;
use serde_json::json;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{
    due::night,
    read::{Survey, view},
    send::DAY,
    survey::{Row, find},
};

/// Close a survey before its time
///
/// No answer is taken any more; the days for which answers are kept begin.
#[utoipa::path(post, path = "/api/v1/surveys/{id}/close", tag = "surveys", params(("id" = String, Path)),
    responses((status = 200, body = Survey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn close(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Survey>> {
    let mut change = Change::begin(&ctx, &caller, "survey.close").await?;
    let before = find(change.on(), &caller, &id).await?;
    before.must_be(&["open"], "the survey is not open")?;
    let at = change.at();
    let audit = end(&ctx, &mut change, &before, at).await?;
    change.commit(audit).await?;
    Ok(Json(view(&ctx, &caller, &id).await?))
}

/// Closes a survey within a change, as of `at`.
pub(super) async fn end(ctx: &Context, change: &mut Change, before: &Row, at: Time) -> Result<Audit, ApiError> {
    let erase_at = night(ctx, at + DAY * u32::try_from(before.keep_days).unwrap_or(2)).await?;
    let closed = sqlx::query(
        "UPDATE surveys_survey SET state = 'closed', closed_at = $1, ends_at = $1, erase_at = $2, version = version + 1
         WHERE id = $3 AND state = 'open'",
    )
    .bind(at.micros())
    .bind(erase_at.micros())
    .bind(&before.id)
    .execute(change.on())
    .await?;
    if closed.rows_affected() == 0 {
        return Err(ApiError::conflict("the survey is closed already"));
    }
    let after = json!({"state": "closed", "asked": before.asked, "answered": before.answered, "erase_at": erase_at});
    Ok(Audit::changed(before.object(), &json!({"state": "open"}), &after))
}
