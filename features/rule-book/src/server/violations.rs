//! From an event to which a rule answered to an alarm that somebody deals with.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use yagura_alarms::{About, Cause, Kind, all_happened};
use yagura_events::{EventStore, FeedCursor, server::Store};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Level, Severity, StoredEvent};

const ALARM: Kind = Kind {
    word: "rule.alarm",
    severity: Severity::Medium,
    title: ("規則に触れる操作がありました", "Something was against a rule"),
};
const PROHIBITED: Kind = Kind {
    word: "rule.prohibited",
    severity: Severity::Medium,
    title: ("規則が操作を止めました", "A rule stopped something"),
};

/// Events of one look.
const AT_ONCE: usize = 1000;
/// So many events without a violation among them, and the place is written down all the same.
const FAR: u64 = 50_000;
/// After a failure.
const PAUSE: Duration = Duration::from_secs(10);

/// Reads the events until the server stops.
pub(super) async fn follow(ctx: Context) {
    let store = Arc::clone(ctx.part::<Store>());
    let (stop, mut news) = (ctx.stopping(), store.news());
    loop {
        let looked = async {
            match catch_up(&ctx, &*store).await {
                Ok(()) => drop(news.changed().await),
                Err(error) => {
                    tracing::warn!(?error, "violations raised no alarms yet; it is tried again");
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

async fn catch_up(ctx: &Context, store: &dyn EventStore) -> Result<(), ApiError> {
    let (position,): (i64,) = sqlx::query_as("SELECT position FROM rule_book_feed").fetch_one(ctx.db().read()).await?;
    let Ok(position) = u64::try_from(position) else {
        // What happened before there were rules was against none.
        let head = store.feed(FeedCursor::START, 1).await?.head;
        return write_down(ctx, &[], head).await;
    };
    let mut kept = FeedCursor(position);
    let mut cursor = kept;
    loop {
        let page = store.feed(cursor, AT_ONCE).await?;
        let causes: Vec<_> = page.items.iter().filter_map(|item| cause(&item.event)).collect();
        cursor = page.next;
        if !causes.is_empty() || cursor.0 - kept.0 > FAR {
            write_down(ctx, &causes, cursor).await?;
            kept = cursor;
        }
        if cursor >= page.head {
            return Ok(());
        }
    }
}

/// The alarm for an event, if it is one: for each rule and account at an endpoint there is one until somebody has dealt with it.
fn cause(stored: &StoredEvent) -> Option<Cause> {
    let event = &stored.event;
    let kind = match event.level {
        Level::Alarm => &ALARM,
        Level::Prohibited => &PROHIBITED,
        Level::Recorded => return None,
    };
    let rule = event.rule.as_deref()?;
    let text = |name: &str| event.body.get(name).and_then(serde_json::Value::as_str);
    let name = text("rule_name").unwrap_or(rule);
    let account = event.account.as_ref();
    let detail = json!({
        "rule": rule,
        "rule_name": name,
        "class": event.class,
        "user": account.map(|account| &account.name),
        "person": stored.person,
        "event": stored.id,
        "kind": event.kind,
        "subject": event.target.as_ref().or(event.subject.as_ref()),
        "image": event.image,
        "occurred_at": event.occurred_at,
        "rule_count": event.body.get("rule_count"),
    });
    let about = About { id: about(stored), title: name.to_owned() };
    Some(Cause { kind, endpoint: Some(stored.endpoint), about: Some(about), detail })
}

/// The rule and whose act it was.
fn about(stored: &StoredEvent) -> String {
    let account = stored.event.account.as_ref().map_or("", |account| &account.id);
    format!("{}/{account}", stored.event.rule.as_deref().unwrap_or_default())
}

/// What the alarm for an event stands for, as alarms keep it.
pub(super) fn subject(stored: &StoredEvent) -> String {
    format!("{}/{}", stored.endpoint, about(stored))
}

/// The alarms and how far was read, in one transaction: after a crash the same events raise nothing twice.
async fn write_down(ctx: &Context, causes: &[Cause], cursor: FeedCursor) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    all_happened(ctx, tx.on(), causes).await?;
    sqlx::query("UPDATE rule_book_feed SET position = $1")
        .bind(i64::try_from(cursor.0).unwrap_or(i64::MAX))
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}
