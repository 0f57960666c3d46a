//! Exports: everything that a question finds, as a file, made in the background.

pub(super) mod cancel;
pub(super) mod create;
pub(super) mod file;
mod job;
pub(super) mod list;
mod parquet;
mod sheet;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::Time;

/// So many exports are made at once; the others wait for their turn.
const AT_ONCE: usize = 2;
/// So many exports of one account may be under way or wait.
const MOST_OF_ONE: i64 = 5;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    /// For spreadsheets.
    Csv,
    /// One event a line, as the API gives it.
    Ndjson,
    /// For programs that compute with them.
    Parquet,
}

impl Format {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

/// An export.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Export {
    id: String,
    q: String,
    format: String,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    state: String,
    /// How many rows there will be, once they are counted.
    total: Option<u64>,
    /// How many rows are written.
    written: u64,
    /// The size of the finished file.
    bytes: Option<u64>,
    /// Why it failed.
    failure: Option<String>,
    created_at: Time,
    finished_at: Option<Time>,
}

#[derive(FromRow)]
pub(super) struct ExportRow {
    id: String,
    q: String,
    format: String,
    state: String,
    total: Option<i64>,
    written: i64,
    bytes: Option<i64>,
    failure: Option<String>,
    created_at: i64,
    finished_at: Option<i64>,
}

const SELECT: &str = "SELECT id, q, format, state, total, written, bytes, failure, created_at, finished_at
     FROM log_search_export";

impl ExportRow {
    fn view(self, exports: &Exports) -> Export {
        let number = |number: i64| u64::try_from(number).unwrap_or(0);
        // The database hears of progress at the end; until then the job itself knows.
        let written = exports.running().get(&self.id).map_or(number(self.written), |job| job.written);
        let total = exports.running().get(&self.id).and_then(|job| job.total).or(self.total.map(number));
        Export {
            written,
            total,
            id: self.id,
            q: self.q,
            format: self.format,
            state: self.state,
            bytes: self.bytes.map(number),
            failure: self.failure,
            created_at: Time::from_micros(self.created_at),
            finished_at: self.finished_at.map(Time::from_micros),
        }
    }
}

/// An export under way.
struct Running {
    stop: CancellationToken,
    total: Option<u64>,
    written: u64,
}

/// Where exports are written, and those under way.
pub(super) struct Exports {
    dir: PathBuf,
    running: Mutex<HashMap<String, Running>>,
    turns: Semaphore,
}

impl Exports {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir, running: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, id: &str, format: &str) -> PathBuf {
        self.dir.join(format!("{id}.{format}"))
    }
}

/// One's own export with this id.
async fn own(ctx: &Context, caller: &Caller, id: &str) -> Result<ExportRow, ApiError> {
    let sql = AssertSqlSafe(format!("{SELECT} WHERE id = $1 AND owner = $2"));
    let row: Option<ExportRow> =
        sqlx::query_as(sql).bind(id).bind(caller.who.id()).fetch_optional(ctx.db().read()).await?;
    row.ok_or_else(|| ApiError::not_found("export of yours"))
}

/// Ends what an earlier run of the server left unfinished, and removes files that have been kept long enough.
pub(super) fn start(ctx: &Context) {
    ctx.spawn(job::tidy(ctx.clone()));
}
