//! What an event is in the words of OCSF.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{Class, VERSION, kinds::activity};

/// An event in the words of OCSF.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its class.
    pub class: Class,
    /// When it occurred, in milliseconds since 1970.
    pub time_ms: i64,
    /// Its members, as OCSF nests them; what is empty is left out.
    pub members: Map<String, Value>,
}

/// Fields of the API that have a place in the records of every class.
const PLACED: &[&str] = &[
    "id",
    "endpoint",
    "hostname",
    "kind",
    "occurred_at",
    "received_at",
    "user",
    "user_id",
    "logon_session",
    "process_guid",
    "pid",
    "image",
    "command_line",
    "parent_guid",
    "parent_image",
    "hash_sha256",
    "subject",
    "level",
    "feature",
    "rule",
];

/// Fields of the API that have a place in the records of this class as well.
const fn placed(class: Class) -> &'static [&'static str] {
    const REMOTE: &[&str] = &["remote_ip", "remote_port", "remote_host"];
    const REMOTE_BYTES: &[&str] = &["remote_ip", "remote_port", "remote_host", "bytes"];
    match class {
        Class::File | Class::FileHosting => &["remote_ip", "remote_port", "remote_host", "bytes", "target"],
        Class::Network | Class::Http => REMOTE_BYTES,
        Class::Base | Class::Dns | Class::Authentication => REMOTE,
        Class::Email => &["target"],
        Class::Application => &["signer"],
        Class::Process | Class::Detection | Class::AccountChange => &[],
    }
}

/// What an event, given as the API gives it, is in the words of OCSF. Whatever is missing or of another type than the API's is
/// left out.
#[must_use]
pub fn to_ocsf(event: &Value) -> Record {
    let event = Event(event);
    let kind = event.text("kind").unwrap_or("unknown");
    let (class, number, caption) = activity(kind);
    let (severity, severity_caption, disposition) = match event.text("level") {
        Some("alarm") => (3, "Medium", Some((15, "Detected"))),
        Some("prohibited") => (4, "High", Some((2, "Blocked"))),
        _ => (1, "Informational", None),
    };
    let occurred = event.time("occurred_at");
    let time_ms = occurred.map_or(0, Timestamp::as_millisecond);
    let type_uid = u64::from(class.uid()) * 100 + u64::from(number);
    let mut members = full(json!({
        "activity_id": number, "activity_name": caption,
        "category_uid": class.category(), "category_name": class.category_caption(),
        "class_uid": class.uid(), "class_name": class.caption(),
        "type_uid": type_uid, "type_name": format!("{}: {caption}", class.caption()),
        "time": time_ms, "time_dt": occurred.map(|time| time.to_string()),
        "severity_id": severity, "severity": severity_caption,
        "message": event.text("subject"),
        "metadata": {
            "version": VERSION,
            "uid": event.text("id"),
            "event_code": kind,
            "logged_time": event.time("received_at").map(Timestamp::as_millisecond),
            "profiles": if disposition.is_some() { vec!["datetime", "host", "security_control"] } else { vec!["datetime", "host"] },
            "product": {"name": "Yagura", "vendor_name": "Yagura", "feature": {"name": event.text("feature")}},
        },
        "device": {"uid": event.text("endpoint"), "hostname": event.text("hostname"), "type_id": 0},
        "disposition_id": disposition.map(|(number, _)| number), "disposition": disposition.map(|(_, caption)| caption),
        "rule": event.text("rule").map(|rule| json!({"name": rule})),
    }));
    members.extend(full(of_class(class, kind, &event)));
    let unmapped = event.unmapped(class);
    if !unmapped.is_empty() {
        members.insert("unmapped".to_owned(), Value::Object(unmapped));
    }
    Record { class, time_ms, members }
}

/// What only records of this class have.
fn of_class(class: Class, kind: &str, event: &Event<'_>) -> Value {
    let user = event.user();
    let actor = || json!({"user": user, "session": {"uid": event.text("logon_session")}, "process": event.process()});
    let remote = || json!({"ip": event.text("remote_ip"), "hostname": event.text("remote_host"), "port": event.number("remote_port")});
    match class {
        Class::Process => json!({
            "process": event.process(),
            "actor": {"user": user, "session": {"uid": event.text("logon_session")}, "process": event.parent()},
        }),
        Class::File | Class::FileHosting => {
            let type_id = if kind.starts_with("folder.") { 2 } else { 1 };
            let file = |path: Option<&str>, size: Option<u64>| {
                path.map(|path| json!({"name": name_of(path), "path": path, "type_id": type_id, "size": size}))
            };
            json!({
                "actor": actor(),
                "file": file(event.text("subject"), event.number("bytes")),
                "file_result": file(event.text("target"), None),
                "dst_endpoint": remote(),
            })
        }
        Class::Authentication => json!({
            "actor": actor(), "user": user,
            "status_id": if kind == "session.failed" { 2 } else { 1 },
            "status": if kind == "session.failed" { "Failure" } else { "Success" },
            "src_endpoint": remote(),
        }),
        Class::AccountChange => json!({"actor": actor(), "user": {"name": event.text("subject")}}),
        Class::Network => json!({
            "actor": actor(),
            "dst_endpoint": remote(),
            "connection_info": {"direction_id": match kind { "net.connect" => 2, "net.accept" => 1, _ => 0 }},
            "traffic": {"bytes": event.number("bytes")},
        }),
        Class::Http => json!({
            "actor": actor(),
            "dst_endpoint": remote(),
            "http_request": {
                "url": {"url_string": event.text("subject"), "hostname": event.text("remote_host")},
                "http_method": if matches!(kind, "web.upload" | "web.post") { "POST" } else { "GET" },
            },
            "traffic": {"bytes": event.number("bytes")},
        }),
        Class::Dns => json!({"actor": actor(), "query": {"hostname": event.text("subject")}, "dst_endpoint": remote()}),
        Class::Email => json!({
            "actor": actor(), "direction_id": 2,
            "email": {"subject": event.text("subject"), "to": event.text("target").map(|to| vec![to])},
        }),
        Class::Application => json!({
            "actor": actor(),
            "app": {"name": if kind.starts_with("agent.") { Some("Yagura agent") } else { event.text("subject") }, "vendor_name": event.text("signer")},
        }),
        Class::Detection => json!({
            "actor": actor(),
            "finding_info": {"title": event.text("rule").or_else(|| event.text("subject")), "uid": event.text("id")},
        }),
        Class::Base => json!({"actor": actor(), "dst_endpoint": remote()}),
    }
}

/// An event as the API gives it.
struct Event<'a>(&'a Value);

impl<'a> Event<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.as_u64()
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        self.text(name)?.parse().ok()
    }

    fn user(&self) -> Value {
        json!({"name": self.text("user"), "uid": self.text("user_id")})
    }

    fn process(&self) -> Value {
        let hash = self.text("hash_sha256");
        let hashes = hash.map(|value| json!([{"algorithm_id": 3, "algorithm": "SHA-256", "value": value}]));
        json!({
            "uid": self.text("process_guid"),
            "pid": self.number("pid"),
            "name": self.text("image").map(name_of),
            "cmd_line": self.text("command_line"),
            "file": self.text("image").map(|path| json!({"name": name_of(path), "path": path, "type_id": 1, "hashes": hashes})),
            "parent_process": self.parent(),
        })
    }

    fn parent(&self) -> Value {
        json!({
            "uid": self.text("parent_guid"),
            "name": self.text("parent_image").map(name_of),
            "file": self.text("parent_image").map(|path| json!({"name": name_of(path), "path": path, "type_id": 1})),
        })
    }

    /// What has no place in a record of this class: texts as they are, everything else as JSON.
    fn unmapped(&self, class: Class) -> Map<String, Value> {
        let placed = |name: &String| PLACED.iter().chain(placed(class)).any(|placed| placed == name);
        let members = self.0.as_object().into_iter().flatten();
        members
            .filter(|(name, value)| !placed(name) && !is_empty(value))
            .map(|(name, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (name.clone(), Value::String(text))
            })
            .collect()
    }
}

/// The last part of a path of any system.
fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(path)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The members that are not empty, at every depth.
fn full(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { return Map::new() };
    let mut kept = Map::new();
    for (name, value) in members {
        let value = match value {
            Value::Object(_) => Value::Object(full(value)),
            other => other,
        };
        if !is_empty(&value) {
            kept.insert(name, value);
        }
    }
    kept
}
