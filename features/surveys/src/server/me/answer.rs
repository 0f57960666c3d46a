//! `PUT /api/v1/me/surveys/{id}/answer`.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem, secret};

use super::{
    Mine, mine, of_mine,
    read::{MySurvey, view},
};
use crate::{
    answer::{Answers, checked},
    server::survey::{Row, refuse},
};

/// Who is written down as the author of an anonymous answer: with the person, the time would say whose it is.
const NOBODY: &str = "anonymous";

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MyAnswer {
    /// By the ids of the questions; a question that is left out is not answered.
    #[schema(value_type = std::collections::BTreeMap<String, crate::answer::Answer>)]
    answers: Answers,
    /// `answered` of the survey as it was read: 0 the first time.
    seen: i64,
}

/// Answer a survey
///
/// Where it is not anonymous, the answer can be changed until the survey ends.
#[utoipa::path(put, path = "/api/v1/me/surveys/{id}/answer", tag = "me", request_body = MyAnswer,
    params(("id" = String, Path)),
    responses((status = 200, body = MySurvey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(in crate::server) async fn answer(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<MyAnswer>,
) -> ApiResult<Json<MySurvey>> {
    let mine = mine(&ctx, &caller).await?.ok_or_else(|| ApiError::not_found("survey for you"))?;
    let (survey, who, answered) = of_mine(&ctx, &mine, &id).await?;
    if !survey.is_open(ctx.now()) {
        return Err(ended());
    }
    if survey.is_anonymous() && answered > 0 {
        let once = "you have answered already; an anonymous answer is nobody's and cannot be changed";
        return Err(ApiError::conflict(once).with("/survey", "answered", None));
    }
    let answers = checked(&survey.questions(), &body.answers).map_err(refused)?;
    let mut change = if survey.is_anonymous() {
        Change::begin_as(&ctx, NOBODY, None, "survey.answer").await?
    } else {
        Change::begin(&ctx, &caller, "survey.answer").await?
    };
    note(&mut change, &survey, (&mine, &who), body.seen).await?;
    keep(&mut change, &survey, (&mine, &who), &answers).await?;
    change.commit(Audit::created(survey.object(), &json!({}))).await?;
    Ok(Json(view(&ctx, &mine, &id).await?))
}

fn refused(faults: Vec<crate::model::Fault>) -> ApiError {
    // There is at least one fault: that is why it was refused.
    refuse(faults).err().unwrap_or_else(|| ApiError::invalid("/answers", "invalid", "the answers cannot be kept"))
}

fn ended() -> ApiError {
    ApiError::conflict("the survey has ended").with("/survey", "ended", None)
}

/// Writes down that they have answered, if that is still so as they have seen it: of two windows, one is first.
async fn note(change: &mut Change, survey: &Row, (mine, who): (&Mine, &str), seen: i64) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO surveys_asked (survey_id, who, name, answered) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING",
    )
    .bind(&survey.id)
    .bind(who)
    .bind(&mine.name)
    .execute(change.on())
    .await?;
    let now = change.at().micros();
    let open = "EXISTS (SELECT 1 FROM surveys_survey s WHERE s.id = $1 AND s.state = 'open' AND s.ends_at > $4)";
    let sql = format!(
        "UPDATE surveys_asked SET answered = answered + 1 WHERE survey_id = $1 AND who = $2 AND answered = $3 AND {open}"
    );
    let noted = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(&survey.id)
        .bind(who)
        .bind(seen)
        .bind(now)
        .execute(change.on())
        .await?;
    if noted.rows_affected() == 1 {
        return Ok(());
    }
    let (still,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM surveys_survey WHERE id = $1 AND state = 'open' AND ends_at > $2")
            .bind(&survey.id)
            .bind(now)
            .fetch_one(change.on())
            .await?;
    if still == 0 {
        return Err(ended());
    }
    let other = "you have answered in another window meanwhile; load the page again to see that answer";
    Err(ApiError::conflict(other).with("/survey", "changed", None))
}

async fn keep(
    change: &mut Change,
    survey: &Row,
    (mine, who): (&Mine, &str),
    answers: &Answers,
) -> Result<(), ApiError> {
    let at = change.at().micros();
    // Neither a name nor a time, and an id that is nobody's and says nothing of when it was made.
    let (who, name, at) = if survey.is_anonymous() {
        (secret::new("")?, None, None)
    } else {
        (who.to_owned(), Some(&mine.name), Some(at))
    };
    sqlx::query(
        "INSERT INTO surveys_answer (survey_id, who, name, answered_at, answers) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (survey_id, who) DO UPDATE SET name = excluded.name, answered_at = excluded.answered_at,
         answers = excluded.answers",
    )
    .bind(&survey.id)
    .bind(who)
    .bind(name)
    .bind(at)
    .bind(json!(answers).to_string())
    .execute(change.on())
    .await?;
    Ok(())
}
