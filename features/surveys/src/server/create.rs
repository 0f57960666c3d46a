//! `POST /api/v1/surveys`: a new draft.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{
    audience::Chosen,
    read::{Survey, view},
    survey::SurveyChange,
};

/// Make a survey
///
/// It is a draft until it is sent; a draft may be incomplete.
#[utoipa::path(post, path = "/api/v1/surveys", tag = "surveys", request_body = SurveyChange,
    responses((status = 201, body = Survey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<SurveyChange>,
) -> ApiResult<(StatusCode, Json<Survey>)> {
    body.check()?;
    let mut change = Change::begin(&ctx, &caller, "survey.create").await?;
    let id = insert(&mut change, &caller, &body).await?;
    change.commit(Audit::created(Object::new("survey", &id, &body.title), &body)).await?;
    Ok((StatusCode::CREATED, Json(view(&ctx, &caller, &id).await?)))
}

/// Stores a draft; its id.
pub(super) async fn insert(change: &mut Change, caller: &Caller, body: &SurveyChange) -> Result<String, ApiError> {
    let chosen = Chosen { groups: body.groups.clone(), people: body.people.clone() };
    chosen.check(change.on(), caller).await?;
    let (id, at) = (Id::<Survey>::new().to_string(), change.at().micros());
    sqlx::query(
        "INSERT INTO surveys_survey (id, title, lead, questions, anonymous, days, remind_days, keep_days, state, reminders,
         erased_asked, erased_answered, created_by, created_by_id, created_at, changed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', 0, 0, 0, $9, $10, $11, $11, 1)",
    )
    .bind(&id)
    .bind(body.title.trim())
    .bind(&body.lead)
    .bind(serde_json::json!(body.questions).to_string())
    .bind(i64::from(body.anonymous))
    .bind(body.days)
    .bind(body.remind_days)
    .bind(body.keep_days)
    .bind(&caller.name)
    .bind(caller.who.id())
    .bind(at)
    .execute(change.on())
    .await?;
    chosen.store(change.on(), &id).await?;
    Ok(id)
}
