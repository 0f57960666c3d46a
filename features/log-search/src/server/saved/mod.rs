//! Saved questions: one's own and those that others share. What is kept is the question as it was written, so that "the last
//! seven days" are other days tomorrow.

pub(super) mod change;
pub(super) mod create;
pub(super) mod list;
pub(super) mod remove;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Caller, Object};
use yagura_vocabulary::Time;

use super::schedule::{self, ScheduleView};

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// A saved question.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Saved {
    id: String,
    name: String,
    /// The question.
    q: String,
    /// The columns that are shown.
    columns: Vec<String>,
    /// Whether others see it.
    shared: bool,
    /// Whether it is one's own.
    own: bool,
    /// Whose it is.
    owner: String,
    changed_at: Time,
    /// When it runs by itself; null if it does not.
    schedule: Option<ScheduleView>,
}

/// What is saved.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) struct SavedChange {
    /// At most 100 characters.
    name: String,
    /// The question.
    q: String,
    /// The columns that are shown.
    #[serde(default)]
    columns: Vec<String>,
    /// Whether others see it.
    #[serde(default)]
    shared: bool,
}

#[derive(FromRow)]
pub(super) struct SavedRow {
    id: String,
    owner: String,
    owner_name: String,
    pub(super) name: String,
    q: String,
    columns: String,
    shared: i64,
    changed_at: i64,
}

/// The start of every question about them.
const SELECT: &str = "SELECT id, owner, owner_name, name, q, columns, shared, changed_at FROM log_search_saved";

impl SavedRow {
    /// As the caller sees it. Of others' searches they see no schedule, and so nobody whom it tells.
    async fn view(self, connection: &mut AnyConnection, caller: &Caller) -> Result<Saved, ApiError> {
        let own = self.owner == caller.who.id();
        let schedule = if own { schedule::of(connection, &self.id).await? } else { None };
        Ok(Saved {
            schedule,
            own,
            id: self.id,
            name: self.name,
            q: self.q,
            columns: serde_json::from_str(&self.columns).unwrap_or_default(),
            shared: self.shared != 0,
            owner: self.owner_name,
            changed_at: Time::from_micros(self.changed_at),
        })
    }
}

/// Refuses what could not be asked.
fn check(body: &SavedChange) -> Result<(), ApiError> {
    if body.name.trim().is_empty() {
        return Err(ApiError::invalid("/name", "required", "give the search a name"));
    }
    if body.name.chars().count() > LONGEST_NAME {
        return Err(ApiError::invalid("/name", "too_long", "the name has more than 100 characters"));
    }
    yagura_search_language::parse(&body.q)
        .map(drop)
        .map_err(|fault| ApiError::invalid("/q", fault.code.as_str(), fault.to_string()))
}

/// One's own saved question with this id; somebody else's cannot be changed, shared or not.
pub(super) async fn own(connection: &mut AnyConnection, caller: &Caller, id: &str) -> Result<SavedRow, ApiError> {
    let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = $1 AND owner = $2"));
    let row: Option<SavedRow> = sqlx::query_as(sql).bind(id).bind(caller.who.id()).fetch_optional(connection).await?;
    row.ok_or_else(|| ApiError::not_found("saved search of yours"))
}

pub(super) fn object(id: &str, name: &str) -> Object {
    Object::new("saved_search", &id, name)
}
