//! A list that is being written down, or was.

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

/// Who works on a list says so with every chunk. One of which nothing was heard for so long is not worked on any more.
const SILENT_MICROS: i64 = 300_000_000;

/// A list that is being written down, or was.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ImportJob {
    pub id: String,
    /// The file's name.
    name: String,
    /// `running`, `done`, `cancelled`, `failed`, or `interrupted` when the server was stopped meanwhile. Whatever it is, the rows that are
    /// done stay, and the same file can be given again.
    state: String,
    /// Rows that can be used.
    good: i64,
    /// How many of them are behind us.
    done: i64,
    /// Assets that are new.
    created: i64,
    /// Assets that were known.
    updated: i64,
    /// Rows that could not be used.
    bad: i64,
    created_by: String,
    started_at: Time,
    /// When it ended, or was last worked on.
    touched_at: Time,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    name: String,
    state: String,
    good: i64,
    done: i64,
    created: i64,
    updated: i64,
    bad: i64,
    created_by: String,
    started_at: i64,
    touched_at: i64,
}

pub(super) const SELECT: &str =
    "SELECT id, name, state, good, done, created, updated, bad, created_by, started_at, touched_at FROM assets_import";

impl ImportJob {
    pub(super) fn of(row: Row, now: Time) -> Self {
        let silent = row.state == "running" && now.micros() - row.touched_at > SILENT_MICROS;
        Self {
            id: row.id,
            name: row.name,
            state: if silent { "interrupted".to_owned() } else { row.state },
            good: row.good,
            done: row.done,
            created: row.created,
            updated: row.updated,
            bad: row.bad,
            created_by: row.created_by,
            started_at: Time::from_micros(row.started_at),
            touched_at: Time::from_micros(row.touched_at),
        }
    }
}

/// The list with this id.
pub(super) async fn find(ctx: &Context, id: &str) -> Result<ImportJob, ApiError> {
    let sql = format!("{SELECT} WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(ctx.db().read()).await?;
    Ok(ImportJob::of(row.ok_or_else(|| ApiError::not_found("import"))?, ctx.now()))
}
