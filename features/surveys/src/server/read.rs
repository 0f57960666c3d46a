//! `GET /api/v1/surveys/{id}`: a survey with whom it asks.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{
    audience::Chosen,
    survey::{Row, find},
};
use crate::model::Question;

/// A survey.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Survey {
    id: String,
    title: String,
    lead: String,
    questions: Vec<Question>,
    anonymous: bool,
    days: i64,
    remind_days: i64,
    keep_days: i64,
    /// Whose endpoints' people are asked.
    groups: Vec<SurveyGroup>,
    people: Vec<SurveyPerson>,
    /// How many endpoints and people that is now; null once it is sent.
    reach: Option<SurveyReach>,
    /// `draft`, `planned` (it opens at `starts_at`), `open`, `closed`, or `erased` with its answers.
    state: String,
    starts_at: Option<Time>,
    opened_at: Option<Time>,
    ends_at: Option<Time>,
    closed_at: Option<Time>,
    /// When its answers are erased.
    erase_at: Option<Time>,
    /// When people were last reminded.
    reminded_at: Option<Time>,
    reminders: i64,
    /// How many people were asked.
    asked: i64,
    /// How many of them have answered.
    answered: i64,
    created_by: String,
    created_at: Time,
    changed_at: Time,
    etag: String,
}

/// A group that is asked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SurveyGroup {
    id: String,
    /// From the root; null when the group is gone.
    path: Option<String>,
}

/// Somebody who is asked by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SurveyPerson {
    id: String,
    /// Null when they are gone from the list of people.
    name: Option<String>,
}

/// Whom a survey would reach now.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct SurveyReach {
    endpoints: usize,
    people: usize,
}

/// Read a survey
#[utoipa::path(get, path = "/api/v1/surveys/{id}", tag = "surveys", params(("id" = String, Path)),
    responses((status = 200, body = Survey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Survey>> {
    Ok(Json(view(&ctx, &caller, &id).await?))
}

/// The survey as the caller sees it now.
pub(super) async fn view(ctx: &Context, caller: &Caller, id: &str) -> Result<Survey, ApiError> {
    let mut connection = ctx.db().read().acquire().await?;
    let row = find(&mut connection, caller, id).await?;
    let chosen = Chosen::of(&mut connection, id).await?;
    let mut groups = Vec::with_capacity(chosen.groups.len());
    for id in &chosen.groups {
        let path: Option<(String,)> = sqlx::query_as("SELECT path FROM endpoints_group WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
        groups.push(SurveyGroup { id: id.clone(), path: path.map(|(path,)| path) });
    }
    let mut people = Vec::with_capacity(chosen.people.len());
    for id in &chosen.people {
        let name: Option<(String,)> = sqlx::query_as("SELECT name FROM people_person WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
        people.push(SurveyPerson { id: id.clone(), name: name.map(|(name,)| name) });
    }
    drop(connection);
    let reach = match row.state.as_str() {
        "draft" | "planned" => {
            let reach = chosen.reach(ctx, &caller.limit()).await?;
            Some(SurveyReach { endpoints: reach.recipients.len(), people: reach.asked.len() })
        }
        _ => None,
    };
    Ok(row.view(groups, people, reach))
}

impl Row {
    fn view(self, groups: Vec<SurveyGroup>, people: Vec<SurveyPerson>, reach: Option<SurveyReach>) -> Survey {
        let (questions, anonymous, etag) = (self.questions(), self.is_anonymous(), self.etag().to_string());
        let time = |at: Option<i64>| at.map(Time::from_micros);
        Survey {
            questions,
            anonymous,
            etag,
            groups,
            people,
            reach,
            id: self.id,
            title: self.title,
            lead: self.lead,
            days: self.days,
            remind_days: self.remind_days,
            keep_days: self.keep_days,
            state: self.state,
            starts_at: time(self.starts_at),
            opened_at: time(self.opened_at),
            ends_at: time(self.ends_at),
            closed_at: time(self.closed_at),
            erase_at: time(self.erase_at),
            reminded_at: time(self.reminded_at),
            reminders: self.reminders,
            asked: self.asked,
            answered: self.answered,
            created_by: self.created_by,
            created_at: Time::from_micros(self.created_at),
            changed_at: Time::from_micros(self.changed_at),
        }
    }
}
