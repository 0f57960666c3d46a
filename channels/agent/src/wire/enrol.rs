//! How a machine becomes an endpoint.
//!
//! The token is given to the machine by its administrator. It names the server's root key by hash, so the answer can be
//! believed whatever stands between, and holds a secret that never crosses the wire: the agent makes a key of its own and
//! proves with an HMAC that it knows the secret. Who sees the exchange can neither enrol another key nor pose as the server.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::{
    EndpointState, Id, Os, Time,
    id::{Endpoint, EnrolmentToken, Server},
};

use super::{
    key::{PublicKey, SigningKey, sha256},
    key_set::Keys,
    sealed::{Document, Sealed},
};

const PREFIX: &str = "ygr1_";

/// What an administrator gives to a machine. Its text form begins with `ygr1_`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id, which the server knows it by.
    pub id: Id<EnrolmentToken>,
    /// Its secret.
    pub secret: [u8; 32],
    /// SHA-256 of the server's root key.
    pub root_sha256: [u8; 32],
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({})", self.id)
    }
}

/// The text is no enrolment token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not an enrolment token: it begins with {PREFIX} and is copied whole from the console's enrolment page"
)]
pub struct BadToken;

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [self.id.uuid().as_bytes().as_slice(), &self.secret, &self.root_sha256].concat();
        write!(f, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl std::str::FromStr for Token {
    type Err = BadToken;

    fn from_str(text: &str) -> Result<Self, BadToken> {
        let text = text.trim().strip_prefix(PREFIX).ok_or(BadToken)?;
        let bytes: [u8; 80] = URL_SAFE_NO_PAD.decode(text).ok().and_then(|b| b.try_into().ok()).ok_or(BadToken)?;
        let (id, rest) = bytes.split_at(16);
        let (secret, root) = rest.split_at(32);
        Ok(Self {
            id: Id::from_uuid(Uuid::from_slice(id).map_err(|_| BadToken)?),
            secret: secret.try_into().map_err(|_| BadToken)?,
            root_sha256: root.try_into().map_err(|_| BadToken)?,
        })
    }
}

/// What the machine says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The token used.
    pub token: Id<EnrolmentToken>,
    /// The key it made.
    pub public_key: PublicKey,
    /// The machine's name.
    pub hostname: String,
    /// The operating system's family.
    pub os: Os,
    /// The operating system's name and version.
    pub os_name: String,
    /// The agent's version.
    pub agent_version: String,
    /// What tells this machine from every other.
    pub hardware_id: String,
    /// The time by its clock.
    pub at: Time,
}

impl Document for Application {
    const TYPE: &'static str = "application/vnd.yagura.enrolment.v1+json";
}

/// An application on its way: signed by the new key, and proved by the token's secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrolment {
    /// The application, signed by the key in it.
    pub application: Sealed<Application>,
    /// HMAC-SHA256 over the sealed application with the token's proof key, base64url.
    pub proof: String,
}

/// What the server keeps of a token's secret: enough to check a proof, useless for reading anything else.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofKey(pub [u8; 32]);

impl ProofKey {
    /// The proof key of a secret.
    #[must_use]
    pub fn of(secret: &[u8; 32]) -> Self {
        Self(sha256(&[b"yagura enrolment proof 1\n".as_slice(), secret].concat()))
    }

    fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

/// The enrolment is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// The proof was not made with the token's secret.
    #[error("the enrolment was not made with the token's secret")]
    Proof,
    /// The application is not signed by the key in it.
    #[error("the enrolment is not signed by the key it brings")]
    Signature,
}

impl Enrolment {
    /// An application made by the machine that holds `token` and `key`.
    #[must_use]
    pub fn new(application: &Application, token: &Token, key: &SigningKey) -> Self {
        let application = Sealed::seal(application, key);
        let tag = hmac::sign(&ProofKey::of(&token.secret).hmac(), &transcript(&application));
        Self { application, proof: URL_SAFE_NO_PAD.encode(tag) }
    }

    /// The application before anything of it is believed: needed to find the token it names.
    #[must_use]
    pub fn claimed(&self) -> Option<Application> {
        // Signed by the key inside it, so the key must be read before the signature can be checked.
        self.application.unverified().filter(|application| {
            let key = application.public_key;
            self.application.open(|id| (*id == key.id()).then_some(key)).is_ok()
        })
    }

    /// The application, if it was made with the secret behind `proof_key` and is signed by its own key.
    ///
    /// # Errors
    /// When it was not.
    pub fn verify(&self, proof_key: &ProofKey) -> Result<Application, EnrolmentError> {
        let tag = URL_SAFE_NO_PAD.decode(&self.proof).map_err(|_| EnrolmentError::Proof)?;
        hmac::verify(&proof_key.hmac(), &transcript(&self.application), &tag).map_err(|_| EnrolmentError::Proof)?;
        self.claimed().ok_or(EnrolmentError::Signature)
    }
}

fn transcript(application: &Sealed<Application>) -> Vec<u8> {
    [b"yagura enrolment 1\n".as_slice(), &serde_json::to_vec(application).unwrap_or_default()].concat()
}

/// The server's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The server's keys: the root is believed by the hash in the token.
    pub keys: Keys,
    /// What was decided, signed by a response key.
    pub admission: Sealed<Admission>,
}

/// What was decided about an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// The server.
    pub server: Id<Server>,
    /// The endpoint that the machine is from now on.
    pub endpoint: Id<Endpoint>,
    /// For which key.
    pub public_key: PublicKey,
    /// `pending` until an administrator approves, `online` otherwise.
    pub state: EndpointState,
    /// Certificate authorities for TLS with this server, PEM; empty when the system's are enough.
    #[serde(default)]
    pub tls_authorities: String,
}

impl Document for Admission {
    const TYPE: &'static str = "application/vnd.yagura.admission.v1+json";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        Token { id: Id::new(), secret: [7; 32], root_sha256: [9; 32] }
    }

    fn enrolment(token: &Token) -> Enrolment {
        let (key, _) = SigningKey::generate().unwrap();
        let application = Application {
            token: token.id,
            public_key: key.public(),
            hostname: "PC-KEI-014".into(),
            os: Os::Linux,
            os_name: "Debian GNU/Linux 12".into(),
            agent_version: "0.1.0".into(),
            hardware_id: "h".into(),
            at: Time::from_seconds(0),
        };
        Enrolment::new(&application, token, &key)
    }

    #[test]
    fn a_token_survives_its_text() {
        let token = token();
        assert_eq!(token.to_string().parse::<Token>().unwrap(), token);
        assert_eq!("ygr1_abc".parse::<Token>(), Err(BadToken));
        assert!(!format!("{token:?}").contains("0707"));
    }

    #[test]
    fn who_knows_the_secret_is_believed() {
        let token = token();
        let wire = serde_json::to_string(&enrolment(&token)).unwrap();
        let enrolment: Enrolment = serde_json::from_str(&wire).unwrap();
        assert_eq!(enrolment.verify(&ProofKey::of(&token.secret)).unwrap().hostname, "PC-KEI-014");
        assert!(!wire.contains(&URL_SAFE_NO_PAD.encode(token.secret)));
    }

    #[test]
    fn who_does_not_is_not() {
        let enrolment = enrolment(&token());
        assert_eq!(enrolment.verify(&ProofKey::of(&[8; 32])), Err(EnrolmentError::Proof));
    }

    #[test]
    fn somebody_between_cannot_put_his_own_key_in() {
        let (token, other) = (token(), token());
        let mut stolen = enrolment(&token);
        stolen.application = enrolment(&other).application;
        assert_eq!(stolen.verify(&ProofKey::of(&token.secret)), Err(EnrolmentError::Proof));
    }
}
