//! An erasure as it is written down.

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Object};
use yagura_vocabulary::{Time, id::PersonId};

use crate::server::removing::{Preview, RemovedView};

/// An erasure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Erasure {
    pub(super) id: String,
    /// `waiting` for the approval of a second administrator, `queued`, `running`, `done`, `failed` or `cancelled`.
    pub(super) state: String,
    pub(super) person: String,
    pub(super) person_name: String,
    /// Why.
    pub(super) reason: String,
    /// What was seen before it was ordered.
    pub(super) preview: Option<Preview>,
    #[serde(skip)]
    pub(super) asked_by_id: String,
    pub(super) asked_by: String,
    pub(super) asked_at: Time,
    pub(super) approved_by: Option<String>,
    pub(super) approved_at: Option<Time>,
    pub(super) ended_at: Option<Time>,
    /// Events that were looked at, while it is under way.
    pub(super) done: i64,
    /// Of so many.
    pub(super) total: i64,
    /// What went; null unless it is done.
    pub(super) result: Option<RemovedView>,
    /// Why it failed.
    pub(super) error: Option<String>,
}

impl Erasure {
    pub(super) fn object(&self) -> Object {
        Object::new("erasure", &self.id, &self.person_name)
    }

    pub(super) fn person(&self) -> Result<PersonId, ApiError> {
        self.person.parse().map_err(|error: yagura_vocabulary::id::ParseIdError| ApiError::unavailable(&error))
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    state: String,
    person_id: String,
    person_name: String,
    reason: String,
    preview: String,
    asked_by_id: String,
    asked_by: String,
    asked_at: i64,
    approved_by: Option<String>,
    approved_at: Option<i64>,
    ended_at: Option<i64>,
    done_rows: i64,
    total_rows: i64,
    result: Option<String>,
    error: Option<String>,
}

impl From<Row> for Erasure {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            state: row.state,
            person: row.person_id,
            person_name: row.person_name,
            reason: row.reason,
            preview: serde_json::from_str(&row.preview).ok(),
            asked_by_id: row.asked_by_id,
            asked_by: row.asked_by,
            asked_at: Time::from_micros(row.asked_at),
            approved_by: row.approved_by,
            approved_at: row.approved_at.map(Time::from_micros),
            ended_at: row.ended_at.map(Time::from_micros),
            done: row.done_rows,
            total: row.total_rows,
            result: row.result.and_then(|json| serde_json::from_str(&json).ok()),
            error: row.error,
        }
    }
}

const SELECT: &str = "SELECT id, state, person_id, person_name, reason, preview, asked_by_id, asked_by, asked_at,
     approved_by, approved_at, ended_at, done_rows, total_rows, result, error FROM events_erasure";

/// The erasure with this id.
pub(super) async fn find(connection: &mut AnyConnection, id: &str) -> Result<Erasure, ApiError> {
    let sql = format!("{SELECT} WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
    row.map(Erasure::from).ok_or_else(|| ApiError::not_found("erasure"))
}

/// The newest ones first.
pub(super) async fn all(connection: &mut AnyConnection) -> Result<Vec<Erasure>, ApiError> {
    let sql = format!("{SELECT} ORDER BY asked_at DESC, id DESC LIMIT 200");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(connection).await?;
    Ok(rows.into_iter().map(Erasure::from).collect())
}

/// The one that waits for the server longest.
pub(super) async fn next(connection: &mut AnyConnection) -> Result<Option<Erasure>, ApiError> {
    let sql = format!("{SELECT} WHERE state = 'queued' ORDER BY asked_at, id LIMIT 1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_optional(connection).await?;
    Ok(row.map(Erasure::from))
}
