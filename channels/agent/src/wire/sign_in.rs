//! A one-time sign-in for a person who sits at an endpoint: the way to their own pages without a password.
//!
//! The agent knows from the operating system who asks, and vouches for it with its signature on the request.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{
    Account, Id, Time,
    id::{Endpoint, Server},
};

use super::sealed::Document;

/// `POST /agent/v1/sign-in-links`: this account of this endpoint wants to see its own pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRequest {
    /// Who asks, by the operating system's word (the peer of the local socket), never by the asking program's.
    pub account: Account,
    /// The page of theirs that is wanted, as [`is_own_page`] has it; the first one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// Whether it is the address of a page for people without an account of the console: `/me` and what is below it, in plain
/// letters, so that nothing else can be smuggled into a link.
#[must_use]
pub fn is_own_page(page: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    page.len() <= 200
        && page.strip_prefix("/me").is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('/').is_some_and(|below| below.split('/').all(plain))
        })
}

/// The answer, signed by a response key: whoever is in between cannot send the person's browser elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInLink {
    /// Who answers.
    pub server: Id<Server>,
    /// To which endpoint.
    pub endpoint: Id<Endpoint>,
    /// The uid or SID that the link was made for.
    pub account_id: String,
    /// What to open in the person's browser. The secret stands behind the `#`, so no log on the way holds it.
    pub url: String,
    /// Until when it can be used, once.
    pub expires_at: Time,
}

impl Document for SignInLink {
    const TYPE: &'static str = "application/vnd.yagura.sign-in-link.v1+json";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_released_shapes_are_still_read() {
        let golden: serde_json::Value = serde_json::from_str(include_str!("../../golden/sign-in.v1.json")).unwrap();
        let request: SignInRequest = serde_json::from_value(golden["request"].clone()).unwrap();
        assert_eq!((request.account.name.as_str(), request.account.id.as_str()), ("tanaka", "1000"));
        let link: SignInLink = serde_json::from_value(golden["link"].clone()).unwrap();
        assert_eq!(link.url, "https://yagura.example/sign-in#yge_0123");
        assert_eq!(serde_json::to_value(&link).unwrap(), golden["link"]);
        assert_eq!((request.page.as_ref(), serde_json::to_value(&request).unwrap()), (None, golden["request"].clone()));
        let with_page: SignInRequest = serde_json::from_value(golden["request_for_a_page"].clone()).unwrap();
        assert_eq!(with_page.page.as_deref(), Some("/me/surveys/0192f0c1-2345-7abc-8def-0123456789ad"));
    }

    #[test]
    fn only_pages_of_one_s_own_can_be_asked_for() {
        for page in ["/me", "/me/events", "/me/surveys/0192f0c1-2345"] {
            assert!(is_own_page(page), "{page}");
        }
        let long = format!("/me/{}", "a".repeat(200));
        for page in [
            "",
            "/",
            "/mean",
            "/me/",
            "/me//evil.example",
            "/me/../settings",
            "/me?x=1",
            "/me#x",
            "https://x/me",
            &long,
        ] {
            assert!(!is_own_page(page), "{page}");
        }
    }
}
