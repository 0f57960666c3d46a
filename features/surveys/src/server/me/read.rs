//! `GET /api/v1/me/surveys/{id}`: the questions, and what one answered.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{Mine, mine, of_mine};
use crate::{answer::Answers, model::Question};

/// A survey that asks the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MySurvey {
    id: String,
    title: String,
    lead: String,
    questions: Vec<Question>,
    /// Whether the answer is stored without saying whose it is.
    anonymous: bool,
    /// Whether answers are taken now.
    open: bool,
    ends_at: Option<Time>,
    /// For how many days answers are kept after the end.
    keep_days: i64,
    /// Who asks.
    created_by: String,
    /// As whom the caller answers, where the survey is not anonymous.
    name: Option<String>,
    /// How often the caller has answered; a change says which it has seen.
    answered: i64,
    /// What they answered; null before, and where nobody knows whose an answer is.
    #[schema(value_type = Option<std::collections::BTreeMap<String, crate::answer::Answer>>)]
    answers: Option<Answers>,
}

/// Read a survey that asks me
#[utoipa::path(get, path = "/api/v1/me/surveys/{id}", tag = "me", params(("id" = String, Path)),
    responses((status = 200, body = MySurvey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(in crate::server) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<MySurvey>> {
    let mine = mine(&ctx, &caller).await?.ok_or_else(|| ApiError::not_found("survey for you"))?;
    Ok(Json(view(&ctx, &mine, &id).await?))
}

pub(super) async fn view(ctx: &Context, mine: &Mine, id: &str) -> Result<MySurvey, ApiError> {
    let (survey, who, answered) = of_mine(ctx, mine, id).await?;
    let answers: Option<(String,)> =
        sqlx::query_as("SELECT answers FROM surveys_answer WHERE survey_id = $1 AND who = $2")
            .bind(id)
            .bind(&who)
            .fetch_optional(ctx.db().read())
            .await?;
    let anonymous = survey.is_anonymous();
    Ok(MySurvey {
        questions: survey.questions(),
        open: survey.is_open(ctx.now()),
        anonymous,
        answered,
        answers: answers.and_then(|(json,)| serde_json::from_str(&json).ok()),
        name: (!anonymous).then(|| mine.name.clone()),
        ends_at: survey.ends_at.map(Time::from_micros),
        id: survey.id,
        title: survey.title,
        lead: survey.lead,
        keep_days: survey.keep_days,
        created_by: survey.created_by,
    })
}
