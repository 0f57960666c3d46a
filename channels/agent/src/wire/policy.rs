//! Policies on their way: documents addressed by their content, and a signed manifest that says which are in force.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use yagura_vocabulary::in_force::merge;
use yagura_vocabulary::{
    Id, InForce, Time,
    id::{Endpoint, Grant as GrantKind, Server},
    in_force::{Layer, Layers},
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

    /// The value, and the grants that count at `now`.
    #[must_use]
    pub fn layers(&self, now: Time) -> Layers {
        let counts = |grant: &&Grant| grant.starts_at <= now && now < grant.expires_at;
        let layer =
            |grant: &Grant| Layer { grant: grant.id, account: grant.account.clone(), value: grant.value.clone() };
        Layers { policy: self.value.clone(), grants: self.grants.iter().filter(counts).map(layer).collect() }
    }

    /// What is in force at `now`, for whom nobody asks whether it fits.
    #[must_use]
    pub fn in_force(&self, now: Time) -> InForce<Value> {
        let read = |value: &Value| Ok::<_, std::convert::Infallible>(value.clone());
        match self.layers(now).read(read) {
            Ok((in_force, _)) => in_force,
            Err(never) => match never {},
        }
    }

    /// The next time at which [`Self::in_force`] changes, after `now`.
    #[must_use]
    pub fn next_change(&self, now: Time) -> Option<Time> {
        self.grants.iter().flat_map(|g| [g.starts_at, g.expires_at]).filter(|time| *time > now).min()
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
    /// Grants that do not fit on it; they grant nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// A grant that could not be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The grant.
    pub grant: Id<GrantKind>,
    /// What is wrong with the policy once the grant is laid over it, item by item.
    pub errors: Vec<ItemError>,
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
        let usb = |account, at| document.in_force(Time::from_seconds(at)).for_account(account)["usb"].clone();
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
}
