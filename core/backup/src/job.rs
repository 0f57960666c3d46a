//! Backups as jobs: asked for by people or on the command line, done by the server that has the events.

use std::{path::Path, sync::Arc, time::Duration};

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use tokio::sync::Notify;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, Audit, Change, Context, Object,
    alone::{Work, alone},
    error::Chain,
};
use yagura_vocabulary::{Id, Time};

use crate::{BackupError, Made, Plan, Progress, make};

const LOOK_EVERY: Duration = Duration::from_secs(2);
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Wakes the server that makes backups.
#[derive(Default)]
pub(crate) struct Bell(pub(crate) Notify);

/// The kind of ids of these jobs.
pub(crate) enum BackupJob {}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for the server.
    Queued,
    /// It is under way.
    Running,
    /// It is finished; its folder is whole.
    Done,
    /// It failed; nothing is left of it.
    Failed,
    /// It was stopped; nothing is left of it.
    Cancelled,
}

impl JobState {
    const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// One backup.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: JobState,
    /// Its folder on the server, once it is done.
    pub folder: Option<String>,
    /// Who asked for it.
    pub asked_by: String,
    /// When.
    pub asked_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// Bytes copied.
    pub done_bytes: i64,
    /// Bytes in all, as far as they are known.
    pub total_bytes: i64,
    /// Why it failed.
    pub error: Option<String>,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct Row {
    pub id: String,
    state: String,
    directory: String,
    folder: Option<String>,
    asked_by: String,
    pub asked_at: i64,
    ended_at: Option<i64>,
    done_bytes: i64,
    total_bytes: i64,
    error: Option<String>,
}

pub(crate) const SELECT: &str = "SELECT id, state, directory, folder, asked_by, asked_at, ended_at, done_bytes,
     total_bytes, error FROM backup_job";

impl From<Row> for Job {
    fn from(row: Row) -> Self {
        Self {
            state: JobState::ALL.into_iter().find(|state| state.as_str() == row.state).unwrap_or(JobState::Failed),
            id: row.id,
            folder: row.folder,
            asked_by: row.asked_by,
            asked_at: Time::from_micros(row.asked_at),
            ended_at: row.ended_at.map(Time::from_micros),
            done_bytes: row.done_bytes,
            total_bytes: row.total_bytes,
            error: row.error,
        }
    }
}

/// Asks for a backup in `directory` on the server, within a change.
///
/// # Errors
/// When the database is away.
pub async fn ask(ctx: &Context, mut change: Change, by: &str, directory: &str) -> Result<Job, ApiError> {
    let id = Id::<BackupJob>::new().to_string();
    sqlx::query(
        "INSERT INTO backup_job (id, state, directory, asked_by, asked_at, done_bytes, total_bytes)
         VALUES ($1, 'queued', $2, $3, $4, 0, 0)",
    )
    .bind(&id)
    .bind(directory)
    .bind(by)
    .bind(change.at().micros())
    .execute(change.on())
    .await?;
    let sql = format!("{SELECT} WHERE id = $1");
    let row: Row = sqlx::query_as(AssertSqlSafe(sql)).bind(&id).fetch_one(change.on()).await?;
    change.commit(Audit::created(Object::new("backup", &id, directory), &())).await?;
    ctx.part::<Bell>().0.notify_one();
    Ok(Job::from(row))
}

/// The job with this id.
///
/// # Errors
/// `not_found`, or the database is away.
pub async fn find(ctx: &Context, id: &str) -> Result<Job, ApiError> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(ctx.db().read()).await?;
    found.map(Job::from).ok_or_else(|| ApiError::not_found("backup"))
}

/// The job that ended last, if any has.
///
/// # Errors
/// When the database is away.
pub async fn last(ctx: &Context) -> Result<Option<Job>, ApiError> {
    let sql = format!("{SELECT} WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT 1");
    let found: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_optional(ctx.db().read()).await?;
    Ok(found.map(Job::from))
}

/// Stops a job, within a change. One under way ends within a second.
///
/// # Errors
/// `not_found`; `conflict` when it has ended; or the database is away.
pub async fn cancel(ctx: &Context, mut change: Change, id: &str) -> Result<Job, ApiError> {
    let job = find(ctx, id).await?;
    let stopped = sqlx::query(
        "UPDATE backup_job SET state = 'cancelled', ended_at = $1 WHERE id = $2 AND state IN ('queued', 'running')",
    )
    .bind(change.at().micros())
    .bind(id)
    .execute(change.on())
    .await?;
    if stopped.rows_affected() == 0 {
        return Err(ApiError::conflict("this backup has ended already"));
    }
    change.commit(Audit::changed(Object::new("backup", &id, ""), &job, &())).await?;
    find(ctx, id).await
}

/// Makes what is asked for, until the server stops.
pub(crate) async fn run(ctx: Context) {
    alone(&ctx, Work::Backups, || look(ctx.clone())).await;
}

async fn look(ctx: Context) {
    let stop = ctx.stopping();
    if let Err(error) = give_up_interrupted(&ctx).await {
        tracing::warn!(?error, "backups that an earlier run left could not be looked at");
    }
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = ctx.part::<Bell>().0.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if let Err(error) = next(&ctx).await {
            tracing::warn!(?error, "the list of backups could not be worked off");
        }
    }
}

async fn give_up_interrupted(ctx: &Context) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    sqlx::query("UPDATE backup_job SET state = 'failed', ended_at = $1, error = $2 WHERE state = 'running'")
        .bind(ctx.now().micros())
        .bind("the server was stopped in the middle")
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

async fn next(ctx: &Context) -> Result<(), ApiError> {
    let sql = format!("{SELECT} WHERE state = 'queued' ORDER BY asked_at, id LIMIT 1");
    let found: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_optional(ctx.db().read()).await?;
    let Some(row) = found else { return Ok(()) };
    let mut tx = ctx.db().write().await?;
    let taken = sqlx::query("UPDATE backup_job SET state = 'running' WHERE id = $1 AND state = 'queued'")
        .bind(&row.id)
        .execute(tx.on())
        .await?;
    tx.commit().await?;
    if taken.rows_affected() == 1 {
        let outcome = carry_out(ctx, &row).await?;
        settle(ctx, &row.id, outcome).await?;
    }
    Ok(())
}

/// Makes the backup and tells meanwhile how far it is. Stops it when the job was cancelled or the server stops.
async fn carry_out(ctx: &Context, row: &Row) -> Result<Result<Made, BackupError>, ApiError> {
    let progress = Arc::new(Progress::default());
    let made = make(ctx.part::<Plan>(), Path::new(&row.directory), ctx.now(), Arc::clone(&progress));
    tokio::pin!(made);
    let stopping = ctx.stopping();
    loop {
        tokio::select! {
            outcome = &mut made => return Ok(outcome),
            () = stopping.cancelled(), if !progress.stop.is_cancelled() => progress.stop.cancel(),
            () = tokio::time::sleep(TELL_EVERY) => {
                if !tell(ctx, &row.id, progress.bytes()).await? {
                    progress.stop.cancel();
                }
            }
        }
    }
}

/// False when the job is to stop.
async fn tell(ctx: &Context, id: &str, (done, total): (u64, u64)) -> Result<bool, ApiError> {
    let number = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let mut tx = ctx.db().write().await?;
    let told =
        sqlx::query("UPDATE backup_job SET done_bytes = $1, total_bytes = $2 WHERE id = $3 AND state = 'running'")
            .bind(number(done))
            .bind(number(total.max(done)))
            .bind(id)
            .execute(tx.on())
            .await?;
    tx.commit().await?;
    Ok(told.rows_affected() == 1)
}

async fn settle(ctx: &Context, id: &str, outcome: Result<Made, BackupError>) -> Result<(), ApiError> {
    let (state, folder, bytes, error) = match outcome {
        Ok(made) => {
            let bytes = made.manifest.files.iter().map(|file| file.bytes).sum::<u64>();
            tracing::info!(folder = %made.folder.display(), bytes, "a backup is done");
            (JobState::Done, Some(made.folder.display().to_string()), i64::try_from(bytes).ok(), None)
        }
        Err(BackupError::Stopped) => (JobState::Cancelled, None, None, None),
        Err(error) => {
            tracing::error!(error = %Chain(&error), "a backup failed");
            (JobState::Failed, None, None, Some(Chain(&error).to_string()))
        }
    };
    let mut tx = ctx.db().write().await?;
    // A cancelled job stays cancelled, unless the backup was whole before the word came.
    sqlx::query(
        "UPDATE backup_job SET state = $1, folder = $2, error = $3, ended_at = $4,
         done_bytes = COALESCE($5, done_bytes), total_bytes = COALESCE($5, total_bytes) WHERE id = $6",
    )
    .bind(state.as_str())
    .bind(folder)
    .bind(error)
    .bind(ctx.now().micros())
    .bind(bytes)
    .bind(id)
    .execute(tx.on())
    .await?;
    Ok(tx.commit().await?)
}
