//! The ID token: who signed in, signed by the provider (OpenID Connect Core section 3.1.3.7).

use jsonwebtoken::{
    Algorithm, DecodingKey, DecodingKeyKind, Validation,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    decode, decode_header,
    errors::{Error as JwtError, ErrorKind},
    jwk::JwkSet,
    signature::{Error as SignatureError, Verifier},
};
use ring::signature as by_ring;
use serde::Deserialize;
use serde_json::Value;

/// Who the provider says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub issuer: String,
    /// The provider's name for the person, which never changes hands.
    pub sub: String,
    /// The e-mail address, if it may be gone by.
    pub email: Option<String>,
}

/// What an account is bound to: a subject means nothing without its issuer.
pub(super) fn subject(issuer: &str, sub: &str) -> String {
    format!("{issuer} {sub}")
}

impl Identity {
    pub(super) fn subject(&self) -> String {
        subject(&self.issuer, &self.sub)
    }

    /// What the log calls them.
    pub(super) fn label(&self) -> String {
        self.email.clone().unwrap_or_else(|| self.subject())
    }
}

/// What a token or the user-info endpoint says.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Claims {
    #[serde(default)]
    pub iss: String,
    pub sub: String,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Value,
}

impl Claims {
    /// The e-mail address, if the provider calls it verified or is trusted without that.
    pub(super) fn email(&self, trust_unverified: bool) -> Option<String> {
        // Some providers write the boolean as a string.
        let verified = self.email_verified == true || self.email_verified == "true";
        self.email.clone().filter(|email| (verified || trust_unverified) && email.contains('@'))
    }
}

/// The token is not to be believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    #[error("the ID token is not to be believed")]
    Jwt(#[from] JwtError),
    #[error("the ID token is signed with {0:?}, which is not accepted")]
    Algorithm(Algorithm),
    #[error("the ID token is signed with a key that the provider does not publish")]
    Key,
    #[error("the ID token was not made for this attempt")]
    Nonce,
    #[error("the ID token was made for another program")]
    Audience,
}

const ACCEPTED: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The claims of an ID token of `issuer` for `client_id`, made in answer to `nonce` and signed with one of `keys`.
pub(super) fn verify(
    token: &str,
    keys: &JwkSet,
    issuer: &str,
    client_id: &str,
    nonce: &str,
) -> Result<Claims, TokenError> {
    // The process has one provider; that it is there already is what is wanted.
    let _ = BY_RING.install_default();
    let header = decode_header(token)?;
    if !ACCEPTED.contains(&header.alg) {
        return Err(TokenError::Algorithm(header.alg));
    }
    let key = match (&header.kid, keys.keys.as_slice()) {
        (Some(kid), _) => keys.find(kid).ok_or(TokenError::Key)?,
        (None, [only]) => only,
        (None, _) => return Err(TokenError::Key),
    };
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[client_id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims: Claims = decode(token, &DecodingKey::from_jwk(key)?, &validation)?.claims;
    if claims.nonce.as_deref() != Some(nonce) {
        return Err(TokenError::Nonce);
    }
    if claims.azp.as_deref().is_some_and(|azp| azp != client_id) {
        return Err(TokenError::Audience);
    }
    Ok(claims)
}

/// Signatures are checked with ring, which is here for TLS anyway.
static BY_RING: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    verifier_factory: |algorithm, key| Ok(Box::new(ByRing { algorithm: *algorithm, key: key.clone() })),
    key_utils: KeyUtils::new_unimplemented(),
};

struct ByRing {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl JwtVerifier for ByRing {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Verifier<Vec<u8>> for ByRing {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let refused = |_| SignatureError::new();
        match (self.key.kind(), rsa(self.algorithm), elliptic(self.algorithm)) {
            (DecodingKeyKind::RsaModulusExponent { n, e }, Some(parameters), _) => {
                by_ring::RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).map_err(refused)
            }
            (DecodingKeyKind::SecretOrDer(point), _, Some(parameters)) => {
                by_ring::UnparsedPublicKey::new(parameters, point).verify(message, signature).map_err(refused)
            }
            _ => Err(SignatureError::new()),
        }
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static by_ring::RsaParameters> {
    Some(match algorithm {
        Algorithm::RS256 => &by_ring::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &by_ring::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &by_ring::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &by_ring::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &by_ring::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &by_ring::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn elliptic(algorithm: Algorithm) -> Option<&'static dyn by_ring::VerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::ES256 => &by_ring::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &by_ring::ECDSA_P384_SHA384_FIXED,
        Algorithm::EdDSA => &by_ring::ED25519,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
    };
    use serde_json::json;

    use super::*;

    struct House {
        key: EcdsaKeyPair,
        jwks: JwkSet,
    }

    fn house() -> House {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        let point = key.public_key().as_ref();
        let jwk = json!({"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "use": "sig",
            "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..])});
        House { key, jwks: serde_json::from_value(json!({"keys": [jwk]})).unwrap() }
    }

    fn signed(house: &House, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
        let signature = house.key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", B64.encode(signature))
    }

    fn claims() -> Value {
        json!({"iss": "https://id.example", "aud": "yagura", "sub": "248", "nonce": "n",
            "exp": jsonwebtoken::get_current_timestamp() + 60, "email": "tanaka@example.jp", "email_verified": true})
    }

    /// Whether a token with these claims is believed.
    fn check(change: &Value) -> bool {
        let house = house();
        let mut claims = claims();
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let token = signed(&house, &json!({"alg": "ES256", "kid": "1"}), &claims);
        verify(&token, &house.jwks, "https://id.example", "yagura", "n").is_ok()
    }

    #[test]
    fn a_token_is_believed_only_for_this_issuer_program_attempt_and_time() {
        assert!(check(&json!({})));
        assert!(check(&json!({"aud": ["other", "yagura"], "azp": "yagura"})));
        assert!(!check(&json!({"iss": "https://evil.example"})));
        assert!(!check(&json!({"aud": "other"})));
        assert!(!check(&json!({"aud": ["other", "yagura"], "azp": "other"})));
        assert!(!check(&json!({"nonce": "another"})));
        assert!(!check(&json!({"nonce": null})));
        assert!(!check(&json!({"exp": 1_000_000})));
    }

    #[test]
    fn a_token_that_somebody_else_or_nobody_signed_is_refused() {
        let (ours, theirs) = (house(), house());
        let by = |house: &House, header: &Value| signed(house, header, &claims());
        let verify = |token: &str| verify(token, &ours.jwks, "https://id.example", "yagura", "n");
        assert!(verify(&by(&ours, &json!({"alg": "ES256", "kid": "1"}))).is_ok());
        assert!(verify(&by(&theirs, &json!({"alg": "ES256", "kid": "1"}))).is_err());
        assert!(matches!(verify(&by(&ours, &json!({"alg": "ES256", "kid": "2"}))), Err(TokenError::Key)));
        assert!(verify(&by(&ours, &json!({"alg": "HS256", "kid": "1"}))).is_err());
        assert!(verify(&by(&ours, &json!({"alg": "none"}))).is_err());
    }

    #[test]
    fn an_address_counts_when_it_is_verified_or_the_provider_is_trusted() {
        let email = |verified: Value, trust| {
            let claims = json!({"sub": "1", "email": "a@example.jp", "email_verified": verified});
            serde_json::from_value::<Claims>(claims).unwrap().email(trust)
        };
        assert!(email(json!(true), false).is_some() && email(json!("true"), false).is_some());
        assert!(email(json!(false), false).is_none() && email(Value::Null, false).is_none());
        assert!(email(Value::Null, true).is_some());
    }
}
