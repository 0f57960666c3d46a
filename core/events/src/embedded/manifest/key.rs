//! The key that signs manifests, by its name: the public half in base64url without padding.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ED25519, UnparsedPublicKey};

/// Whether the key of this name made a signature of some bytes.
pub(crate) fn made(name: &str, bytes: &[u8], signature: &[u8]) -> bool {
    let Ok(public) = URL_SAFE_NO_PAD.decode(name) else { return false };
    UnparsedPublicKey::new(&ED25519, &public).verify(bytes, signature).is_ok()
}

/// Whether a text can be the name of a key.
#[must_use]
pub fn is_key(name: &str) -> bool {
    URL_SAFE_NO_PAD.decode(name).is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
pub(crate) mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;
    use crate::embedded::Seal;

    #[derive(Debug)]
    pub(crate) struct Key(Ed25519KeyPair);

    impl Key {
        pub(crate) fn new(seed: u8) -> Self {
            Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
        }
    }

    impl Seal for Key {
        fn key(&self) -> String {
            URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
        }
        fn sign(&self, bytes: &[u8]) -> Vec<u8> {
            self.0.sign(bytes).as_ref().to_vec()
        }
    }

    #[test]
    fn a_key_knows_what_it_signed() {
        let (key, other) = (Key::new(1), Key::new(2));
        let signature = key.sign(b"text");
        assert!(is_key(&key.key()) && !is_key("journal-1"));
        assert!(made(&key.key(), b"text", &signature));
        assert!(!made(&key.key(), b"texts", &signature));
        assert!(!made(&other.key(), b"text", &signature));
        assert!(!made("journal-1", b"text", &signature));
    }
}
