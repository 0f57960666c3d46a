//! For whoever makes something of every stored event: reads them one after another, each once, from where it was left.

use std::{future::Future, sync::Arc, time::Duration};

use sqlx::{AnyConnection, AssertSqlSafe};
use yagura_server_kit::{ApiError, Context};

use super::Store;
use crate::{EventStore, FeedCursor, FeedItem};

/// Events of one look.
const AT_ONCE: usize = 1000;
/// So many events with nothing among them, and the place is written down all the same.
const FAR: u64 = 50_000;
/// After a failure.
const PAUSE: Duration = Duration::from_secs(10);

/// Makes something of stored events.
pub trait Follower: 'static {
    /// What is made of one event.
    type Found: Send + Sync;

    /// Its table, whose one row has the `position` up to which was read; -1 to begin with what comes after the first look.
    const TABLE: &'static str;

    /// What an event means, if it means anything here.
    fn find(item: &FeedItem) -> Option<Self::Found>;

    /// Writes down what was found, in the transaction that writes down how far was read: after a crash nothing is done twice.
    fn write(
        ctx: &Context,
        on: &mut AnyConnection,
        found: &[Self::Found],
    ) -> impl Future<Output = Result<(), ApiError>> + Send;
}

/// Reads the events until the server stops.
pub async fn follow<F: Follower>(ctx: Context) {
    let store = Arc::clone(ctx.part::<Store>());
    let (stop, mut news) = (ctx.stopping(), store.news());
    loop {
        let looked = async {
            match catch_up::<F>(&ctx, &*store).await {
                Ok(true) => drop(news.changed().await),
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
async fn catch_up<F: Follower>(ctx: &Context, store: &dyn EventStore) -> Result<bool, ApiError> {
    let sql = AssertSqlSafe(format!("SELECT position FROM {}", F::TABLE));
    let (position,): (i64,) = sqlx::query_as(sql).fetch_one(ctx.db().read()).await?;
    let Ok(from) = u64::try_from(position) else {
        let head = store.feed(FeedCursor::START, 1).await?.head;
        return write_down::<F>(ctx, &[], position, head).await;
    };
    let mut kept = FeedCursor(from);
    let mut cursor = kept;
    loop {
        let page = store.feed(cursor, AT_ONCE).await?;
        let found: Vec<_> = page.items.iter().filter_map(F::find).collect();
        cursor = page.next;
        if !found.is_empty() || cursor.0 - kept.0 > FAR {
            let before = i64::try_from(kept.0).unwrap_or(i64::MAX);
            if !write_down::<F>(ctx, &found, before, cursor).await? {
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
    F::write(ctx, tx.on(), found).await?;
    tx.commit().await?;
    Ok(true)
}
