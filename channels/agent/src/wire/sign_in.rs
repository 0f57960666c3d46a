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
    }
}
