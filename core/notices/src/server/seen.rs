//! What endpoints tell of notices after the command was done: shown to somebody who signed in later, closed.

use std::{sync::Arc, time::Duration};

use sqlx::AnyConnection;
use yagura_events::{EventStore, FeedCursor, FeedItem, server::Store};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::id::NoticeId;

/// Events of one look.
const AT_ONCE: usize = 1000;
/// So many events without a notice among them, and the place is written down all the same.
const FAR: u64 = 50_000;
/// After a failure.
const PAUSE: Duration = Duration::from_secs(10);

/// Reads the events until the server stops.
pub(super) async fn follow(ctx: Context) {
    let store = Arc::clone(ctx.part::<Store>());
    let (stop, mut news) = (ctx.stopping(), store.news());
    loop {
        let seen = async {
            match catch_up(&ctx, &*store).await {
                Ok(()) => drop(news.changed().await),
                Err(error) => {
                    tracing::warn!(?error, "what became of notices was not counted; it is tried again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = seen => {}
        }
    }
}

async fn catch_up(ctx: &Context, store: &dyn EventStore) -> Result<(), ApiError> {
    let (position,): (i64,) = sqlx::query_as("SELECT position FROM notices_feed").fetch_one(ctx.db().read()).await?;
    let mut kept = FeedCursor(position.unsigned_abs());
    let mut cursor = kept;
    loop {
        let page = store.feed(cursor, AT_ONCE).await?;
        let seen: Vec<_> = page.items.iter().filter_map(Seen::of).collect();
        cursor = page.next;
        if !seen.is_empty() || cursor.0 - kept.0 > FAR {
            write_down(ctx, &seen, cursor).await?;
            kept = cursor;
        }
        if cursor >= page.head {
            return Ok(());
        }
    }
}

/// One thing that an endpoint tells of a notice.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    notice: NoticeId,
    endpoint: String,
    shown_at: Option<i64>,
    closed_at: Option<i64>,
}

impl Seen {
    fn of(item: &FeedItem) -> Option<Self> {
        let stored = &item.event;
        let at = Some(stored.event.occurred_at.micros());
        let (shown_at, closed_at) = match stored.event.kind.as_str() {
            "notice.shown" => (at, None),
            "notice.closed" => (None, at),
            _ => return None,
        };
        let notice = stored.event.body.get("notice_id")?.as_str()?.parse().ok()?;
        Some(Self { notice, endpoint: stored.endpoint.to_string(), shown_at, closed_at })
    }

    /// The first time counts. Reading the same event again changes nothing.
    async fn write(&self, on: &mut AnyConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO notices_seen (notice_id, endpoint_id, shown_at, closed_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (notice_id, endpoint_id) DO UPDATE SET
             shown_at = COALESCE(notices_seen.shown_at, excluded.shown_at),
             closed_at = COALESCE(notices_seen.closed_at, excluded.closed_at)",
        )
        .bind(self.notice.to_string())
        .bind(&self.endpoint)
        .bind(self.shown_at)
        .bind(self.closed_at)
        .execute(on)
        .await?;
        Ok(())
    }
}

/// What was seen and how far was read, in one transaction.
async fn write_down(ctx: &Context, seen: &[Seen], cursor: FeedCursor) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    for seen in seen {
        seen.write(tx.on()).await?;
    }
    sqlx::query("UPDATE notices_feed SET position = $1")
        .bind(i64::try_from(cursor.0).unwrap_or(i64::MAX))
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}
