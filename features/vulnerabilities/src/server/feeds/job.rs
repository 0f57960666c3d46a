//! An import that is under way, or was.

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Id, Time};

/// Who imports says so while doing it. One of which nothing was heard for so long is not worked on any more.
pub(super) const SILENT_MICROS: i64 = 120_000_000;
/// Most faults that are kept of one import.
pub(super) const MOST_FAULTS: usize = 20;

/// An import that is under way, or was.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = VulnerabilityImport)]
pub(crate) struct Import {
    pub id: String,
    /// The feed's id.
    pub feed: String,
    /// The file's name, or the address.
    name: String,
    /// `running`, `done`, `cancelled`, `failed`, or `interrupted` when the server was stopped meanwhile. What a feed says is taken over only
    /// after it was read to its end; one that was cancelled or interrupted behind that leaves changes that are each right by themselves, and
    /// the next import writes the rest.
    pub state: String,
    /// Records read so far.
    read: i64,
    /// Of those: new, different, or gone.
    changed: i64,
    /// Entries that could not be read.
    skipped: i64,
    /// The first of them.
    faults: Vec<ImportFault>,
    /// Why it was not done; empty otherwise.
    failure: String,
    /// Who wanted it; empty for the server itself.
    by: String,
    started_at: Time,
    /// When it ended, or was last worked on.
    touched_at: Time,
}

/// An entry of a feed that could not be read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = VulnerabilityImportFault)]
pub(crate) struct ImportFault {
    /// Where: bytes from the beginning of the unpacked file, or the file's name within a zip.
    pub(super) at: String,
    /// What is wrong with it.
    pub(super) what: String,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    feed: String,
    name: String,
    state: String,
    read_records: i64,
    changed: i64,
    skipped: i64,
    faults: String,
    failure: String,
    by_whom: String,
    started_at: i64,
    touched_at: i64,
}

pub(super) const SELECT: &str =
    "SELECT id, feed, name, state, read_records, changed, skipped, faults, failure, by_whom,
     started_at, touched_at FROM vulnerabilities_import";

impl Import {
    pub(super) fn of(row: Row, now: Time) -> Self {
        let silent = row.state == "running" && now.micros() - row.touched_at > SILENT_MICROS;
        Self {
            id: row.id,
            feed: row.feed,
            name: row.name,
            state: if silent { "interrupted".to_owned() } else { row.state },
            read: row.read_records,
            changed: row.changed,
            skipped: row.skipped,
            faults: serde_json::from_str(&row.faults).unwrap_or_default(),
            failure: row.failure,
            by: row.by_whom,
            started_at: Time::from_micros(row.started_at),
            touched_at: Time::from_micros(row.touched_at),
        }
    }
}

/// The import with this id.
pub(super) async fn find(ctx: &Context, id: &str) -> Result<Import, ApiError> {
    let sql = format!("{SELECT} WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(ctx.db().read()).await?;
    Ok(Import::of(row.ok_or_else(|| ApiError::not_found("import"))?, ctx.now()))
}

/// Writes an import down that begins now. The caller's transaction makes sure that it is the only one of its feed.
///
/// # Errors
/// `conflict` where one of the same feed is under way.
pub(super) async fn begin(
    connection: &mut sqlx::AnyConnection,
    feed: &str,
    (name, by): (&str, &str),
    at: Time,
) -> Result<Id<Import>, ApiError> {
    let id = Id::<Import>::new();
    // One statement, so that two who begin at the same moment do not both see none.
    let written = sqlx::query(
        "INSERT INTO vulnerabilities_import (id, feed, name, state, cancel_wanted, read_records, changed, skipped, faults, failure,
         by_whom, started_at, touched_at)
         SELECT $1, $2, $3, 'running', 0, 0, 0, 0, '[]', '', $4, $5, $5 WHERE NOT EXISTS (SELECT 1 FROM vulnerabilities_import
         WHERE feed = $2 AND state = 'running' AND touched_at > $6)",
    )
    .bind(id.to_string())
    .bind(feed)
    .bind(name.chars().take(1000).collect::<String>())
    .bind(by)
    .bind(at.micros())
    .bind(at.micros() - SILENT_MICROS)
    .execute(connection)
    .await?;
    if written.rows_affected() == 0 {
        return Err(ApiError::conflict("this feed is being imported already; wait until that has ended, or cancel it"));
    }
    Ok(id)
}
