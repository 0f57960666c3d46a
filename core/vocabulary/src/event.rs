//! What happened: the one flat shape of every event, from the sensor to the five-year search.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    Id, Level, Time,
    id::{Endpoint, EventKind, Person},
    level::words,
};

words! {
    /// The road an event takes. Lanes are numbered apart, so that an alarm never waits behind a backlog.
    Lane {
        /// Alarms, denials, tamper: written through to disk at once.
        Critical = "critical",
        /// What people did: the operation log.
        Operation = "operation",
        /// What fills disks: given up first when the spool is full.
        Bulk = "bulk",
    }
}

/// A sign-in name on an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// The name that people read: `tanaka`, `EXAMPLE\tanaka`.
    pub name: String,
    /// The uid (decimal) or SID, which stays the same when the name changes.
    pub id: String,
}

/// Longest command line that is kept, in bytes; a longer one is cut at a character and marked `truncated`.
pub const MAX_COMMAND_LINE: usize = 32 * 1024;

/// One thing that happened on an endpoint, as its agent tells it.
///
/// An event has no sequence number of its own: its place in its sealed batch gives it one. What has no column stands in
/// `body`. Text that was not UTF-8 is kept lossily in its column and raw, base64, in `body` under `<column>_raw`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened, by the endpoint's clock corrected by the server's.
    pub occurred_at: Time,
    /// Which start of the machine this was, so that `mono_ns` can be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_id: Option<Uuid>,
    /// Nanoseconds since that start; orders events although the wall clock was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mono_ns: Option<u64>,
    /// The feature that recorded it: `operation_log`.
    pub feature: String,
    /// What it is: `process.start`, `file.copy`, `agent.gap`.
    pub kind: String,
    /// What came of the rules.
    #[serde(default = "recorded")]
    pub level: Level,
    /// The rule that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The alarm class of that rule: `out_of_hours`, `removable_write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The logon session it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// The process that did it; unique over boots and pid reuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process_guid: Option<Uuid>,
    /// Its process id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Full path of its executable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Its command line, secrets masked, at most [`MAX_COMMAND_LINE`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// The process that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_guid: Option<Uuid>,
    /// Full path of the parent's executable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_image: Option<String>,
    /// SHA-256 of the file in question (the executable for process events), lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_sha256: Option<String>,
    /// Who signed that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// The main text: path, title, URL, device name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The second path, or where it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The other side's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_ip: Option<String>,
    /// The other side's port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_port: Option<u16>,
    /// The other side's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_host: Option<String>,
    /// Serial number of the device in question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_serial: Option<String>,
    /// Size of what was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How many equal happenings this row stands for, where rows were folded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Deduced rather than seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
    /// Some text was cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// What has no column.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub body: Map<String, Value>,
}

fn recorded() -> Level {
    Level::Recorded
}

impl Event {
    /// An event with nothing but its time, feature and kind.
    #[must_use]
    pub fn new(occurred_at: Time, feature: &str, kind: &str) -> Self {
        Self {
            occurred_at,
            boot_id: None,
            mono_ns: None,
            feature: feature.to_owned(),
            kind: kind.to_owned(),
            level: Level::Recorded,
            rule: None,
            class: None,
            account: None,
            logon_session: None,
            process_guid: None,
            pid: None,
            image: None,
            command_line: None,
            parent_guid: None,
            parent_image: None,
            hash_sha256: None,
            signer: None,
            subject: None,
            target: None,
            remote_ip: None,
            remote_port: None,
            remote_host: None,
            device_serial: None,
            bytes: None,
            count: None,
            inferred: false,
            truncated: false,
            body: Map::new(),
        }
    }

    /// Adds a value to the body.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.body.insert(name.to_owned(), value.into());
        self
    }
}

/// An event as the server keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Given by the server when it was appended; never changes.
    pub id: Id<EventKind>,
    /// Where it happened.
    pub endpoint: Id<Endpoint>,
    /// The endpoint's numbering: a new epoch begins where an old one can no longer be trusted.
    pub epoch: Uuid,
    /// Its lane.
    pub lane: Lane,
    /// Its place in that lane, from 1, without holes.
    pub seq: u64,
    /// When the server took it.
    pub received_at: Time,
    /// The person the account belonged to at that time, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id<Person>>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_details_is_short_on_the_wire() {
        let event = Event::new(Time::from_seconds(0), "operation_log", "process.start");
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"occurred_at":"1970-01-01T00:00:00.000000Z","feature":"operation_log","kind":"process.start","level":"recorded"}"#
        );
    }

    #[test]
    fn fields_of_a_newer_agent_are_ignored_not_refused() {
        let line = r#"{"occurred_at":"2026-11-23T00:00:00Z","feature":"f","kind":"k","from_the_future":1}"#;
        let event: Event = serde_json::from_str(line).unwrap();
        assert_eq!(event.level, Level::Recorded);
    }
}
