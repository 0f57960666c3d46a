//! Whom a new program is told to: the rules of the endpoint on which it ran first, or everybody who looks at alarms.

use std::collections::HashMap;

use serde_json::{Value, json};
use yagura_alarms::{About, Cause, Kind};
use yagura_policy::value_for;
use yagura_rules::{First, Matcher, Memory, Rule, RuleBook, Seen};
use yagura_server_kit::{ApiError, Code, Context};
use yagura_vocabulary::{Event, RuleLevel, Severity, StoredEvent, id::EndpointId};

use super::Started;
use crate::server::violations::ALARM;

const NEW: Kind = Kind {
    word: "program.new",
    severity: Severity::Low,
    title: ("組織で初めてのプログラムが動きました", "A program ran that never ran in the organisation"),
};

/// The rules about new programs that are in force on the endpoints of one look, by endpoint and account.
#[derive(Default)]
pub(super) struct Books(HashMap<(EndpointId, Option<String>), Option<Matcher>>);

/// It was never seen.
struct New;

impl Seen for New {
    fn is_first(&mut self, scope: First, _: &str, _: &Event) -> Option<bool> {
        (scope == First::Fleet).then_some(true)
    }
}

/// Whether a rule is one that the server judges, as no endpoint can.
pub(crate) fn is_ours(rule: &Rule) -> bool {
    rule.on && rule.level != RuleLevel::Log && rule.when.first_seen == Some(First::Fleet)
}

impl Books {
    /// What a new program gives cause for: the rule that answers to it, else the alarm without a rule if that is wanted.
    pub(super) async fn judge(
        &mut self,
        ctx: &Context,
        started: &Started,
        memory: &mut Memory,
        without_rule: bool,
    ) -> Result<Option<Cause>, ApiError> {
        let stored = &*started.stored;
        let account = stored.event.account.as_ref().map(|account| account.id.clone());
        let key = (stored.endpoint, account);
        if !self.0.contains_key(&key) {
            let matcher = matcher(ctx, stored.endpoint, key.1.as_deref()).await?;
            self.0.insert(key.clone(), matcher);
        }
        let matcher = self.0.get(&key).and_then(Option::as_ref);
        let answer = matcher.and_then(|matcher| matcher.judge(&stored.event, memory, &mut New));
        let about = |id: String, title| Some(About { id, title });
        let (kind, about, mut detail) = match answer {
            Some(answer) => {
                let rule = answer.rule;
                let detail = json!({"rule": rule.id, "rule_name": rule.name, "class": rule.class});
                (
                    &ALARM,
                    about(format!("{}/{}", rule.id, started.key), Some((rule.name.clone(), rule.name.clone()))),
                    detail,
                )
            }
            None if without_rule => (&NEW, about(started.key.clone(), None), json!({"class": "new_program"})),
            None => return Ok(None),
        };
        if let (Value::Object(detail), Value::Object(more)) = (&mut detail, told(started)) {
            detail.extend(more);
        }
        Ok(Some(Cause { kind, endpoint: Some(stored.endpoint), about, detail }))
    }
}

async fn matcher(ctx: &Context, endpoint: EndpointId, account: Option<&str>) -> Result<Option<Matcher>, ApiError> {
    let value = match value_for(ctx, crate::FEATURE, endpoint, account).await {
        Ok(value) => value.unwrap_or_default(),
        // Its events outlive an endpoint.
        Err(error) if error.code() == Code::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let book: RuleBook = serde_json::from_value(value).unwrap_or_default();
    let rules: Vec<_> = book.rules.into_iter().filter(is_ours).collect();
    // A book with faults is in force nowhere.
    Ok(if rules.is_empty() { None } else { Matcher::new(&RuleBook { calendar: book.calendar, rules }).ok() })
}

/// Where it ran first, and where all its starts are found.
fn told(Started { stored, .. }: &Started) -> Value {
    let StoredEvent { id, person, event, .. } = &**stored;
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let q = match (&event.hash_sha256, &event.image) {
        (Some(hash), _) => format!("kind:process.start hash:{hash}"),
        (None, image) => format!("kind:process.start exe={}", quoted(image.as_deref().unwrap_or_default())),
    };
    json!({
        "first_seen": "fleet",
        "user": event.account.as_ref().map(|account| &account.name),
        "person": person,
        "event": id,
        "kind": event.kind,
        "subject": event.image,
        "sha256": event.hash_sha256,
        "occurred_at": event.occurred_at,
        "q": q,
    })
}
