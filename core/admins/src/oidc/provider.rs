//! Talking to the identity provider.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};
use yagura_dial::{HttpClient, HttpError, Target, TargetError};

use super::{
    OidcSettings,
    attempt::Attempt,
    token::{Claims, Identity, TokenError, verify},
};

/// The provider has so long for each answer: a person waits for it.
const PATIENCE: Duration = Duration::from_secs(15);
/// What the provider says of itself is asked for anew after this.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The provider could not be asked, or its answer not be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("failed to ask the identity provider for its {what}")]
    Http { what: &'static str, source: HttpError },
    #[error("the identity provider gives `{0}` as the address of its {1}")]
    Address(String, &'static str),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("the identity provider answered the question for its {what} with {status}: {body}")]
    Refused { what: &'static str, status: StatusCode, body: String },
    #[error("the identity provider's {what} cannot be read")]
    Unreadable { what: &'static str, source: serde_json::Error },
    #[error("the identity provider calls itself `{0}`, which is not the issuer of the configuration")]
    Issuer(String),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the identity provider's user info is about somebody else than its ID token")]
    OtherSubject,
}

/// What the provider says of itself (OpenID Connect Discovery section 3).
#[derive(Clone, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: String,
}

/// The identity provider.
pub(super) struct Provider {
    settings: OidcSettings,
    known: Mutex<Option<(Metadata, JwkSet, Instant)>>,
}

impl Provider {
    pub(super) fn new(settings: OidcSettings) -> Self {
        Self { settings, known: Mutex::new(None) }
    }

    pub(super) fn name(&self) -> &str {
        &self.settings.name
    }

    pub(super) fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Where the browser goes to sign in.
    pub(super) async fn authorisation(&self, attempt: &Attempt, back: &str) -> Result<String, ProviderError> {
        let (metadata, _) = self.known(false).await?;
        let endpoint = &metadata.authorization_endpoint;
        let bad = || ProviderError::Address(endpoint.clone(), "sign-in page");
        let mut url = Url::parse(endpoint).map_err(|_| bad())?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", back)
            .append_pair("scope", "openid email")
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Redeems the code that the browser brought. Who it is, as the provider says.
    pub(super) async fn redeem(&self, attempt: &Attempt, code: &str, back: &str) -> Result<Identity, ProviderError> {
        let (metadata, keys) = self.known(false).await?;
        let tokens = self.tokens(&metadata, attempt, code, back).await?;
        let OidcSettings { issuer, client_id, trust_unverified_email, .. } = &self.settings;
        let claims = match verify(&tokens.id_token, &keys, issuer, client_id, &attempt.nonce) {
            // The provider may have changed its keys since it was asked.
            Err(TokenError::Key) => {
                let (_, keys) = self.known(true).await?;
                verify(&tokens.id_token, &keys, issuer, client_id, &attempt.nonce)?
            }
            claims => claims?,
        };
        let mut email = claims.email(*trust_unverified_email);
        if email.is_none()
            && let Some(endpoint) = &metadata.userinfo_endpoint
        {
            let more: Claims = self.user_info(endpoint, &tokens.access_token).await?;
            if more.sub != claims.sub {
                return Err(ProviderError::OtherSubject);
            }
            email = more.email(*trust_unverified_email);
        }
        Ok(Identity { issuer: claims.iss, sub: claims.sub, email })
    }

    async fn tokens(
        &self,
        metadata: &Metadata,
        attempt: &Attempt,
        code: &str,
        back: &str,
    ) -> Result<Tokens, ProviderError> {
        let OidcSettings { client_id, client_secret, .. } = &self.settings;
        // Basic is what is meant where nothing is said (OpenID Connect Discovery section 3).
        let methods = metadata.token_endpoint_auth_methods_supported.as_ref();
        let basic = methods.is_none_or(|known| known.iter().any(|method| method == "client_secret_basic"));
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", &attempt.verifier),
        ];
        if !basic {
            fields.extend([("client_id", client_id.as_str()), ("client_secret", client_secret)]);
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        // Both parts are form-encoded first (RFC 6749 section 2.3.1).
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let credentials = STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(client_secret)));
        let build = |request: http::request::Builder| {
            let request =
                request.method(Method::POST).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let request =
                if basic { request.header(header::AUTHORIZATION, format!("Basic {credentials}")) } else { request };
            request.body(Bytes::from(body.clone()))
        };
        self.ask("tokens", &metadata.token_endpoint, build).await
    }

    async fn user_info(&self, endpoint: &str, access_token: &str) -> Result<Claims, ProviderError> {
        let build = |request: http::request::Builder| {
            request.header(header::AUTHORIZATION, format!("Bearer {access_token}")).body(Bytes::new())
        };
        self.ask("user info", endpoint, build).await
    }

    /// What the provider says of itself, and its keys.
    async fn known(&self, anew: bool) -> Result<(Metadata, JwkSet), ProviderError> {
        let mut known = self.known.lock().await;
        if let Some((metadata, keys, at)) = &*known
            && !anew
            && at.elapsed() < REMEMBERED
        {
            return Ok((metadata.clone(), keys.clone()));
        }
        let plain = |request: http::request::Builder| request.body(Bytes::new());
        let issuer = self.settings.issuer.trim_end_matches('/');
        let metadata: Metadata =
            self.ask("description", &format!("{issuer}/.well-known/openid-configuration"), plain).await?;
        if metadata.issuer != self.settings.issuer {
            return Err(ProviderError::Issuer(metadata.issuer));
        }
        let keys: JwkSet = self.ask("keys", &metadata.jwks_uri, plain).await?;
        *known = Some((metadata.clone(), keys.clone(), Instant::now()));
        Ok((metadata, keys))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        what: &'static str,
        address: &str,
        build: impl Fn(http::request::Builder) -> http::Result<Request<Bytes>> + Send + Sync,
    ) -> Result<T, ProviderError> {
        let bad = || ProviderError::Address(address.to_owned(), what);
        let url = Url::parse(address).map_err(|_| bad())?;
        let target = Target::parse(&url.origin().ascii_serialization())?;
        let client = HttpClient::new(self.settings.dial.clone(), target).with_patience(PATIENCE);
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let builder = || Request::builder().uri(path).header(header::ACCEPT, "application/json");
        build(builder()).map_err(|_| bad())?;
        // What could be built once can be built again.
        let answer = client.send(|| build(builder()).unwrap_or_default()).await;
        let answer = answer.map_err(|source| ProviderError::Http { what, source })?;
        if !answer.status.is_success() {
            let body = String::from_utf8_lossy(&answer.body).chars().take(300).collect();
            return Err(ProviderError::Refused { what, status: answer.status, body });
        }
        serde_json::from_slice(&answer.body).map_err(|source| ProviderError::Unreadable { what, source })
    }
}
