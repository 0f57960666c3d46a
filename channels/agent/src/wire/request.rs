//! Signed requests: the profile of HTTP Message Signatures (RFC 9421) that agents use.
//!
//! Signed are the method, path and query, the body's digest (RFC 9530), the endpoint, the server it is meant for and the time.
//! Scheme and authority are not, so a gateway may change them. There is no nonce: every request may arrive twice.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use yagura_vocabulary::{
    Id, Time,
    id::{Endpoint, Server},
};

use super::key::{KeyId, PublicKey, SigningKey, sha256};

/// How far a request's time may lie from the server's, in seconds either way.
pub const MAX_SKEW_S: u64 = 300;

/// Header with the endpoint's id.
pub const ENDPOINT: &str = "yagura-endpoint";
/// Header with the id of the server that the request is meant for.
pub const SERVER: &str = "yagura-server";
/// Header with the body's digest (RFC 9530).
pub const CONTENT_DIGEST: &str = "content-digest";
const SIGNATURE_INPUT: &str = "signature-input";
const SIGNATURE: &str = "signature";
const COVERED: &str = r#"("@method" "@path" "@query" "content-digest" "yagura-endpoint" "yagura-server")"#;
const LABEL: &str = "yg=";

/// What a signature is made over, besides the time and the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// `GET`, `POST`, ...
    pub method: &'a str,
    /// The path, beginning with `/`.
    pub path: &'a str,
    /// The query without its question mark; empty where there is none.
    pub query: &'a str,
    /// The whole body.
    pub body: &'a [u8],
    /// Who asks.
    pub endpoint: Id<Endpoint>,
    /// Who is asked.
    pub server: Id<Server>,
}

/// The headers that make `subject` a signed request.
#[must_use]
pub fn sign(subject: &Subject<'_>, key: &SigningKey, now: Time) -> [(&'static str, String); 5] {
    let digest = content_digest(subject.body);
    let parameters = parameters(now.seconds(), &key.public().id());
    let signature = key.sign(&signature_base(subject, &digest, &parameters));
    [
        (ENDPOINT, subject.endpoint.to_string()),
        (SERVER, subject.server.to_string()),
        (CONTENT_DIGEST, digest),
        (SIGNATURE_INPUT, format!("{LABEL}{parameters}")),
        (SIGNATURE, format!("{LABEL}:{}:", STANDARD.encode(signature))),
    ]
}

/// Why a request is not believed. Strangers are told only "not accepted"; this goes to the metrics and the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It is not signed, or not in our profile.
    #[error("unsigned")]
    Unsigned,
    /// It is meant for another server.
    #[error("other_server")]
    OtherServer,
    /// The endpoint is not known, or retired.
    #[error("unknown_endpoint")]
    UnknownEndpoint,
    /// The body is not the one that was signed.
    #[error("digest")]
    Digest,
    /// The signature does not fit.
    #[error("signature")]
    Signature,
    /// Signed rightly, but at another time.
    #[error("skew")]
    Skew,
}

/// What a request says of itself, before anything of it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who it says it is from.
    pub endpoint: Id<Endpoint>,
    /// Who it says it is for.
    pub server: Id<Server>,
    /// When it says it was signed, in seconds.
    pub created: i64,
    key: KeyId,
    digest: String,
    parameters: String,
    signature: Vec<u8>,
}

impl Claim {
    /// Reads the headers.
    ///
    /// # Errors
    /// [`RequestError::Unsigned`] when something is missing or not in our profile.
    pub fn read(headers: &HeaderMap) -> Result<Self, RequestError> {
        Self::parse(headers).ok_or(RequestError::Unsigned)
    }

    fn parse(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let parameters = text(SIGNATURE_INPUT)?.strip_prefix(LABEL)?.to_owned();
        let rest = parameters.strip_prefix(COVERED)?.strip_prefix(";created=")?;
        let (created, rest) = rest.split_once(';')?;
        let key = rest.strip_prefix("keyid=\"")?.strip_suffix("\";alg=\"ed25519\"")?;
        let signature = text(SIGNATURE)?.strip_prefix(LABEL)?.strip_prefix(':')?.strip_suffix(':')?;
        Some(Self {
            endpoint: text(ENDPOINT)?.parse().ok()?,
            server: text(SERVER)?.parse().ok()?,
            created: created.parse().ok()?,
            key: KeyId(key.to_owned()),
            digest: text(CONTENT_DIGEST)?.to_owned(),
            signature: STANDARD.decode(signature).ok()?,
            parameters,
        })
    }

    /// Checks everything but the time against the endpoint's key.
    ///
    /// # Errors
    /// What is wrong.
    pub fn verify(&self, subject: &Subject<'_>, key: &PublicKey) -> Result<(), RequestError> {
        if self.server != subject.server {
            return Err(RequestError::OtherServer);
        }
        if self.digest != content_digest(subject.body) {
            return Err(RequestError::Digest);
        }
        // The parameters are rebuilt, not taken over: only our own profile can ever verify.
        let parameters = parameters(self.created, &key.id());
        if self.key != key.id() || self.parameters != parameters {
            return Err(RequestError::Signature);
        }
        let base = signature_base(subject, &self.digest, &parameters);
        if key.verifies(&base, &self.signature) { Ok(()) } else { Err(RequestError::Signature) }
    }

    /// How far the endpoint's clock is ahead of the server's, in seconds; negative when it is behind.
    #[must_use]
    pub fn skew_s(&self, now: Time) -> i64 {
        self.created.saturating_sub(now.seconds())
    }

    /// A name for this very request, so that an answer about it cannot be used for another: the SHA-256 of its signature.
    #[must_use]
    pub fn name(&self) -> String {
        hex::encode(sha256(&self.signature))
    }
}

/// The name of a request by the headers that [`sign`] made, as [`Claim::name`] gives it on the other side.
#[must_use]
pub fn name_of(headers: &[(&'static str, String); 5]) -> String {
    let text = headers[4].1.trim_start_matches(LABEL).trim_matches(':');
    hex::encode(sha256(&STANDARD.decode(text).unwrap_or_default()))
}

fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sha256(body)))
}

fn parameters(created: i64, key: &KeyId) -> String {
    format!(r#"{COVERED};created={created};keyid="{key}";alg="ed25519""#)
}

fn signature_base(subject: &Subject<'_>, digest: &str, parameters: &str) -> Vec<u8> {
    let Subject { method, path, query, endpoint, server, body: _ } = subject;
    format!(
        "\"@method\": {method}\n\"@path\": {path}\n\"@query\": ?{query}\n\"content-digest\": {digest}\n\
         \"yagura-endpoint\": {endpoint}\n\"yagura-server\": {server}\n\"@signature-params\": {parameters}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case {
        key: SigningKey,
        endpoint: Id<Endpoint>,
        server: Id<Server>,
        headers: HeaderMap,
    }

    const BODY: &[u8] = b"hello";
    const NOW: i64 = 1_800_000_000;

    impl Case {
        fn new() -> Self {
            let (key, _) = SigningKey::generate().unwrap();
            let mut case = Self { key, endpoint: Id::new(), server: Id::new(), headers: HeaderMap::new() };
            for (name, value) in sign(&case.subject(), &case.key, Time::from_seconds(NOW)) {
                case.headers.insert(name, value.parse().unwrap());
            }
            case
        }

        fn subject(&self) -> Subject<'static> {
            Subject {
                method: "POST",
                path: "/agent/v1/events",
                query: "a=1",
                body: BODY,
                endpoint: self.endpoint,
                server: self.server,
            }
        }

        fn check(&self, change: impl FnOnce(&mut Subject<'static>), expected: Result<(), RequestError>) {
            let mut subject = self.subject();
            change(&mut subject);
            let verdict = Claim::read(&self.headers).and_then(|claim| claim.verify(&subject, &self.key.public()));
            assert_eq!(verdict, expected);
        }
    }

    #[test]
    fn a_signed_request_is_believed() {
        Case::new().check(|_| {}, Ok(()));
    }

    #[test]
    fn nothing_that_is_signed_can_be_changed() {
        let case = Case::new();
        case.check(|s| s.method = "GET", Err(RequestError::Signature));
        case.check(|s| s.path = "/agent/v1/state", Err(RequestError::Signature));
        case.check(|s| s.query = "a=2", Err(RequestError::Signature));
        case.check(|s| s.body = b"other", Err(RequestError::Digest));
        case.check(|s| s.endpoint = Id::new(), Err(RequestError::Signature));
        case.check(|s| s.server = Id::new(), Err(RequestError::OtherServer));
    }

    #[test]
    fn the_time_of_a_request_cannot_be_moved() {
        let mut case = Case::new();
        let moved = case.headers[SIGNATURE_INPUT].to_str().unwrap().replace("1800000000", "1800000900");
        case.headers.insert(SIGNATURE_INPUT, moved.parse().unwrap());
        case.check(|_| {}, Err(RequestError::Signature));
    }

    #[test]
    fn a_request_without_its_headers_is_unsigned() {
        for missing in [SIGNATURE, SIGNATURE_INPUT, CONTENT_DIGEST, ENDPOINT, SERVER] {
            let mut case = Case::new();
            case.headers.remove(missing);
            case.check(|_| {}, Err(RequestError::Unsigned));
        }
    }

    #[test]
    fn a_signature_that_covers_less_is_not_in_the_profile() {
        let mut case = Case::new();
        let less = case.headers[SIGNATURE_INPUT].to_str().unwrap().replace(" \"content-digest\"", "");
        case.headers.insert(SIGNATURE_INPUT, less.parse().unwrap());
        case.check(|_| {}, Err(RequestError::Unsigned));
    }

    #[test]
    fn both_sides_give_a_request_the_same_name() {
        let case = Case::new();
        let headers = sign(&case.subject(), &case.key, Time::from_seconds(NOW));
        assert_eq!(name_of(&headers), Claim::read(&case.headers).unwrap().name());
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_headers_never_panic(input in "\\PC{0,200}", signature in "\\PC{0,100}") {
            let mut headers = Case::new().headers;
            for (name, value) in [(SIGNATURE_INPUT, input), (SIGNATURE, signature)] {
                if let Ok(value) = value.parse() { headers.insert(name, value); }
            }
            let _ = Claim::read(&headers);
        }
    }
}
