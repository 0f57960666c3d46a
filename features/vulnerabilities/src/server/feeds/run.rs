//! Taking over what a feed says.
//!
//! The feed is read twice: first to its end, which says what is different from what is known, and whether it can be read at all; then once
//! more to write only that, in short transactions, so that agents are not held up. A feed that is cut, or has changed its schema, ends the
//! first reading, and nothing has happened. A server that stops during the second one leaves records that are each right by themselves; the
//! next import writes the rest, because it compares with what is there.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::sync::mpsc;
use yagura_advisories::{Format, Record};
use yagura_server_kit::{ApiError, Context};

use super::{
    file::Kept,
    job::{ImportFault, MOST_FAULTS},
    keep::{self, Changes, Known},
    reading::{Part, ReadFault, Reading},
    ring,
};
use crate::server::claims;

/// What is to be taken over.
pub(super) struct Work {
    /// The feed's id and format.
    pub(super) feed: String,
    pub(super) format: String,
    /// The import that shows how it goes.
    pub(super) import: String,
    /// One file, or several that are parts of one feed.
    pub(super) files: Vec<Kept>,
    /// Whether it is all that the feed says.
    pub(super) whole: bool,
    /// Parts that could not be had.
    pub(super) faults: Vec<ImportFault>,
}

/// Records of one transaction.
const CHUNK: usize = 400;
/// How often is looked whether somebody cancelled, and said how far it is.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// How far it is, for whoever looks.
#[derive(Default)]
struct Progress {
    read: AtomicI64,
    changed: AtomicI64,
    is_cancelled: AtomicBool,
}

/// How it ended.
enum End {
    Done,
    Cancelled,
    Failed(String),
    /// The server stops.
    Stopped,
}

/// Whether a file of this format is all that its feed says. One advisory is not all of OSV, but a zip of them is.
pub(super) fn is_whole(format: &str, file: &Kept) -> bool {
    match Format::parse(format) {
        Some(Format::Osv) => std::fs::File::open(file.path()).is_ok_and(|mut file| {
            let mut first = [0; 2];
            std::io::Read::read_exact(&mut file, &mut first).is_ok() && first == *b"PK"
        }),
        Some(Format::Nvd | Format::JvnRss | Format::MsrcCsaf | Format::MsrcCvrf) | None => false,
        Some(_) => true,
    }
}

/// Takes it over; says whether that went well.
pub(super) async fn run(ctx: &Context, work: Work) -> bool {
    let progress = Arc::new(Progress::default());
    let mut reading = Reading::default();
    let end = tokio::select! {
        end = take_over(ctx, &work, &progress, &mut reading) => end.unwrap_or_else(|error| {
            tracing::error!(?error, feed = work.feed, "a feed could not be taken over");
            End::Failed("the server's database could not be used; see the server's log".to_owned())
        }),
        () = tell(ctx, &work.import, &progress) => End::Stopped,
    };
    progress.is_cancelled.store(true, Ordering::Relaxed);
    let written = finish(ctx, &work, &end, &progress, &reading).await;
    if let Err(error) = written {
        tracing::error!(?error, feed = work.feed, "the end of an import could not be written down");
    }
    ring(ctx);
    claims::ring(ctx);
    matches!(end, End::Done)
}

async fn take_over(
    ctx: &Context,
    work: &Work,
    progress: &Arc<Progress>,
    reading: &mut Reading,
) -> Result<End, ApiError> {
    let Some(format) = Format::parse(&work.format) else {
        return Ok(End::Failed(format!("`{}` is no format that this version reads", work.format)));
    };
    let known = Known::load(ctx, &work.feed).await?;
    let part = |file: &Kept| Part { path: file.path().to_owned(), name: file.name.clone() };
    let (feed, paths) = (work.feed.clone(), work.files.iter().map(part).collect::<Vec<_>>());
    let (whole, seen) = (work.whole, Arc::clone(progress));
    let first = tokio::task::spawn_blocking(move || {
        let mut changes = Changes::new(feed, format, known, whole);
        let mut give = |record: Record| {
            seen.read.fetch_add(1, Ordering::Relaxed);
            changes.look(&record);
            go_on(&seen)
        };
        let reading = Reading::of(format, &paths, &mut give);
        (reading, changes, paths)
    });
    let (read, mut changes, paths) = first.await.map_err(|error| ApiError::unavailable(&error))?;
    *reading = match read {
        Ok(read) => read,
        Err(ReadFault::Stopped) => return Ok(stopped(ctx)),
        Err(fault) => return Ok(End::Failed(chain(&fault))),
    };
    changes.settle(ctx).await?;
    if changes.is_any() {
        forget_state(ctx, &work.feed).await?;
        let (sender, mut chunks) = mpsc::channel::<Vec<Record>>(2);
        let seen = Arc::clone(progress);
        let second = tokio::task::spawn_blocking(move || {
            let mut chunk = Vec::with_capacity(CHUNK);
            let mut give = |record: Record| {
                if changes.is_to_be_written(&record) {
                    chunk.push(record);
                }
                if chunk.len() == CHUNK {
                    // The one who writes has ended: then so does this.
                    sender.blocking_send(std::mem::take(&mut chunk))?;
                }
                go_on(&seen)
            };
            let read = Reading::of(format, &paths, &mut give);
            if !chunk.is_empty() {
                drop(sender.blocking_send(chunk));
            }
            (read, changes)
        });
        while let Some(chunk) = chunks.recv().await {
            if is_cancelled(ctx, &work.import).await? {
                progress.is_cancelled.store(true, Ordering::Relaxed);
                // Whoever reads must not wait for somebody who takes no more.
                chunks.close();
                break;
            }
            keep::write(ctx, &work.feed, format, &work.import, &chunk).await?;
            progress.changed.fetch_add(i64::try_from(chunk.len()).unwrap_or(i64::MAX), Ordering::Relaxed);
        }
        let (read, changes) = second.await.map_err(|error| ApiError::unavailable(&error))?;
        match read {
            Ok(_) => {}
            Err(ReadFault::Stopped) => return Ok(stopped(ctx)),
            Err(fault) => return Ok(End::Failed(chain(&fault))),
        }
        // It may have been read to its end before somebody took no more.
        if progress.is_cancelled.load(Ordering::Relaxed) {
            return Ok(stopped(ctx));
        }
        for chunk in changes.gone().chunks(CHUNK) {
            if is_cancelled(ctx, &work.import).await? {
                return Ok(End::Cancelled);
            }
            keep::forget(ctx, &work.feed, chunk).await?;
            progress.changed.fetch_add(i64::try_from(chunk.len()).unwrap_or(i64::MAX), Ordering::Relaxed);
        }
    }
    Ok(End::Done)
}

/// From here on what is known is neither what was fetched last nor, until all is written, what is fetched now: the next fetch takes all.
async fn forget_state(ctx: &Context, feed: &str) -> Result<(), ApiError> {
    let mut tx = ctx.db().write_relaxed().await?;
    sqlx::query("UPDATE vulnerabilities_feed SET etag = '', last_modified = '' WHERE id = $1")
        .bind(feed)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

/// Whether somebody cancelled it: asked before each chunk, so that not more is written than was under way.
async fn is_cancelled(ctx: &Context, import: &str) -> Result<bool, ApiError> {
    let (wanted,): (i64,) = sqlx::query_as("SELECT cancel_wanted FROM vulnerabilities_import WHERE id = $1")
        .bind(import)
        .fetch_one(ctx.db().read())
        .await?;
    Ok(wanted != 0)
}

fn stopped(ctx: &Context) -> End {
    if ctx.stopping().is_cancelled() { End::Stopped } else { End::Cancelled }
}

/// An error of its own kind says that somebody wants it to end.
fn go_on(progress: &Progress) -> Result<(), yagura_advisories::Stop> {
    if progress.is_cancelled.load(Ordering::Relaxed) {
        return Err(std::io::Error::from(std::io::ErrorKind::Interrupted).into());
    }
    Ok(())
}

/// An error with what is behind it, for people.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let more = source.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = source.source();
    }
    text.chars().take(2000).collect()
}

/// Says how far it is, and looks whether somebody cancelled it, until the server stops.
async fn tell(ctx: &Context, import: &str, progress: &Progress) {
    let stop = ctx.stopping();
    loop {
        tokio::select! {
            () = stop.cancelled() => return progress.is_cancelled.store(true, Ordering::Relaxed),
            () = tokio::time::sleep(TELL_EVERY) => {}
        }
        let told = async {
            let mut tx = ctx.db().write_relaxed().await?;
            sqlx::query(
                "UPDATE vulnerabilities_import SET read_records = $1, changed = $2, touched_at = $3 WHERE id = $4",
            )
            .bind(progress.read.load(Ordering::Relaxed))
            .bind(progress.changed.load(Ordering::Relaxed))
            .bind(ctx.now().micros())
            .bind(import)
            .execute(tx.on())
            .await?;
            let (wanted,): (i64,) = sqlx::query_as("SELECT cancel_wanted FROM vulnerabilities_import WHERE id = $1")
                .bind(import)
                .fetch_one(tx.on())
                .await?;
            tx.commit().await?;
            Ok::<bool, ApiError>(wanted != 0)
        };
        match told.await {
            Ok(true) => progress.is_cancelled.store(true, Ordering::Relaxed),
            Ok(false) => {}
            Err(error) => tracing::warn!(?error, import, "how far an import is could not be written down"),
        }
    }
}

/// Writes down how it ended, at the import and at its feed.
async fn finish(ctx: &Context, work: &Work, end: &End, progress: &Progress, reading: &Reading) -> Result<(), ApiError> {
    let changed = progress.changed.load(Ordering::Relaxed);
    let (state, failure) = match end {
        End::Done => ("done", String::new()),
        End::Cancelled => ("cancelled", unfinished("it was cancelled", changed)),
        End::Stopped => ("interrupted", unfinished("the server was stopped meanwhile", changed)),
        End::Failed(why) => ("failed", why.clone()),
    };
    let now = ctx.now().micros();
    let faults: Vec<&ImportFault> = work.faults.iter().chain(&reading.faults).take(MOST_FAULTS).collect();
    let skipped = reading.skipped.saturating_add(i64::try_from(work.faults.len()).unwrap_or(i64::MAX));
    let mut tx = ctx.db().write().await?;
    sqlx::query(
        "UPDATE vulnerabilities_import SET state = $1, read_records = $2, changed = $3, skipped = $4, faults = $5, failure = $6,
         touched_at = $7 WHERE id = $8",
    )
    .bind(state)
    .bind(progress.read.load(Ordering::Relaxed))
    .bind(changed)
    .bind(skipped)
    .bind(serde_json::to_string(&faults).map_err(|error| ApiError::unavailable(&error))?)
    .bind(failure)
    .bind(now)
    .bind(&work.import)
    .execute(tx.on())
    .await?;
    match end {
        End::Done => {
            sqlx::query(
                "UPDATE vulnerabilities_feed SET good_at = $1, failed_at = NULL, failure = '', skipped = $2,
                 dated_at = COALESCE($3, dated_at),
                 records = (SELECT COUNT(*) FROM vulnerabilities_statement s WHERE s.feed = $4)
                 + (SELECT COUNT(*) FROM vulnerabilities_told t WHERE t.feed = $4)
                 + (SELECT COUNT(*) FROM vulnerabilities_update u WHERE u.feed = $4)
                 + (SELECT COUNT(*) FROM vulnerabilities_support p WHERE p.feed = $4) WHERE id = $4",
            )
            .bind(now)
            .bind(skipped)
            .bind(reading.dated_at)
            .bind(&work.feed)
            .execute(tx.on())
            .await?;
        }
        End::Failed(why) => failed(tx.on(), &work.feed, why, now).await?,
        End::Cancelled | End::Stopped => {}
    }
    Ok(tx.commit().await?)
}

/// What an import leaves that did not come to its end.
fn unfinished(why: &str, changed: i64) -> String {
    match changed {
        0 => format!("{why}; nothing was changed"),
        _ => format!(
            "{why} while {changed} changes were written already, each right by itself; the next import writes the rest"
        ),
    }
}

/// Writes down at a feed that it could not be taken over.
pub(super) async fn failed(
    connection: &mut sqlx::AnyConnection,
    feed: &str,
    why: &str,
    now: i64,
) -> Result<(), ApiError> {
    sqlx::query("UPDATE vulnerabilities_feed SET failed_at = $1, failure = $2 WHERE id = $3")
        .bind(now)
        .bind(why)
        .bind(feed)
        .execute(connection)
        .await?;
    Ok(())
}
