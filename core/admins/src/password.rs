//! Passwords: Argon2id with the parameters of RFC 9106's second recommendation as the library ships them, off the async threads.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use yagura_server_kit::ApiError;

/// Shortest password in characters. Length counts, not kinds of characters (NIST SP 800-63B section 3.1.1).
pub(crate) const MIN_CHARS: usize = 12;
const MAX_BYTES: usize = 1024;

/// Hashing failed: there is not enough memory or randomness.
#[derive(Debug, thiserror::Error)]
#[error("failed to hash a password: {0}")]
pub(crate) struct HashError(String);

/// Refuses passwords that are too short, too long, or the person's own name.
pub(crate) fn check(password: &str, name: &str, pointer: &str) -> Result<(), ApiError> {
    if password.chars().count() < MIN_CHARS {
        return Err(ApiError::invalid(pointer, "too_short", format!("a password has at least {MIN_CHARS} characters")));
    }
    if password.len() > MAX_BYTES {
        return Err(ApiError::invalid(pointer, "too_long", format!("a password has at most {MAX_BYTES} bytes")));
    }
    if password.to_lowercase().contains(&name.to_lowercase()) {
        return Err(ApiError::invalid(pointer, "contains_name", "a password does not contain the account's name"));
    }
    Ok(())
}

/// The PHC string of a password.
pub(crate) async fn hash(password: &str) -> Result<String, ApiError> {
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| HashError(error.to_string()))
    });
    match hashed.await {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(error)) => Err(ApiError::unavailable(&error)),
        Err(error) => Err(ApiError::unavailable(&error)),
    }
}

/// Whether the password fits the hash. With no hash (an unknown name) it takes as long and says no, so that the time of an
/// answer does not tell which names exist.
pub(crate) async fn fits(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| {
        Argon2::default().hash_password(b"nobody has this password").map(|h| h.to_string()).unwrap_or_default()
    });
    if password.len() > MAX_BYTES {
        return false;
    }
    let password = password.to_owned();
    let hash = hash.filter(|hash| !hash.is_empty()).map(str::to_owned);
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.as_deref().unwrap_or(&NOBODY);
        Argon2::default().verify_password(password.as_bytes(), hash).is_ok() && known
    })
    .await
    .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hash = hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(fits("correct horse battery", Some(&hash)).await);
        assert!(!fits("correct horse batterz", Some(&hash)).await);
        assert!(!fits("nobody has this password", None).await);
    }

    #[test]
    fn weak_passwords_are_refused() {
        assert!(check("short", "tanaka", "/new").is_err());
        assert!(check("Tanaka-tanaka-1", "tanaka", "/new").is_err());
        assert!(check("ながいあいことばをつかう", "tanaka", "/new").is_ok());
    }
}
