//! What people say of a feed.

use http::Uri;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;
use yagura_advisories::Format;
use yagura_dial::Target;
use yagura_server_kit::ApiError;

use super::signature::PublicKey;

/// Nobody publishes more often, and publishers ask not to be asked more often.
const SOONEST_S: i64 = 900;
/// A feed that is older than this says too little.
const LATEST_S: i64 = 31 * 86_400;

/// A feed of one's own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VulnerabilityFeedNew)]
pub(crate) struct FeedNew {
    /// 1 to 200 characters.
    pub name: String,
    /// `osv`, `debian_tracker`, `ubuntu_oval`, `rhel_oval`, `nvd`, `jvn_rss`, `kev`, `epss`, `msrc_csaf`, `msrc_cvrf`, `yagura`, `end_of_life`.
    pub format: String,
    /// Where it is fetched from; empty for one that is only imported from files.
    #[serde(default)]
    pub url: String,
    /// How often it is fetched, in seconds: 900 to 2,678,400.
    pub every_s: i64,
    #[serde(default)]
    pub enabled: bool,
    #[serde(default)]
    pub licence: String,
    /// Its publisher's key as minisign writes it; then only files with a right signature are taken. Empty where nothing is signed.
    #[serde(default)]
    pub public_key: String,
    /// A key by which its publisher knows us, as the NVD hands one out: at most 500 characters. It is sent to the server of the address only.
    #[serde(default, serialize_with = "hidden")]
    pub api_key: Option<String>,
}

/// What can be changed of a feed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VulnerabilityFeedChange)]
pub(crate) struct FeedChange {
    /// Where it is fetched from; empty for one that is only imported from files.
    pub url: String,
    /// How often it is fetched, in seconds: 900 to 2,678,400.
    pub every_s: i64,
    pub enabled: bool,
    /// Its publisher's key as minisign writes it; empty where nothing is signed.
    #[serde(default)]
    pub public_key: String,
    /// A key by which its publisher knows us: absent for the one that is there, empty for none.
    #[serde(default, serialize_with = "hidden")]
    pub api_key: Option<String>,
}

/// For the audit log: that it was given, not what it is.
#[expect(clippy::ref_option, reason = "serde gives a field like this")]
fn hidden<S: Serializer>(key: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    match key.as_deref() {
        None => to.serialize_none(),
        Some("") => to.serialize_str("taken away"),
        Some(_) => to.serialize_str("given"),
    }
}

impl FeedNew {
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if !(1..=200).contains(&self.name.trim().chars().count()) {
            return Err(ApiError::invalid("/name", "length", "a feed's name has 1 to 200 characters"));
        }
        if self.licence.chars().count() > 1000 {
            return Err(ApiError::invalid("/licence", "length", "a licence is said in at most 1,000 characters"));
        }
        if Format::parse(&self.format).is_none() {
            return Err(ApiError::invalid("/format", "unknown", format!("`{}` is no format of feeds", self.format)));
        }
        self.change().check()
    }

    fn change(&self) -> FeedChange {
        let (url, public_key) = (self.url.clone(), self.public_key.clone());
        FeedChange { url, every_s: self.every_s, enabled: self.enabled, public_key, api_key: self.api_key.clone() }
    }
}

impl FeedChange {
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if self.url.is_empty() && self.enabled {
            return Err(ApiError::invalid("/url", "required", "a feed that is to be fetched needs an address"));
        }
        if !self.url.is_empty() && (self.url.len() > 1000 || address(&self.url).is_none()) {
            let detail =
                "a feed's address begins with https:// (http:// only for this machine itself) and has no password";
            return Err(ApiError::invalid("/url", "unreadable", detail));
        }
        if !(SOONEST_S..=LATEST_S).contains(&self.every_s) {
            let detail = format!("a feed is fetched every {SOONEST_S} to {LATEST_S} seconds");
            return Err(ApiError::invalid("/every_s", "out_of_range", detail));
        }
        if !self.public_key.trim().is_empty() {
            PublicKey::read(&self.public_key)
                .map_err(|error| ApiError::invalid("/public_key", "unreadable", error.to_string()))?;
        }
        if self.api_key.as_ref().is_some_and(|key| key.len() > 500 || !key.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            let detail = "a feed's key has at most 500 letters, digits and signs, without blanks";
            return Err(ApiError::invalid("/api_key", "unreadable", detail));
        }
        Ok(())
    }
}

/// Where to connect, and what to ask for there. Over TLS, but for this machine itself, where a mirror may listen.
pub(super) fn address(url: &str) -> Option<(Target, String)> {
    let uri: Uri = url.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    if !(scheme == "https" || scheme == "http" && is_own(authority.host())) || authority.as_str().contains('@') {
        return None;
    }
    let target = Target::parse(&format!("{scheme}://{authority}")).ok()?;
    Some((target, uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)))
}

/// Whether an address is one of this machine itself.
pub(super) fn is_here(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_own))
}

fn is_own(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "[::1]" | "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, every_s: i64, enabled: bool, public_key: &str) -> bool {
        let (url, public_key) = (url.to_owned(), public_key.to_owned());
        let change = FeedChange { url, every_s, enabled, public_key, api_key: None };
        change.check().is_ok()
    }

    #[test]
    fn a_feed_is_fetched_over_tls_or_from_this_machine() {
        assert!(check("https://feeds.example/all.json", 3600, true, ""));
        assert!(check("http://127.0.0.1:8080/all.json", 3600, true, ""));
        for url in ["http://feeds.example/a", "https://me:pw@feeds.example/a", "file:///etc/passwd", "feeds.example"] {
            assert!(!check(url, 3600, true, ""), "{url}");
        }
    }

    #[test]
    fn one_without_an_address_can_only_be_imported() {
        assert!(check("", 3600, false, ""));
        assert!(!check("", 3600, true, ""));
    }

    #[test]
    fn publishers_are_not_asked_every_minute() {
        assert!(!check("https://feeds.example/a", 899, true, ""));
        assert!(check("https://feeds.example/a", 900, true, ""));
        assert!(!check("https://feeds.example/a", LATEST_S + 1, true, ""));
    }

    #[test]
    fn a_key_is_one_word_and_stands_in_no_audit_log() {
        let with = |key: &str| FeedChange {
            url: String::new(),
            every_s: 3600,
            enabled: false,
            public_key: String::new(),
            api_key: Some(key.to_owned()),
        };
        assert!(with("0b5c-11aa").check().is_ok() && with("").check().is_ok());
        assert!(with("two words").check().is_err() && with("a\nb").check().is_err());
        assert!(!serde_json::to_string(&with("0b5c-11aa")).unwrap().contains("0b5c"));
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        assert!(!check("https://feeds.example/a", 900, true, "RWabc"));
    }
}
