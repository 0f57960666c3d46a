//! A range that is being looked through, or was.

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

/// Who looks says so every second. One of which nothing was heard for so long does not look any more.
const SILENT_MICROS: i64 = 60_000_000;

/// A range that is being looked through, or was.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Discovery {
    pub id: String,
    /// The range, as somebody wrote it.
    pub addresses: String,
    /// `running`, `done`, `cancelled`, `failed`, or `interrupted` when the server was stopped meanwhile. What was found stays.
    state: String,
    /// How many addresses there are.
    total: i64,
    /// How many of them are behind us.
    done: i64,
    /// Devices that answered, and are registered now.
    added: i64,
    /// Devices that were registered already.
    known: i64,
    /// Devices that answered, but accept none of the credentials.
    refused: i64,
    created_by: String,
    started_at: Time,
    /// When it ended, or was last worked on.
    touched_at: Time,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    addresses: String,
    state: String,
    total: i64,
    done: i64,
    added: i64,
    known: i64,
    refused: i64,
    created_by: String,
    started_at: i64,
    touched_at: i64,
}

pub(super) const SELECT: &str = "SELECT id, addresses, state, total, done, added, known, refused, created_by, started_at, touched_at FROM assets_discovery";

impl Discovery {
    pub(super) fn of(row: Row, now: Time) -> Self {
        let silent = row.state == "running" && now.micros() - row.touched_at > SILENT_MICROS;
        Self {
            id: row.id,
            addresses: row.addresses,
            state: if silent { "interrupted".to_owned() } else { row.state },
            total: row.total,
            done: row.done,
            added: row.added,
            known: row.known,
            refused: row.refused,
            created_by: row.created_by,
            started_at: Time::from_micros(row.started_at),
            touched_at: Time::from_micros(row.touched_at),
        }
    }
}

/// The one with this id.
pub(super) async fn find(ctx: &Context, id: &str) -> Result<Discovery, ApiError> {
    let sql = format!("{SELECT} WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(ctx.db().read()).await?;
    Ok(Discovery::of(row.ok_or_else(|| ApiError::not_found("discovery"))?, ctx.now()))
}
