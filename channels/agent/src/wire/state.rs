//! State: how it is now, in sections. Latest wins; a section is sent as its difference from the last one acknowledged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{delta::Delta, key::sha256};

/// Some sections of an endpoint's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The sections that changed.
    pub sections: BTreeMap<String, Section>,
}

/// One section: `assets`, `sensors`, `policies`, ...
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// All of it.
    Full(Value),
    /// What changed since the value with the hash `base` (RFC 7396 merge patch).
    Patch {
        /// [`hash`] of the value it applies to.
        base: String,
        /// The patch.
        patch: Value,
        /// [`hash`] of the value it leads to.
        hash: String,
    },
    /// The same, exact in lists; only for servers that say that they understand it ([`Taken::deltas`]).
    Delta {
        /// [`hash`] of the value it applies to.
        base: String,
        /// What changed.
        delta: Delta,
        /// [`hash`] of the value it leads to.
        hash: String,
    },
}

/// What the server took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Section to the hash of the value now held. A section whose patch did not apply is missing: send it whole.
    pub hashes: BTreeMap<String, String>,
    /// Whether this server understands [`Section::Delta`]. Servers up to 0.1 say nothing.
    #[serde(default)]
    pub deltas: bool,
}

/// The hash of a value: SHA-256 of its JSON with sorted keys, hex.
#[must_use]
pub fn hash(value: &Value) -> String {
    let mut text = String::new();
    write_sorted(value, &mut text);
    hex::encode(sha256(text.as_bytes()))
}

/// Whether a map keeps its keys sorted is a build option of the JSON library that agent and server may differ in.
fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut names: Vec<_> = map.keys().collect();
            names.sort_unstable();
            out.push('{');
            for name in names {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_sorted(&map[name], out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_sorted(item, out);
                out.push(',');
            }
            out.push(']');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
}

/// The value without members that are null: absent and null mean the same in a section, and a merge patch needs the former.
#[must_use]
pub fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter().filter(|(_, v)| !v.is_null()).map(|(name, v)| (name, without_nulls(v))).collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        leaf => leaf,
    }
}

/// The merge patch that leads from `old` to `new`, or `None` where a merge patch cannot (a null inside `new`).
#[must_use]
pub fn patch(old: &Value, new: &Value) -> Option<Value> {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return (!has_null(new)).then(|| new.clone());
    };
    let mut out = serde_json::Map::new();
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        out.insert(name.clone(), Value::Null);
    }
    for (name, value) in new {
        match old.get(name) {
            Some(before) if before == value => {}
            // Laying an object over something else would keep nothing of it, which a patch of an object says rightly;
            // laying one over an object merges, so only then may the difference be sent.
            Some(before) => {
                out.insert(name.clone(), patch(before, value)?);
            }
            None if has_null(value) => return None,
            None => {
                out.insert(name.clone(), value.clone());
            }
        }
    }
    Some(Value::Object(out))
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        // Nulls inside an array survive a merge patch; it is only members of objects that null removes.
        Value::Object(map) => map.values().any(has_null),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::wire::policy::merge;

    #[test]
    fn the_released_shapes_are_still_read() {
        let golden: Value = serde_json::from_str(include_str!("../../golden/state.v2.json")).unwrap();
        let report: Report = serde_json::from_value(golden["report"].clone()).unwrap();
        let taken: Taken = serde_json::from_value(golden["taken"].clone()).unwrap();
        assert_eq!(json!({"report": report, "taken": taken}), golden);
    }

    #[test]
    fn a_server_that_says_nothing_of_deltas_does_not_understand_them() {
        let taken: Taken = serde_json::from_value(json!({"hashes": {"assets": "ab"}})).unwrap();
        assert!(!taken.deltas);
    }

    #[test]
    fn only_what_changed_is_sent() {
        let old = json!({"software": {"vim": {"version": "1"}, "git": {"version": "2"}}, "os": {"name": "Debian"}});
        let new = json!({"software": {"vim": {"version": "1"}, "git": {"version": "3"}, "jq": {"version": "1"}}, "os": {"name": "Debian"}});
        let sent = patch(&old, &new).unwrap();
        assert_eq!(sent, json!({"software": {"git": {"version": "3"}, "jq": {"version": "1"}}}));
    }

    #[test]
    fn a_value_with_nulls_is_sent_whole() {
        assert_eq!(patch(&json!({}), &json!({"serial": null})), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i8>().prop_map(Value::from)];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-c]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_patch_always_leads_to_the_new_value(old in value(), new in value()) {
            if let Some(patch) = patch(&old, &new) {
                let mut got = old;
                merge(&mut got, &patch);
                prop_assert_eq!(got, new);
            }
        }
    }
}
