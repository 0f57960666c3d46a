//! An endpoint's new key: the request is signed by the old one (or, when its answer was lost, already by the new one), the
//! document in it by the new one. So nobody can put a key in whose private half they do not hold, and repeating it is harmless.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{
    Id,
    id::{Endpoint, Server},
};

use super::{
    key::PublicKey,
    sealed::{Document, SealError, Sealed},
};

/// `POST /agent/v1/key`: from now on this is my key. Sealed by that key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// To whom.
    pub server: Id<Server>,
    /// Whose key.
    pub endpoint: Id<Endpoint>,
    /// The new key.
    pub public_key: PublicKey,
}

impl Document for KeyChange {
    const TYPE: &'static str = "application/vnd.yagura.key-change.v1+json";
}

impl KeyChange {
    /// The change, if the key that it names has signed it.
    ///
    /// # Errors
    /// When another key has, or none.
    pub fn open(sealed: &Sealed<Self>) -> Result<Self, SealError> {
        let claimed = sealed.unverified().map(|change| change.public_key);
        sealed.open(|id| claimed.filter(|key| key.id() == *id))
    }
}

/// The answer: this key counts now. Signed by a response key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChanged {
    /// Who says so.
    pub server: Id<Server>,
    /// To whom.
    pub endpoint: Id<Endpoint>,
    /// The key in force.
    pub public_key: PublicKey,
}

impl Document for KeyChanged {
    const TYPE: &'static str = "application/vnd.yagura.key-changed.v1+json";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::key::SigningKey;

    fn change(key: &SigningKey) -> KeyChange {
        KeyChange { server: Id::new(), endpoint: Id::new(), public_key: key.public() }
    }

    #[test]
    fn a_key_is_put_in_only_by_who_holds_it() {
        let (new, _) = SigningKey::generate().unwrap();
        let (other, _) = SigningKey::generate().unwrap();
        let change = change(&new);
        assert_eq!(KeyChange::open(&Sealed::seal(&change, &new)), Ok(change.clone()));
        assert!(KeyChange::open(&Sealed::seal(&change, &other)).is_err());
    }

    #[test]
    fn the_released_shapes_are_still_read() {
        let golden: serde_json::Value = serde_json::from_str(include_str!("../../golden/key-change.v1.json")).unwrap();
        let change: KeyChange = serde_json::from_value(golden["change"].clone()).unwrap();
        let changed: KeyChanged = serde_json::from_value(golden["changed"].clone()).unwrap();
        assert_eq!(serde_json::json!({"change": change, "changed": changed}), golden);
    }
}
