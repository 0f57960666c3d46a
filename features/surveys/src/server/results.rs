//! `GET /api/v1/surveys/{id}/results`: what came of it. Who opens named answers is written down.

use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use sqlx::{AnyConnection, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::survey::{Row, find};
use crate::{
    answer::Answers,
    tally::{LEAST_ANONYMOUS, Tally, tally},
};

/// What came of a survey.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SurveyResults {
    asked: i64,
    answered: i64,
    /// Whether there are too few answers of an anonymous survey to show any: fewer than five.
    withheld: bool,
    /// For each question, in their order; empty where answers are withheld or erased.
    tallies: Vec<Tally>,
    /// Who answered what; null where the survey is anonymous.
    people: Option<Vec<SurveyReply>>,
    /// The names of those who have not answered; null where the survey is anonymous.
    waiting: Option<Vec<String>>,
}

/// What somebody answered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SurveyReply {
    name: String,
    at: Time,
    /// By the ids of the questions.
    #[schema(value_type = std::collections::BTreeMap<String, crate::answer::Answer>)]
    answers: Answers,
}

/// A stored answer.
#[derive(Debug, FromRow)]
pub(super) struct Stored {
    pub(super) name: Option<String>,
    pub(super) answered_at: Option<i64>,
    answers: String,
}

impl Stored {
    pub(super) fn answers(&self) -> Answers {
        serde_json::from_str(&self.answers).unwrap_or_default()
    }
}

/// See the results of a survey
#[utoipa::path(get, path = "/api/v1/surveys/{id}/results", tag = "surveys", params(("id" = String, Path)),
    responses((status = 200, body = SurveyResults), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn results(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<SurveyResults>> {
    let mut connection = ctx.db().read().acquire().await?;
    let survey = find(&mut connection, &caller, &id).await?;
    let stored = stored(&mut connection, &survey).await?;
    let named = !survey.is_anonymous();
    let waiting: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM surveys_asked WHERE survey_id = $1 AND answered = 0 ORDER BY name")
            .bind(&id)
            .fetch_all(&mut *connection)
            .await?;
    drop(connection);
    if named && !stored.is_empty() {
        let change = Change::begin(&ctx, &caller, "survey.view").await?;
        change.commit(Audit::created(survey.object(), &json!({"answers": stored.len()}))).await?;
    }
    let withheld = is_withheld(&survey, stored.len());
    let answers: Vec<_> = stored.iter().map(Stored::answers).collect();
    let show = !withheld && survey.state != "erased";
    let replies = stored.into_iter().map(|stored| SurveyReply {
        answers: stored.answers(),
        name: stored.name.unwrap_or_default(),
        at: Time::from_micros(stored.answered_at.unwrap_or_default()),
    });
    Ok(Json(SurveyResults {
        withheld,
        tallies: if show { tally(&survey.questions(), &answers) } else { Vec::new() },
        people: named.then(|| replies.collect()),
        waiting: named.then(|| waiting.into_iter().map(|(name,)| name).collect()),
        asked: survey.asked,
        answered: survey.answered,
    }))
}

/// Whether there are too few answers to show any.
pub(super) fn is_withheld(survey: &Row, count: usize) -> bool {
    survey.is_anonymous() && survey.state != "erased" && count < LEAST_ANONYMOUS
}

/// All answers: by name, or, where nobody is named, in an order that says nothing.
pub(super) async fn stored(connection: &mut AnyConnection, survey: &Row) -> Result<Vec<Stored>, ApiError> {
    // Without a name, `who` is a random text of its own.
    let sql = "SELECT name, answered_at, answers FROM surveys_answer WHERE survey_id = $1 ORDER BY name, who";
    Ok(sqlx::query_as(sql).bind(&survey.id).fetch_all(connection).await?)
}
