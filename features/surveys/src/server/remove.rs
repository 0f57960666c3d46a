//! `DELETE /api/v1/surveys/{id}`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, IfMatch, Path, error::Problem};

use super::survey::find;

/// Remove a survey
///
/// With all of its answers. One that is open is closed first.
#[utoipa::path(delete, path = "/api/v1/surveys/{id}", tag = "surveys",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    seen: IfMatch,
) -> ApiResult<StatusCode> {
    let mut change = Change::begin(&ctx, &caller, "survey.remove").await?;
    let before = find(change.on(), &caller, &id).await?;
    before.must_be(&["draft", "planned", "closed", "erased"], "the survey is open; close it first")?;
    seen.check(before.etag())?;
    forget_answers(change.on(), &id).await?;
    for table in ["surveys_group", "surveys_person", "surveys_told"] {
        let sql = AssertSqlSafe(format!("DELETE FROM {table} WHERE survey_id = $1"));
        sqlx::query(sql).bind(&id).execute(change.on()).await?;
    }
    sqlx::query("DELETE FROM surveys_survey WHERE id = $1").bind(&id).execute(change.on()).await?;
    let was = json!({"state": before.state, "asked": before.asked, "answered": before.answered});
    change.commit(Audit::removed(before.object(), &was)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes all answers away, and who was asked.
pub(super) async fn forget_answers(on: &mut AnyConnection, survey: &str) -> Result<(), ApiError> {
    for table in ["surveys_answer", "surveys_asked"] {
        let sql = AssertSqlSafe(format!("DELETE FROM {table} WHERE survey_id = $1"));
        sqlx::query(sql).bind(survey).execute(&mut *on).await?;
    }
    Ok(())
}
