//! A survey as it is stored and shown.

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Etag, Object};
use yagura_vocabulary::Time;

use crate::model::{Fault, LONGEST_LEAD, LONGEST_TITLE, Question, too_large};

/// What somebody writes down of a survey before it is sent.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SurveyChange {
    /// At most 120 characters, one line.
    pub(super) title: String,
    /// Words above the questions: at most 4000 characters.
    pub(super) lead: String,
    pub(super) questions: Vec<Question>,
    /// Whether no answer is stored with the person who gave it. It cannot be changed once the survey is sent.
    pub(super) anonymous: bool,
    /// For how many days it is open.
    #[schema(minimum = 1, maximum = 90)]
    pub(super) days: i64,
    /// Every how many days those who have not answered are reminded; 0: never.
    #[schema(minimum = 0, maximum = 30)]
    pub(super) remind_days: i64,
    /// For how many days answers are kept after its end.
    #[schema(minimum = 2, maximum = 370)]
    pub(super) keep_days: i64,
    /// Ids of groups: everybody at their endpoints is asked.
    pub(super) groups: Vec<String>,
    /// Ids of people.
    pub(super) people: Vec<String>,
}

/// More groups or people than somebody chooses one by one.
const MOST_CHOSEN: usize = 500;

impl SurveyChange {
    /// Refuses what cannot be kept, a draft included.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let mut faults = too_large(&self.questions);
        let mut fault = |pointer: &str, code, message: String| {
            faults.push(Fault { pointer: pointer.to_owned(), code, message });
        };
        if self.title.trim().is_empty() {
            fault("/title", "required", "give the survey a title".to_owned());
        }
        if self.title.chars().count() > LONGEST_TITLE || self.title.contains(['\n', '\r', '\0']) {
            fault("/title", "too_long", format!("a title is one line of at most {LONGEST_TITLE} characters"));
        }
        if self.lead.chars().count() > LONGEST_LEAD || self.lead.contains('\0') {
            fault("/lead", "too_long", format!("at most {LONGEST_LEAD} characters"));
        }
        for (pointer, value, range) in [
            ("/days", self.days, 1..=90),
            ("/remind_days", self.remind_days, 0..=30),
            ("/keep_days", self.keep_days, 2..=370),
        ] {
            if !range.contains(&value) {
                fault(pointer, "out_of_range", format!("{} to {} days", range.start(), range.end()));
            }
        }
        for (pointer, list) in [("/groups", &self.groups), ("/people", &self.people)] {
            if list.len() > MOST_CHOSEN {
                fault(pointer, "too_many", format!("at most {MOST_CHOSEN}"));
            }
        }
        refuse(faults)
    }
}

/// Turns faults into the refusal that names each.
pub(super) fn refuse(faults: Vec<Fault>) -> Result<(), ApiError> {
    let mut faults = faults.into_iter();
    let Some(Fault { pointer, code, message }) = faults.next() else { return Ok(()) };
    let first = ApiError::invalid(&pointer, code, message);
    Err(faults.fold(first, |error, Fault { pointer, code, message }| error.with(&pointer, code, Some(message))))
}

/// A survey's row.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) questions: String,
    pub(super) anonymous: i64,
    pub(super) days: i64,
    pub(super) remind_days: i64,
    pub(super) keep_days: i64,
    /// `draft`, `planned`, `open`, `closed` or `erased`.
    pub(super) state: String,
    pub(super) starts_at: Option<i64>,
    pub(super) opened_at: Option<i64>,
    pub(super) ends_at: Option<i64>,
    pub(super) closed_at: Option<i64>,
    pub(super) erase_at: Option<i64>,
    pub(super) reminded_at: Option<i64>,
    pub(super) reminders: i64,
    pub(super) created_by: String,
    pub(super) created_by_id: String,
    pub(super) created_at: i64,
    pub(super) changed_at: i64,
    pub(super) version: i64,
    pub(super) asked: i64,
    pub(super) answered: i64,
}

/// The start of every question about surveys, which are `s` in it.
pub(super) const SELECT: &str = "SELECT s.id AS id, s.title AS title, s.lead AS lead, s.questions AS questions,
     s.anonymous AS anonymous, s.days AS days, s.remind_days AS remind_days, s.keep_days AS keep_days, s.state AS state,
     s.starts_at AS starts_at, s.opened_at AS opened_at, s.ends_at AS ends_at, s.closed_at AS closed_at,
     s.erase_at AS erase_at, s.reminded_at AS reminded_at, s.reminders AS reminders, s.created_by AS created_by,
     s.created_by_id AS created_by_id, s.created_at AS created_at, s.changed_at AS changed_at, s.version AS version,
     s.erased_asked + (SELECT COUNT(*) FROM surveys_asked k WHERE k.survey_id = s.id) AS asked,
     s.erased_answered + (SELECT COUNT(*) FROM surveys_asked k WHERE k.survey_id = s.id AND k.answered > 0) AS answered
     FROM surveys_survey s";

/// SQL that keeps the surveys of which the caller whose limit is `$n` may see everybody who is asked, and their own drafts.
pub(super) fn seen(n: usize) -> String {
    format!(
        "(${n} = '' OR (s.created_by_id = ${n} AND s.state = 'draft') OR (
         (EXISTS (SELECT 1 FROM surveys_group g WHERE g.survey_id = s.id)
          OR EXISTS (SELECT 1 FROM surveys_person p WHERE p.survey_id = s.id))
         AND NOT EXISTS (SELECT 1 FROM surveys_group g WHERE g.survey_id = s.id AND NOT {})
         AND NOT EXISTS (SELECT 1 FROM surveys_person p WHERE p.survey_id = s.id AND NOT EXISTS (
          SELECT 1 FROM people_account a JOIN endpoints_endpoint e ON e.id = a.endpoint_id
          WHERE a.person_id = p.person_id AND {}))))",
        visible("g.group_id", n),
        visible("e.group_id", n)
    )
}

impl Row {
    pub(super) fn questions(&self) -> Vec<Question> {
        serde_json::from_str(&self.questions).unwrap_or_default()
    }

    pub(super) fn is_anonymous(&self) -> bool {
        self.anonymous != 0
    }

    pub(super) fn etag(&self) -> Etag {
        Etag(self.version)
    }

    pub(super) fn object(&self) -> Object {
        Object::new("survey", &self.id, &self.title)
    }

    /// Whether answers are taken at this time.
    pub(super) fn is_open(&self, now: Time) -> bool {
        self.state == "open" && self.ends_at.is_some_and(|ends| ends > now.micros())
    }

    /// Refuses unless it is in one of these states.
    pub(super) fn must_be(&self, states: &[&str], why: &'static str) -> Result<(), ApiError> {
        if states.contains(&self.state.as_str()) { Ok(()) } else { Err(ApiError::conflict(why)) }
    }
}

/// The survey with this id that the caller may see.
pub(super) async fn find(connection: &mut AnyConnection, caller: &Caller, id: &str) -> Result<Row, ApiError> {
    let sql = AssertSqlSafe(format!("{SELECT} WHERE s.id = $1 AND {}", seen(2)));
    let row: Option<Row> = sqlx::query_as(sql).bind(id).bind(caller.limit()).fetch_optional(connection).await?;
    row.ok_or_else(|| ApiError::not_found("survey"))
}

/// The survey with this id, whoever asks.
pub(super) async fn by_id(connection: &mut AnyConnection, id: &str) -> Result<Option<Row>, ApiError> {
    let sql = AssertSqlSafe(format!("{SELECT} WHERE s.id = $1"));
    Ok(sqlx::query_as(sql).bind(id).fetch_optional(connection).await?)
}
