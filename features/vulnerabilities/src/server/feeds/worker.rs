//! Fetching feeds when their time has come, and taking removed ones away.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Context};

use super::{
    Feeds,
    fetching::{Road, find},
    http::Passes,
    job, keep,
    run::{self, Work},
    view::{Row, SELECT},
};

/// After a failure it is tried again after so long, or after the feed's own interval where that is shorter.
const AGAIN_US: i64 = 30 * 60_000_000;
/// A publisher that wants to be left alone longer is asked again all the same.
const LONGEST_US: i64 = 86_400_000_000;
/// Imports that are kept for people to look at.
const KEPT_US: i64 = 90 * 86_400_000_000;
/// Records that are taken away at once.
const CHUNK: usize = 400;

/// One look: fetches all that are due, one after the other; says how many.
///
/// # Errors
/// When the database is away.
pub(super) async fn look(ctx: &Context) -> Result<usize, ApiError> {
    take_away(ctx).await?;
    let sql = format!(
        "{SELECT} WHERE f.removed = 0 AND f.enabled = 1 AND f.url <> '' AND f.next_at <= $1 ORDER BY f.next_at, f.id"
    );
    let due: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(ctx.now().micros()).fetch_all(ctx.db().read()).await?;
    let count = due.len();
    for feed in due {
        if ctx.stopping().is_cancelled() {
            break;
        }
        one(ctx, &feed).await?;
    }
    Ok(count)
}

/// Fetches one feed and takes it over.
async fn one(ctx: &Context, feed: &Row) -> Result<(), ApiError> {
    let (parts, now) = (ctx.part::<Feeds>(), ctx.now());
    // Whoever changes the feed meanwhile decides anew when it is fetched.
    let next_at = |after: i64| now.micros().saturating_add(after);
    let usual = feed.every_s.saturating_mul(1_000_000);
    let again = next_at(usual.min(AGAIN_US));
    plan(ctx, feed, feed.next_at, again).await?;
    let stop = ctx.stopping();
    let road = Road { dial: &parts.dial, dir: &parts.dir, stop: &stop, time: &Passes };
    let found = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        found = find(&road, feed, now) => found,
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let why = run::chain(&error);
            tracing::warn!(feed = feed.name, why, "a feed could not be fetched");
            if let Some(alone) = error.leave_alone() {
                let alone = i64::try_from(alone.as_micros()).unwrap_or(i64::MAX);
                plan(ctx, feed, again, next_at(alone.clamp(usual.min(AGAIN_US), LONGEST_US))).await?;
            }
            let mut tx = ctx.db().write().await?;
            run::failed(tx.on(), &feed.id, &why, ctx.now().micros()).await?;
            return Ok(tx.commit().await?);
        }
    };
    let Some(found) = found else {
        let mut tx = ctx.db().write().await?;
        sqlx::query("UPDATE vulnerabilities_feed SET good_at = $1, failed_at = NULL, failure = '' WHERE id = $2")
            .bind(ctx.now().micros())
            .bind(&feed.id)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
        return plan(ctx, feed, again, next_at(usual)).await;
    };
    let mut tx = ctx.db().write().await?;
    let begun = job::begin(tx.on(), &feed.id, (&feed.url, ""), now).await;
    let Ok(import) = begun else {
        // Somebody imports a file just now: its turn comes again.
        return Ok(());
    };
    tx.commit().await?;
    let (last, known_until, more) = (found.last, found.known_until, found.more);
    let work = Work {
        feed: feed.id.clone(),
        format: feed.format.clone(),
        import: import.to_string(),
        files: found.files,
        whole: found.whole,
        faults: found.faults,
    };
    if !run::run(ctx, work).await {
        return Ok(());
    }
    // Only what was taken over counts as known.
    let mut tx = ctx.db().write().await?;
    sqlx::query(
        "UPDATE vulnerabilities_feed SET etag = $1, last_modified = $2, known_until = COALESCE($3, known_until)
         WHERE id = $4 AND url = $5",
    )
    .bind(&last.etag)
    .bind(&last.last_modified)
    .bind(known_until)
    .bind(&feed.id)
    .bind(&feed.url)
    .execute(tx.on())
    .await?;
    tx.commit().await?;
    // What did not fit into one go comes at once.
    plan(ctx, feed, again, if more { 0 } else { next_at(usual) }).await
}

/// Says when it is fetched next, unless somebody changed it meanwhile, or wants it now.
async fn plan(ctx: &Context, feed: &Row, before: i64, at: i64) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    sqlx::query("UPDATE vulnerabilities_feed SET next_at = $1 WHERE id = $2 AND version = $3 AND next_at = $4")
        .bind(at)
        .bind(&feed.id)
        .bind(feed.version)
        .bind(before)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

/// Takes away what removed feeds said, then themselves, and old imports.
async fn take_away(ctx: &Context) -> Result<(), ApiError> {
    let removed: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM vulnerabilities_feed WHERE removed = 1").fetch_all(ctx.db().read()).await?;
    for (feed,) in removed {
        let all = keep::Known::load(ctx, &feed).await?.all();
        for chunk in all.chunks(CHUNK) {
            keep::forget(ctx, &feed, chunk).await?;
        }
        let mut tx = ctx.db().write().await?;
        sqlx::query("DELETE FROM vulnerabilities_feed WHERE id = $1 AND removed = 1")
            .bind(&feed)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
    }
    let mut tx = ctx.db().write_relaxed().await?;
    sqlx::query("DELETE FROM vulnerabilities_import WHERE started_at < $1")
        .bind(ctx.now().micros() - KEPT_US)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

/// How often it is looked when nobody rings.
pub(super) const EVERY: Duration = Duration::from_secs(60);
