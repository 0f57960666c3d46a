//! Secrets that are handed out once and kept as a hash: sessions, one-time links, API tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom as _, SystemRandom},
};

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("failed to make a secret: the system gave no random bytes")]
pub struct NoRandom;

/// 32 random bytes.
///
/// # Errors
/// When the system gives none.
pub fn random() -> Result<[u8; 32], NoRandom> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(bytes)
}

/// A new secret as text, with a prefix that says what it is for (so that scanners of leaked secrets know it).
///
/// # Errors
/// When the system gives no random bytes.
pub fn new(prefix: &str) -> Result<String, NoRandom> {
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random()?)))
}

/// What is kept of a secret: its SHA-256, hex. A secret of 256 random bits needs no slow hash.
#[must_use]
pub fn hash(secret: &str) -> String {
    hex::encode(digest(&SHA256, secret.as_bytes()))
}

impl From<NoRandom> for crate::ApiError {
    fn from(error: NoRandom) -> Self {
        Self::unavailable(&error)
    }
}
