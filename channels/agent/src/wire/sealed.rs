//! Signed documents: DSSE, the Dead Simple Signing Envelope, protocol 1.0.2, with one Ed25519 signature.
//!
//! The signature covers the payload's type, so a document of one kind can never be passed off as another.

use std::marker::PhantomData;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::key::{KeyId, PublicKey, SigningKey};

/// What can be signed: a JSON document with a media type of its own.
pub trait Document: Serialize + DeserializeOwned {
    /// Its media type: `application/vnd.yagura.<kind>.v<version>+json`.
    const TYPE: &'static str;
}

/// A signed `T`. Nothing of the payload can be had without checking the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Sealed<T> {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: String,
    signatures: Vec<Signature>,
    #[serde(skip)]
    kind: PhantomData<fn() -> T>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Signature {
    keyid: KeyId,
    sig: String,
}

/// The document is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is of another kind.
    #[error("the signed document is of type `{found}`, expected `{expected}`")]
    Type {
        /// What it says it is.
        found: String,
        /// What was wanted.
        expected: &'static str,
    },
    /// No signature by a key that may sign this.
    #[error("the signed document was signed by {found}, which may not sign it")]
    Key {
        /// The key ids found.
        found: String,
    },
    /// A signature that does not fit.
    #[error("the signature of the document does not fit its text")]
    Signature,
    /// Signed, but not readable.
    #[error("the signed document cannot be read: {0}")]
    Payload(String),
}

impl<T: Document> Sealed<T> {
    /// Signs `document` with `key`.
    ///
    /// # Panics
    /// Never for our documents: they are plain structures whose keys are strings.
    #[must_use]
    pub fn seal(document: &T, key: &SigningKey) -> Self {
        let payload = serde_json::to_vec(document).expect("a plain structure with string keys can be written as JSON");
        let sig = key.sign(&authenticated(T::TYPE, &payload));
        Self {
            payload_type: T::TYPE.to_owned(),
            payload: STANDARD.encode(payload),
            signatures: vec![Signature { keyid: key.public().id(), sig: STANDARD.encode(sig) }],
            kind: PhantomData,
        }
    }

    /// The document, if one of the keys that `key` knows has signed it.
    ///
    /// # Errors
    /// When the type, the key, the signature or the payload is wrong.
    pub fn open(&self, key: impl Fn(&KeyId) -> Option<PublicKey>) -> Result<T, SealError> {
        if self.payload_type != T::TYPE {
            return Err(SealError::Type { found: self.payload_type.clone(), expected: T::TYPE });
        }
        let payload = STANDARD.decode(&self.payload).map_err(|_| SealError::Signature)?;
        let known = self.signatures.iter().find_map(|signature| Some((key(&signature.keyid)?, signature)));
        let Some((key, signature)) = known else {
            let found = self.signatures.iter().map(|s| s.keyid.0.as_str()).collect::<Vec<_>>().join(", ");
            return Err(SealError::Key { found: if found.is_empty() { "nobody".to_owned() } else { found } });
        };
        let sig = STANDARD.decode(&signature.sig).map_err(|_| SealError::Signature)?;
        if !key.verifies(&authenticated(T::TYPE, &payload), &sig) {
            return Err(SealError::Signature);
        }
        serde_json::from_slice(&payload).map_err(|error| SealError::Payload(error.to_string()))
    }

    /// Whether it says that this key signed it, unchecked.
    #[cfg(feature = "server")]
    pub(crate) fn names(&self, key: &KeyId) -> bool {
        self.signatures.iter().any(|signature| signature.keyid == *key)
    }

    /// The document before its signature is checked: to find out which key to check it with, or one's own.
    pub(crate) fn unverified(&self) -> Option<T> {
        serde_json::from_slice(&STANDARD.decode(&self.payload).ok()?).ok()
    }
}

/// DSSE's pre-authentication encoding.
fn authenticated(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Note {
        text: String,
    }

    impl Document for Note {
        const TYPE: &'static str = "application/vnd.yagura.note.v1+json";
    }

    #[derive(Debug, Serialize, Deserialize)]
    struct Other {
        text: String,
    }

    impl Document for Other {
        const TYPE: &'static str = "application/vnd.yagura.other.v1+json";
    }

    fn sealed() -> (Sealed<Note>, PublicKey) {
        let (key, _) = SigningKey::generate().unwrap();
        (Sealed::seal(&Note { text: "巡回".into() }, &key), key.public())
    }

    #[test]
    fn a_document_is_opened_by_the_key_that_signed_it() {
        let (sealed, key) = sealed();
        let wire = serde_json::to_string(&sealed).unwrap();
        let back: Sealed<Note> = serde_json::from_str(&wire).unwrap();
        assert_eq!(back.open(|id| (*id == key.id()).then_some(key)).unwrap().text, "巡回");
    }

    #[test]
    fn a_changed_payload_is_not_believed() {
        let (mut sealed, key) = sealed();
        sealed.payload = STANDARD.encode(r#"{"text":"changed"}"#);
        assert_eq!(sealed.open(|_| Some(key)).unwrap_err(), SealError::Signature);
    }

    #[test]
    fn a_stranger_s_signature_is_not_believed() {
        let (sealed, _) = sealed();
        assert!(matches!(sealed.open(|_| None).unwrap_err(), SealError::Key { .. }));
    }

    #[test]
    fn a_document_cannot_be_passed_off_as_another_kind() {
        let (sealed, key) = sealed();
        let wire = serde_json::to_string(&sealed).unwrap().replace("note.v1", "other.v1");
        let other: Sealed<Other> = serde_json::from_str(&wire).unwrap();
        assert_eq!(other.open(|_| Some(key)).unwrap_err(), SealError::Signature);
    }
}
