//! What endpoints tell of notices after the command was done: shown to somebody who signed in later, closed.

use sqlx::AnyConnection;
use yagura_events::{FeedItem, server::Follower};
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::id::NoticeId;

/// Reads what became of notices.
pub(super) struct Reader;

impl Follower for Reader {
    type Found = Seen;
    const TABLE: &'static str = "notices_feed";

    fn find(&mut self, item: &FeedItem) -> Option<Seen> {
        Seen::of(item)
    }

    async fn write(&mut self, _: &Context, tx: &mut Tx, found: &[Seen]) -> Result<(), ApiError> {
        for seen in found {
            seen.write(tx.on()).await?;
        }
        Ok(())
    }
}

/// One thing that an endpoint tells of a notice.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
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
