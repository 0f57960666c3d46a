//! The work of an export, page by page.

use std::{io, path::Path, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use yagura_events::{
    MAX_LIMIT, Query, free_bytes,
    server::{Store, clock, views},
};
use yagura_server_kit::{ApiError, Context, db::Kind};

use super::{Exports, create::NewExport, sheet::Sheet};
use crate::table::Table;

/// How many rows are found at a time.
const PAGE: usize = 2_000;
/// Counting stops here: beyond it the total is not told.
const COUNTED: u64 = 1_000_000;
/// An export leaves so many bytes of the disk free: eight times what the event store holds back for its own orderly stop.
const KEPT_FREE: u64 = 2 << 30;
/// How long a file is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How often is looked for files that have been kept long enough, and for exports that nobody makes any more.
const TIDIED_EVERY: Duration = Duration::from_secs(60);
/// How often the database hears how far an export is, and that it is being made.
const TOLD_EVERY: Duration = Duration::from_secs(5);
/// Where it has not heard for so long, the server that made it is gone.
const GONE_AFTER: Duration = Duration::from_secs(180);

/// How an export ended.
enum End {
    Done(u64),
    Cancelled,
    Failed(String),
}

/// Makes the export and writes down how it ended.
pub(super) async fn run(ctx: Context, id: String, wanted: NewExport, query: Query, stop: CancellationToken) {
    let path = ctx.part::<Exports>().path(&id, wanted.format.as_str());
    let end = tokio::select! {
        end = write(&ctx, &id, &wanted, query, &path) => match end {
            Ok(bytes) => End::Done(bytes),
            Err(error) => {
                tracing::warn!(export = id, ?error, "an export failed");
                End::Failed(error.to_string())
            }
        },
        () = stop.cancelled() => End::Cancelled,
        () = ended_elsewhere(&ctx, &id) => End::Cancelled,
        () = async { ctx.stopping().cancelled().await } => End::Failed("the server was stopped".to_owned()),
    };
    if !matches!(end, End::Done(_)) {
        remove(&path).await;
    }
    let written = ctx.part::<Exports>().running().get(&id).map_or(0, |job| job.written);
    let total = ctx.part::<Exports>().running().get(&id).and_then(|job| job.total);
    let (state, bytes, failure) = match end {
        End::Done(bytes) => ("done", Some(bytes), None),
        End::Cancelled => ("cancelled", None, None),
        End::Failed(reason) => ("failed", None, Some(reason)),
    };
    if let Err(error) = note(&ctx, &id, state, (total, written, bytes), failure.as_deref()).await {
        tracing::error!(export = id, ?error, "how an export ended could not be written down");
    }
    ctx.part::<Exports>().running().remove(&id);
}

/// Tells the database how far an export is, again and again; returns when it was cancelled on another server.
async fn ended_elsewhere(ctx: &Context, id: &str) {
    loop {
        tokio::time::sleep(TOLD_EVERY).await;
        let (total, written) = match ctx.part::<Exports>().running().get(id) {
            Some(job) => (job.total, job.written),
            None => (None, 0),
        };
        match alive(ctx, id, total, written).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(export = id, ?error, "how far an export is could not be told"),
        }
    }
}

async fn alive(ctx: &Context, id: &str, total: Option<u64>, written: u64) -> Result<bool, ApiError> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut tx = ctx.db().write_relaxed().await?;
    let told = sqlx::query(
        "UPDATE log_search_export SET alive_at = $1, total = $2, written = $3
         WHERE id = $4 AND state IN ('queued', 'running')",
    )
    .bind(ctx.now().micros())
    .bind(total.map(number))
    .bind(number(written))
    .bind(id)
    .execute(tx.on())
    .await?;
    tx.commit().await?;
    Ok(told.rows_affected() == 1)
}

/// Why an export failed.
#[derive(Debug)]
enum Failure {
    Store(yagura_events::StoreError),
    File(io::Error),
    Room { free: u64 },
    Api(ApiError),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => write!(f, "the log could not be read: {error}"),
            Self::File(error) => write!(f, "the file could not be written: {error}"),
            Self::Room { free } => write!(
                f,
                "the disk has {} MB free, and {} MB are kept for the server itself: make room or ask for less",
                free >> 20,
                KEPT_FREE >> 20
            ),
            Self::Api(error) => write!(f, "the database could not be read: {:?}", error.code()),
        }
    }
}

async fn write(ctx: &Context, id: &str, wanted: &NewExport, query: Query, path: &Path) -> Result<u64, Failure> {
    let store = ctx.part::<Store>();
    let exports = ctx.part::<Exports>();
    // Two at a time: people who search go first.
    let _turn = exports.turns.acquire().await;
    begun(ctx, id).await.map_err(Failure::Api)?;
    let count = store.count(&query, COUNTED).await.map_err(Failure::Store)?;
    if let Some(job) = exports.running().get_mut(id) {
        job.total = count.exact.then_some(count.value);
    }
    let zone = clock(ctx).await.map_err(Failure::Api)?.zone;
    let table = Table::new(&wanted.columns, wanted.language.as_deref() != Some("en"), zone);
    let (place, format, columns) = (path.to_owned(), wanted.format, wanted.columns.clone());
    let mut sheet = blocking(move || Sheet::create(&place, format, table, &columns)).await?;
    let mut query = Query { limit: PAGE.min(MAX_LIMIT), ..query };
    loop {
        room(&exports.dir)?;
        let page = store.search(&query).await.map_err(Failure::Store)?;
        if let Some(missing) = page.unreadable.first() {
            return Err(Failure::File(io::Error::other(format!("{missing} cannot be read"))));
        }
        let rows = page.items.len() as u64;
        let events = views(ctx, page.items).await.map_err(Failure::Api)?;
        sheet = blocking(move || sheet.write(&events).map(|()| sheet)).await?;
        if let Some(job) = exports.running().get_mut(id) {
            job.written += rows;
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    blocking(move || sheet.finish()).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::File(io::Error::other(error)))?.map_err(Failure::File)
}

/// Whether the disk has room for more beside what the server itself needs: events that arrive come first.
fn room(dir: &Path) -> Result<(), Failure> {
    match free_bytes(dir) {
        Some(free) if free < KEPT_FREE => Err(Failure::Room { free }),
        // A file system that does not say is asked again by the write itself.
        _ => Ok(()),
    }
}

async fn begun(ctx: &Context, id: &str) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    sqlx::query("UPDATE log_search_export SET state = 'running' WHERE id = $1 AND state = 'queued'")
        .bind(id)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

async fn note(
    ctx: &Context,
    id: &str,
    state: &str,
    (total, written, bytes): (Option<u64>, u64, Option<u64>),
    failure: Option<&str>,
) -> Result<(), ApiError> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut tx = ctx.db().write().await?;
    sqlx::query(
        "UPDATE log_search_export SET state = $1, total = $2, written = $3, bytes = $4, failure = $5, finished_at = $6
         WHERE id = $7 AND state IN ('queued', 'running')",
    )
    .bind(state)
    .bind(total.map(number))
    .bind(number(written))
    .bind(bytes.map(number))
    .bind(failure)
    .bind(ctx.now().micros())
    .bind(id)
    .execute(tx.on())
    .await?;
    Ok(tx.commit().await?)
}

async fn remove(path: &Path) {
    match tokio::fs::remove_file(path).await {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(file = %path.display(), %error, "the file of an export could not be removed"),
    }
}

/// Ends what a server that is gone left unfinished, and removes files that have been kept long enough, again and again.
pub(super) async fn tidy(ctx: Context) {
    let mut ticks = interval(TIDIED_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut first = true;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = async { ctx.stopping().cancelled().await } => return,
        }
        if let Err(error) = tidy_once(&ctx, std::mem::take(&mut first)).await {
            tracing::warn!(?error, "old exports could not be removed");
        }
    }
}

async fn tidy_once(ctx: &Context, first: bool) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    // With SQLite there is one server: what it does not make itself when it starts, nobody makes.
    let only = ctx.db().kind() == Kind::Sqlite;
    if first || !only {
        let silent_since = if only { i64::MAX } else { (ctx.now() - GONE_AFTER).micros() };
        let running: Vec<String> = ctx.part::<Exports>().running().keys().cloned().collect();
        let left: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, format FROM log_search_export WHERE state IN ('queued', 'running') AND alive_at < $1",
        )
        .bind(silent_since)
        .fetch_all(tx.on())
        .await?;
        for (id, format) in left.into_iter().filter(|(id, _)| !running.contains(id)) {
            sqlx::query("UPDATE log_search_export SET state = 'failed', failure = $1, finished_at = $2 WHERE id = $3")
                .bind("the server was stopped")
                .bind(ctx.now().micros())
                .bind(&id)
                .execute(tx.on())
                .await?;
            remove(&ctx.part::<Exports>().path(&id, &format)).await;
        }
    }
    let before = (ctx.now() - KEPT).micros();
    let old: Vec<(String, String)> = sqlx::query_as("SELECT id, format FROM log_search_export WHERE finished_at < $1")
        .bind(before)
        .fetch_all(tx.on())
        .await?;
    for (id, format) in old {
        remove(&ctx.part::<Exports>().path(&id, &format)).await;
        sqlx::query("DELETE FROM log_search_export WHERE id = $1").bind(&id).execute(tx.on()).await?;
    }
    Ok(tx.commit().await?)
}
