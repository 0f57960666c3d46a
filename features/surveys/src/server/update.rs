//! `PUT /api/v1/surveys/{id}`: changes what was not sent yet.

use axum::extract::State;
use serde_json::json;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, IfMatch, Json, Path, error::Problem};

use super::{
    audience::Chosen,
    read::{Survey, view},
    survey::{SurveyChange, find},
};

/// Change a survey
///
/// Only before it is sent: what people have read does not change under their hands. A survey that waits for its time is taken
/// back first.
#[utoipa::path(put, path = "/api/v1/surveys/{id}", tag = "surveys", request_body = SurveyChange,
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    responses((status = 200, body = Survey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    seen: IfMatch,
    Json(body): Json<SurveyChange>,
) -> ApiResult<Json<Survey>> {
    body.check()?;
    let mut change = Change::begin(&ctx, &caller, "survey.change").await?;
    let before = find(change.on(), &caller, &id).await?;
    before.must_be(&["draft"], "the survey was sent or waits to be; copy it, or take it back")?;
    seen.check(before.etag())?;
    let chosen = Chosen { groups: body.groups.clone(), people: body.people.clone() };
    chosen.check(change.on(), &caller).await?;
    let was = Chosen::of(change.on(), &id).await?;
    let at = change.at().micros();
    sqlx::query(
        "UPDATE surveys_survey SET title = $1, lead = $2, questions = $3, anonymous = $4, days = $5, remind_days = $6,
         keep_days = $7, changed_at = $8, version = version + 1 WHERE id = $9",
    )
    .bind(body.title.trim())
    .bind(&body.lead)
    .bind(json!(body.questions).to_string())
    .bind(i64::from(body.anonymous))
    .bind(body.days)
    .bind(body.remind_days)
    .bind(body.keep_days)
    .bind(at)
    .bind(&id)
    .execute(change.on())
    .await?;
    chosen.store(change.on(), &id).await?;
    let was = SurveyChange {
        questions: before.questions(),
        anonymous: before.is_anonymous(),
        title: before.title.clone(),
        lead: before.lead.clone(),
        days: before.days,
        remind_days: before.remind_days,
        keep_days: before.keep_days,
        groups: was.groups,
        people: was.people,
    };
    change.commit(Audit::changed(before.object(), &was, &body)).await?;
    Ok(Json(view(&ctx, &caller, &id).await?))
}
