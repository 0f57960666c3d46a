//! Policies on their way: documents addressed by their content, and a signed manifest that says which are in force.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use yagura_vocabulary::{
    Id, Time,
    id::{Endpoint, Grant as GrantKind, Server},
};

use super::{key::sha256, sealed::Document};

/// Which policy of each feature is in force on one endpoint. Signed by a policy key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Who says so.
    pub server: Id<Server>,
    /// For whom.
    pub endpoint: Id<Endpoint>,
    /// Rises with every manifest: `max(previous + 1, UTC microseconds)`. An agent refuses a lower one.
    pub counter: u64,
    /// Feature to the hash of its document.
    pub documents: BTreeMap<String, DocumentHash>,
}

impl Document for Manifest {
    const TYPE: &'static str = "application/vnd.yagura.manifest.v1+json";
}

/// SHA-256 of a document's bytes, lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentHash(pub String);

impl DocumentHash {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex::encode(sha256(bytes)))
    }
}

impl std::fmt::Display for DocumentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One feature's policy, as endpoints with the same groups and grants share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDocument {
    /// The feature.
    pub feature: String,
    /// Its value, with all groups taken into account.
    pub value: Value,
    /// What is allowed besides, for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
}

/// A grant: something added to a policy, for somebody, for a time, for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id, which stands on every event that it allowed.
    pub id: Id<GrantKind>,
    /// Only for this account (its uid or SID on the endpoint); for everybody on the endpoint where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What is laid over the policy's value (RFC 7396 merge patch).
    pub value: Value,
    /// From then on.
    pub starts_at: Time,
    /// Until then.
    pub expires_at: Time,
}

impl PolicyDocument {
    /// The bytes whose hash is the document's address.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The value in force at `now` for an account, or for the endpoint as such: grants laid over it, in order.
    #[must_use]
    pub fn in_force(&self, account: Option<&str>, now: Time) -> Value {
        let mut value = self.value.clone();
        for grant in &self.grants {
            let for_us = grant.account.as_deref().is_none_or(|wanted| account == Some(wanted));
            if for_us && grant.starts_at <= now && now < grant.expires_at {
                merge(&mut value, &grant.value);
            }
        }
        value
    }

    /// The next time at which [`Self::in_force`] changes, after `now`.
    #[must_use]
    pub fn next_change(&self, now: Time) -> Option<Time> {
        self.grants.iter().flat_map(|g| [g.starts_at, g.expires_at]).filter(|time| *time > now).min()
    }
}

/// Lays `patch` over `value`: JSON Merge Patch (RFC 7396).
pub fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = value else { return };
    for (name, change) in patch {
        if change.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

/// How a feature took its policy, as the agent tells in its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The document in force.
    pub hash: DocumentHash,
    /// Since when.
    pub at: Time,
    /// What of the wanted document could not be applied; the last good one is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// A document that could not be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The document.
    pub hash: DocumentHash,
    /// What is wrong with it, item by item.
    pub errors: Vec<ItemError>,
}

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemError {
    /// Where, as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> PolicyDocument {
        let grant = |account: Option<&str>, from, until| Grant {
            id: Id::new(),
            account: account.map(str::to_owned),
            value: json!({"usb": "write"}),
            starts_at: Time::from_seconds(from),
            expires_at: Time::from_seconds(until),
        };
        PolicyDocument {
            feature: "device_control".into(),
            value: json!({"usb": "deny", "cd": "read"}),
            grants: vec![grant(Some("1000"), 100, 200)],
        }
    }

    #[test]
    fn a_grant_counts_for_its_person_and_ends_on_time() {
        let document = document();
        let usb = |account, at| document.in_force(account, Time::from_seconds(at))["usb"].clone();
        assert_eq!(usb(Some("1000"), 99), "deny");
        assert_eq!(usb(Some("1000"), 100), "write");
        assert_eq!(usb(Some("1001"), 150), "deny");
        assert_eq!(usb(None, 150), "deny");
        assert_eq!(usb(Some("1000"), 200), "deny");
    }

    #[test]
    fn the_agent_knows_when_to_look_again() {
        let document = document();
        assert_eq!(document.next_change(Time::from_seconds(0)), Some(Time::from_seconds(100)));
        assert_eq!(document.next_change(Time::from_seconds(100)), Some(Time::from_seconds(200)));
        assert_eq!(document.next_change(Time::from_seconds(200)), None);
    }

    #[test]
    fn a_merge_patch_changes_what_it_names_and_removes_nulls() {
        let mut value = json!({"a": {"b": 1, "c": 2}, "d": [1]});
        merge(&mut value, &json!({"a": {"b": null, "e": 3}, "d": [2]}));
        assert_eq!(value, json!({"a": {"c": 2, "e": 3}, "d": [2]}));
    }
}
