//! For whoever makes something of every stored event: reads them one after another, each once, from where it was left.

use std::{future::Future, sync::Arc, time::Duration};

use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Context, Tx};

use super::Store;
use crate::{EventStore, FeedCursor, FeedItem};

/// Events of one look.
const AT_ONCE: usize = 1000;
/// So many events with nothing among them, and the place is written down all the same.
const FAR: u64 = 50_000;
/// After a failure.
const PAUSE: Duration = Duration::from_secs(10);

/// Makes something of stored events.
pub trait Follower: Send + 'static {
    /// What is made of one event.
    type Found: Send + Sync;

    /// Its table, whose one row has the `position` up to which was read; -1 to begin with what comes after the first look.
    const TABLE: &'static str;

    /// So long it rests after a look, so that what comes in small pieces is written down together.
    const REST: Duration = Duration::ZERO;

    /// What an event means, if it means anything here.
    fn find(&mut self, item: &FeedItem) -> Option<Self::Found>;

    /// Writes down what was found, in the transaction that writes down how far was read: after a crash nothing is done twice.
    fn write(
        &mut self,
        ctx: &Context,
        tx: &mut Tx,
        found: &[Self::Found],
    ) -> impl Future<Output = Result<(), ApiError>> + Send;

    /// What was found is written down for good: it may be remembered now.
    fn written(&mut self, _found: &[Self::Found]) {}
}

/// Reads the events until the server stops.
pub async fn follow<F: Follower>(ctx: Context, mut follower: F) {
    let store = Arc::clone(ctx.part::<Store>());
    let (stop, mut news) = (ctx.stopping(), store.news());
    loop {
        let looked = async {
            match catch_up(&ctx, &*store, &mut follower).await {
                Ok(true) => {
                    tokio::time::sleep(F::REST).await;
                    drop(news.changed().await);
                }
                // Another server reads as well, and was quicker: from where it has come to.
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(?error, reader = F::TABLE, "stored events were not read on; it is tried again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = looked => {}
        }
    }
}

/// False where another server has read on meanwhile.
async fn catch_up<F: Follower>(ctx: &Context, store: &dyn EventStore, follower: &mut F) -> Result<bool, ApiError> {
    let sql = AssertSqlSafe(format!("SELECT position FROM {}", F::TABLE));
    let (position,): (i64,) = sqlx::query_as(sql).fetch_one(ctx.db().read()).await?;
    let Ok(from) = u64::try_from(position) else {
        let head = store.feed(FeedCursor::START, 1).await?.head;
        return write_down(ctx, follower, &[], position, head).await;
    };
    let mut kept = FeedCursor(from);
    let mut cursor = kept;
    loop {
        let page = store.feed(cursor, AT_ONCE).await?;
        let found: Vec<_> = page.items.iter().filter_map(|item| follower.find(item)).collect();
        cursor = page.next;
        if !found.is_empty() || cursor.0 - kept.0 > FAR {
            let before = i64::try_from(kept.0).unwrap_or(i64::MAX);
            if !write_down(ctx, follower, &found, before, cursor).await? {
                return Ok(false);
            }
            kept = cursor;
        }
        if cursor >= page.head {
            return Ok(true);
        }
    }
}

/// Writes down what was found after the position `before`; false, and nothing, if another server did so meanwhile.
async fn write_down<F: Follower>(
    ctx: &Context,
    follower: &mut F,
    found: &[F::Found],
    before: i64,
    cursor: FeedCursor,
) -> Result<bool, ApiError> {
    let mut tx = ctx.db().write().await?;
    // First, so that whoever comes second waits here, and sees that it is done.
    let moved = sqlx::query(AssertSqlSafe(format!("UPDATE {} SET position = $1 WHERE position = $2", F::TABLE)))
        .bind(i64::try_from(cursor.0).unwrap_or(i64::MAX))
        .bind(before)
        .execute(tx.on())
        .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    follower.write(ctx, &mut tx, found).await?;
    tx.commit().await?;
    follower.written(found);
    Ok(true)
}
