//! The server's keys: one root, and under it the keys for each purpose.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{Id, Time, id::Server};

use super::{
    key::{KeyId, PublicKey},
    sealed::{Document, SealError, Sealed},
};

/// What a key under the root may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Policy manifests.
    Policy,
    /// Commands.
    Command,
    /// Enrolment answers, receipts and the time.
    Response,
}

/// One key under the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerKey {
    /// What it may sign.
    pub purpose: Purpose,
    /// The key.
    pub public_key: PublicKey,
    /// From then on it is not believed.
    pub not_after: Time,
}

/// The keys in force. Signed by the root; agents refuse a lower `version` than the one they hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// Whose keys these are.
    pub server: Id<Server>,
    /// Rises with every change.
    pub version: u64,
    /// When it was signed.
    pub issued_at: Time,
    /// The keys; two of one purpose stand side by side while one replaces the other.
    pub keys: Vec<ServerKey>,
}

impl Document for KeySet {
    const TYPE: &'static str = "application/vnd.yagura.key-set.v1+json";
}

/// A new root, signed by the old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootChange {
    /// Whose root it is.
    pub server: Id<Server>,
    /// The new root.
    pub new_root: PublicKey,
    /// When it was signed.
    pub issued_at: Time,
}

impl Document for RootChange {
    const TYPE: &'static str = "application/vnd.yagura.root-change.v1+json";
}

/// What the server hands out: the root, how it came to be, and the key set under it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Keys {
    /// The root's public half, known to the agent by its hash.
    pub root: PublicKey,
    /// The roots' changes, oldest first: each is signed by the root before it.
    #[serde(default)]
    pub changes: Vec<Sealed<RootChange>>,
    /// The keys in force, signed by the root.
    pub set: Sealed<KeySet>,
}

/// The server's keys are not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Another root than the one we know, and no chain from ours to it.
    #[error("the server's root key {found} is not the one this endpoint was enrolled under, nor signed by it")]
    Root {
        /// The root offered.
        found: KeyId,
    },
    /// Older keys than those we hold: somebody may be trying to bring back a lost key.
    #[error("the server offers key set {offered}, older than {held} which this endpoint holds")]
    Older {
        /// The version offered.
        offered: u64,
        /// The version held.
        held: u64,
    },
    /// The keys of another server.
    #[error("the key set belongs to another server ({0})")]
    Server(Id<Server>),
    /// A signature that does not fit.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The server's keys as an endpoint believes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedKeys {
    /// The root.
    pub root: PublicKey,
    /// The keys under it.
    pub set: KeySet,
}

impl TrustedKeys {
    /// Believes `keys` for the first time, because the root's hash is known from the enrolment token.
    ///
    /// # Errors
    /// When the root has another hash or the set is not signed by it.
    pub fn first(keys: &Keys, root_sha256: &[u8; 32]) -> Result<Self, KeysError> {
        // A token outlives a change of the root: the chain may begin at the root that the token names.
        let known = |root: &PublicKey| root.sha256() == *root_sha256;
        if !known(&keys.root) {
            return Err(KeysError::Root { found: keys.root.id() });
        }
        let set = keys.set.open(|id| (*id == keys.root.id()).then_some(keys.root))?;
        Ok(Self { root: keys.root, set })
    }

    /// Moves on to `keys`.
    ///
    /// # Errors
    /// When the new root is not signed by the old one, the set by the root, or the set is older or another server's.
    pub fn renewed(&self, keys: &Keys) -> Result<Self, KeysError> {
        let mut root = self.root;
        for change in &keys.changes {
            if root == keys.root {
                break;
            }
            // Changes before our own root are signed by roots that we no longer know: they are not ours to check.
            let believed = root;
            if let Ok(change) = change.open(|id| (*id == believed.id()).then_some(believed))
                && change.server == self.set.server
            {
                root = change.new_root;
            }
        }
        if root != keys.root {
            return Err(KeysError::Root { found: keys.root.id() });
        }
        let set = keys.set.open(|id| (*id == root.id()).then_some(root))?;
        if set.server != self.set.server {
            return Err(KeysError::Server(set.server));
        }
        if set.version < self.set.version {
            return Err(KeysError::Older { offered: set.version, held: self.set.version });
        }
        Ok(Self { root, set })
    }

    /// The key with this name, if it may sign for `purpose` at `now`.
    #[must_use]
    pub fn key(&self, id: &KeyId, purpose: Purpose, now: Time) -> Option<PublicKey> {
        self.set
            .keys
            .iter()
            .find(|key| key.purpose == purpose && key.public_key.id() == *id && now < key.not_after)
            .map(|key| key.public_key)
    }

    /// Opens a document that a key of this purpose must have signed.
    ///
    /// # Errors
    /// When it was not, or not in time.
    pub fn open<T: Document>(&self, sealed: &Sealed<T>, purpose: Purpose, now: Time) -> Result<T, SealError> {
        sealed.open(|id| self.key(id, purpose, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::key::SigningKey;

    const LATER: i64 = 4_000_000_000;

    fn key() -> SigningKey {
        SigningKey::generate().unwrap().0
    }

    fn keys(root: &SigningKey, server: Id<Server>, version: u64, changes: Vec<Sealed<RootChange>>) -> Keys {
        let set = KeySet { server, version, issued_at: Time::from_seconds(0), keys: vec![] };
        Keys { root: root.public(), changes, set: Sealed::seal(&set, root) }
    }

    #[test]
    fn the_first_keys_are_believed_by_the_hash_in_the_token() {
        let (root, other) = (key(), key());
        let offered = keys(&root, Id::new(), 1, vec![]);
        assert!(TrustedKeys::first(&offered, &root.public().sha256()).is_ok());
        assert!(matches!(TrustedKeys::first(&offered, &other.public().sha256()), Err(KeysError::Root { .. })));
    }

    #[test]
    fn an_older_key_set_is_refused() {
        let (root, server) = (key(), Id::new());
        let held = TrustedKeys::first(&keys(&root, server, 5, vec![]), &root.public().sha256()).unwrap();
        assert_eq!(
            held.renewed(&keys(&root, server, 4, vec![])).unwrap_err(),
            KeysError::Older { offered: 4, held: 5 }
        );
        assert!(held.renewed(&keys(&root, server, 6, vec![])).is_ok());
    }

    #[test]
    fn a_new_root_is_believed_when_the_old_one_signed_it_even_two_changes_later() {
        let (first, second, third, server) = (key(), key(), key(), Id::new());
        let held = TrustedKeys::first(&keys(&first, server, 1, vec![]), &first.public().sha256()).unwrap();
        let change = |from: &SigningKey, to: &SigningKey| {
            let change = RootChange { server, new_root: to.public(), issued_at: Time::from_seconds(0) };
            Sealed::seal(&change, from)
        };
        let chain = vec![change(&first, &second), change(&second, &third)];
        assert_eq!(held.renewed(&keys(&third, server, 2, chain)).unwrap().root, third.public());
        let forged = vec![change(&third, &third)];
        assert!(matches!(held.renewed(&keys(&third, server, 2, forged)), Err(KeysError::Root { .. })));
    }

    #[test]
    fn a_key_counts_for_its_purpose_and_until_its_end() {
        let (root, policy) = (key(), key());
        let set = KeySet {
            server: Id::new(),
            version: 1,
            issued_at: Time::from_seconds(0),
            keys: vec![ServerKey {
                purpose: Purpose::Policy,
                public_key: policy.public(),
                not_after: Time::from_seconds(LATER),
            }],
        };
        let trusted = TrustedKeys { root: root.public(), set };
        let id = policy.public().id();
        assert!(trusted.key(&id, Purpose::Policy, Time::from_seconds(1)).is_some());
        assert!(trusted.key(&id, Purpose::Command, Time::from_seconds(1)).is_none());
        assert!(trusted.key(&id, Purpose::Policy, Time::from_seconds(LATER)).is_none());
    }
}
