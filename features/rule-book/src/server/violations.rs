//! From an event to which a rule answered to an alarm that somebody deals with.

use serde_json::json;
use yagura_alarms::{About, Cause, Kind, all_happened};
use yagura_events::{FeedItem, server::Follower};
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::{Level, Severity, StoredEvent};

pub(super) const ALARM: Kind = Kind {
    word: "rule.alarm",
    severity: Severity::Medium,
    title: ("規則に触れる操作がありました", "Something was against a rule"),
};
const PROHIBITED: Kind = Kind {
    word: "rule.prohibited",
    severity: Severity::Medium,
    title: ("規則が操作を止めました", "A rule stopped something"),
};

/// Reads what rules answered to. What happened before there were rules was against none.
pub(super) struct Reader;

impl Follower for Reader {
    type Found = Cause;
    const TABLE: &'static str = "rule_book_feed";

    fn find(&mut self, item: &FeedItem) -> Option<Cause> {
        cause(&item.event)
    }

    async fn write(&mut self, ctx: &Context, tx: &mut Tx, found: &[Cause]) -> Result<(), ApiError> {
        all_happened(ctx, tx, found).await
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
    let about = About { id: about(stored), title: Some((name.to_owned(), name.to_owned())) };
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
