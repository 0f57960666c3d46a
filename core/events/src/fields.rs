//! An event as the matcher sees it, whether it lies in memory as a value or in a file as columns.

use serde_json::Value;
use uuid::Uuid;
use yagura_vocabulary::StoredEvent;

/// The parts of an event that a query can ask about.
pub(crate) trait Fields {
    fn id(&self) -> Uuid;
    fn endpoint(&self) -> Uuid;
    fn person(&self) -> Option<Uuid>;
    fn process_guid(&self) -> Option<Uuid>;
    fn parent_guid(&self) -> Option<Uuid>;
    fn feature(&self) -> &str;
    fn kind(&self) -> &str;
    fn level(&self) -> &str;
    fn account_name(&self) -> Option<&str>;
    fn account_id(&self) -> Option<&str>;
    fn image(&self) -> Option<&str>;
    fn hash_sha256(&self) -> Option<&str>;
    fn remote_ip(&self) -> Option<&str>;
    fn device_serial(&self) -> Option<&str>;
    fn rule(&self) -> Option<&str>;
    fn class(&self) -> Option<&str>;
    fn remote_host(&self) -> Option<&str>;
    /// Whether `found` holds for one of the texts that the keyword search covers, the body aside.
    fn any_text(&self, found: &mut dyn FnMut(&str) -> bool) -> bool;
    /// Whether `found` holds for the text of one of the body's values. `skip` may rule the body out by its JSON text.
    fn any_body_text(&self, skip: &mut dyn FnMut(&str) -> bool, found: &mut dyn FnMut(&str) -> bool) -> bool;
}

impl Fields for StoredEvent {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn endpoint(&self) -> Uuid {
        self.endpoint.uuid()
    }
    fn person(&self) -> Option<Uuid> {
        self.person.map(yagura_vocabulary::Id::uuid)
    }
    fn process_guid(&self) -> Option<Uuid> {
        self.event.process_guid
    }
    fn parent_guid(&self) -> Option<Uuid> {
        self.event.parent_guid
    }
    fn feature(&self) -> &str {
        &self.event.feature
    }
    fn kind(&self) -> &str {
        &self.event.kind
    }
    fn level(&self) -> &str {
        self.event.level.as_str()
    }
    fn account_name(&self) -> Option<&str> {
        self.event.account.as_ref().map(|account| account.name.as_str())
    }
    fn account_id(&self) -> Option<&str> {
        self.event.account.as_ref().map(|account| account.id.as_str())
    }
    fn image(&self) -> Option<&str> {
        self.event.image.as_deref()
    }
    fn hash_sha256(&self) -> Option<&str> {
        self.event.hash_sha256.as_deref()
    }
    fn remote_ip(&self) -> Option<&str> {
        self.event.remote_ip.as_deref()
    }
    fn device_serial(&self) -> Option<&str> {
        self.event.device_serial.as_deref()
    }
    fn rule(&self) -> Option<&str> {
        self.event.rule.as_deref()
    }
    fn class(&self) -> Option<&str> {
        self.event.class.as_deref()
    }
    fn remote_host(&self) -> Option<&str> {
        self.event.remote_host.as_deref()
    }

    fn any_text(&self, found: &mut dyn FnMut(&str) -> bool) -> bool {
        let Self { event, .. } = self;
        let texts = [
            &event.command_line,
            &event.image,
            &event.subject,
            &event.target,
            &event.parent_image,
            &event.remote_host,
            &event.class,
            &event.rule,
        ];
        self.account_name().is_some_and(&mut *found) || texts.into_iter().flatten().any(|text| found(text))
    }

    fn any_body_text(&self, _: &mut dyn FnMut(&str) -> bool, found: &mut dyn FnMut(&str) -> bool) -> bool {
        self.event.body.values().any(|value| any_value(value, found))
    }
}

/// Whether `found` holds for the text of one of the plain values in `value`. Names of members are not searched.
pub(crate) fn any_value(value: &Value, found: &mut dyn FnMut(&str) -> bool) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => found(if *flag { "true" } else { "false" }),
        Value::Number(number) => found(&number.to_string()),
        Value::String(text) => found(text),
        Value::Array(values) => values.iter().any(|value| any_value(value, found)),
        Value::Object(members) => members.values().any(|value| any_value(value, found)),
    }
}
