//! What ran before anybody asked: learned from stored events, so that nothing old seems new.

use std::{collections::HashSet, time::Duration};

use sqlx::AnyConnection;
use yagura_events::{Budget, EventStore, FacetField, FeedCursor, KindFilter, Query, server::Store};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

use super::{MOST, day_of};

/// So far back it is looked: what did not run for longer is new when it runs again.
pub(super) const BACK: Duration = Duration::from_secs(90 * 86_400);
const DAY: Duration = Duration::from_secs(86_400);
/// An answer that covers less is good enough: what it lacks is learned while programs are only learned.
const BUDGET: Budget = Budget { rows: 200_000_000, time: Duration::from_secs(600) };

/// Since when programs have been learned; `None` before the first time.
pub(super) async fn since(connection: &mut AnyConnection) -> Result<Option<Time>, ApiError> {
    let (since,): (Option<i64>,) =
        sqlx::query_as("SELECT since FROM rule_book_program_feed").fetch_one(connection).await?;
    Ok(since.map(Time::from_micros))
}

/// Learns, once, what ran in the last ninety days. The events that come after it are read one by one.
pub(super) async fn learn(ctx: &Context) -> Result<(), ApiError> {
    if since(&mut *ctx.db().read().acquire().await?).await?.is_some() {
        return Ok(());
    }
    let store = ctx.part::<Store>();
    // What comes while it is learned is read again afterwards.
    let head = store.feed(FeedCursor::START, 1).await?.head;
    let now = ctx.now();
    let (programs, _) = programs(&**store, now - BACK, now, BUDGET).await?;
    let oldest = oldest(&**store, now).await?.unwrap_or(now);
    let mut tx = ctx.db().write().await?;
    let first = sqlx::query("UPDATE rule_book_program_feed SET position = $1, since = $2 WHERE since IS NULL")
        .bind(i64::try_from(head.0).unwrap_or(i64::MAX))
        .bind(oldest.micros())
        .execute(tx.on())
        .await?;
    if first.rows_affected() == 0 {
        return Ok(());
    }
    for program in &programs {
        sqlx::query(
            "INSERT INTO rule_book_program (program, first_at, seen_day, bare) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING",
        )
        .bind(program)
        .bind(oldest.micros())
        .bind(day_of(now))
        .execute(tx.on())
        .await?;
    }
    tx.commit().await?;
    tracing::info!(programs = programs.len(), since = %oldest, "what programs ran was learned from stored events");
    Ok(())
}

/// The programs that ran in a time, by hash and by path, and whether these are all.
pub(super) async fn programs(
    store: &dyn EventStore,
    since: Time,
    until: Time,
    budget: Budget,
) -> Result<(HashSet<String>, bool), ApiError> {
    let query = Query { since: Some(since), until: Some(until), ..starts() };
    let found = store.facets(&query, &[FacetField::HashSha256, FacetField::Image], MOST, budget).await?;
    let complete = found.covered.down_to.is_none();
    Ok((
        found.facets.into_iter().flat_map(|facet| facet.values).map(|(name, _)| name.to_lowercase()).collect(),
        complete,
    ))
}

/// The programs that have been known since before a time, as the server met them.
pub(super) async fn met_before(ctx: &Context, at: Time) -> Result<HashSet<String>, ApiError> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT program FROM rule_book_program WHERE first_at < $1")
        .bind(at.micros())
        .fetch_all(ctx.db().read())
        .await?;
    Ok(rows.into_iter().map(|(program,)| program).collect())
}

/// The first day of the last ninety on which a program is known to have started.
async fn oldest(store: &dyn EventStore, now: Time) -> Result<Option<Time>, ApiError> {
    let bounds: Vec<_> = (0..=90_u32).rev().map(|days| now - DAY * days).collect();
    let found = store.histogram(&starts(), &bounds, BUDGET).await?;
    Ok(found.buckets.into_iter().find(|bucket| bucket.total() > 0).map(|bucket| bucket.from))
}

fn starts() -> Query {
    Query { kinds: vec![KindFilter::Exact("process.start".to_owned())], ..Query::new() }
}
