//! One attempt to sign in, between leaving for the provider and coming back. The browser carries it in a cookie, so the
//! server keeps nothing for people who never come back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};
use ring::digest::{SHA256, digest};
use yagura_server_kit::{ApiError, secret};

const COOKIE: &str = "__Host-yagura-oidc";
/// Somebody who needs longer at the provider begins anew.
const LIFETIME_S: u32 = 600;

/// The secrets of an attempt.
pub(super) struct Attempt {
    /// Comes back with the browser (RFC 6749 section 10.12): the answer is to this browser's question.
    pub state: String,
    /// Comes back in the ID token (OpenID Connect Core section 3.1.2.1): the token was made for this attempt.
    pub nonce: String,
    /// Shown when the code is redeemed (RFC 7636): whoever catches the code cannot use it.
    pub verifier: String,
}

impl Attempt {
    pub(super) fn new() -> Result<Self, ApiError> {
        let random = || secret::new("").map_err(ApiError::from);
        Ok(Self { state: random()?, nonce: random()?, verifier: random()? })
    }

    /// What is said of the verifier at the start: its SHA-256 (RFC 7636 section 4.2).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()))
    }

    /// The cookie that the browser carries it in.
    pub(super) fn cookie(&self) -> Option<HeaderValue> {
        let Self { state, nonce, verifier } = self;
        let attributes = format!("Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={LIFETIME_S}");
        HeaderValue::from_str(&format!("{COOKIE}={state}.{nonce}.{verifier}; {attributes}")).ok()
    }

    /// The cookie that takes it away.
    pub(super) fn over() -> HeaderValue {
        HeaderValue::from_static("__Host-yagura-oidc=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
    }

    /// The attempt that a browser carries.
    pub(super) fn carried(headers: &HeaderMap) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let (_, value) = cookies
            .flat_map(|line| line.split("; "))
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == COOKIE)?;
        let mut parts = value.split('.').map(str::to_owned);
        Some(Self { state: parts.next()?, nonce: parts.next()?, verifier: parts.next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_carries_its_attempt_and_no_other() {
        let attempt = Attempt::new().unwrap();
        let cookie = attempt.cookie().unwrap().to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, format!("other=1; {cookie}").parse().unwrap());
        let carried = Attempt::carried(&headers).unwrap();
        assert_eq!((carried.state, carried.verifier), (attempt.state, attempt.verifier));
        headers.insert(header::COOKIE, "__Host-yagura-oidc=half".parse().unwrap());
        assert!(Attempt::carried(&headers).is_none());
    }

    #[test]
    fn the_challenge_is_the_one_of_the_standard_s_example() {
        // RFC 7636 appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let attempt = Attempt { state: String::new(), nonce: String::new(), verifier };
        assert_eq!(attempt.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
