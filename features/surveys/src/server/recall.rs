//! `POST /api/v1/surveys/{id}/recall`: takes back what waits for its time.

use axum::extract::State;
use serde_json::json;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};

use super::{
    read::{Survey, view},
    survey::find,
};

/// Take a planned survey back
///
/// It is a draft again, and can be changed.
#[utoipa::path(post, path = "/api/v1/surveys/{id}/recall", tag = "surveys", params(("id" = String, Path)),
    responses((status = 200, body = Survey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn recall(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Survey>> {
    let mut change = Change::begin(&ctx, &caller, "survey.recall").await?;
    let before = find(change.on(), &caller, &id).await?;
    before.must_be(&["planned"], "the survey does not wait for its time")?;
    sqlx::query("UPDATE surveys_survey SET state = 'draft', starts_at = NULL, version = version + 1 WHERE id = $1")
        .bind(&id)
        .execute(change.on())
        .await?;
    change.commit(Audit::changed(before.object(), &json!({"state": "planned"}), &json!({"state": "draft"}))).await?;
    Ok(Json(view(&ctx, &caller, &id).await?))
}
