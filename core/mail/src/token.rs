//! Tokens to sign in to the mail server with (XOAUTH2), by the client-credentials grant of OAuth 2.0 (RFC 6749 section 4.4): nobody has
//! to be there when they are renewed.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Uri, header};
use serde::Deserialize;
use yagura_dial::{Dial, HttpClient, Target};
use yagura_server_kit::error::Chain;
use yagura_vocabulary::Time;

use crate::settings::MailOauth;

/// The token endpoint has so long for its answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// So long before its end a token is renewed: a mail that is being sent must not outlive it.
const EARLY_S: u64 = 300;
/// How long a token holds whose endpoint does not say (RFC 6749 section 5.1 only recommends that it does).
const USUAL_S: u64 = 600;
/// Of what an endpoint says when it refuses, no more is shown.
const MOST_WORDS: usize = 200;

/// The token that is in use; a part of the context.
pub(crate) struct Tokens {
    dial: Arc<dyn Dial>,
    kept: Mutex<Option<Kept>>,
}

#[derive(Clone)]
struct Kept {
    of: (MailOauth, String),
    token: String,
    renew_at: Time,
}

/// What an endpoint answers (RFC 6749 section 5.1).
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<u64>,
}

impl Tokens {
    pub(crate) fn new(dial: Arc<dyn Dial>) -> Self {
        Self { dial, kept: Mutex::new(None) }
    }

    /// A token that holds for a while yet; asked for if there is none.
    ///
    /// # Errors
    /// What the endpoint said, by its name; never the secret.
    pub(crate) async fn get(&self, oauth: &MailOauth, secret: &str, now: Time) -> Result<String, String> {
        let of = (oauth.clone(), secret.to_owned());
        let kept = self.kept().clone().filter(|kept| kept.of == of && now < kept.renew_at);
        if let Some(kept) = kept {
            return Ok(kept.token);
        }
        let granted = self.ask(oauth, secret).await?;
        let lasts = granted.expires_in.unwrap_or(USUAL_S);
        // Of a short one a quarter is left.
        let renew_at = now + Duration::from_secs(lasts.saturating_sub(EARLY_S.min(lasts.div_ceil(4))));
        let token = granted.access_token;
        *self.kept() = Some(Kept { of, token: token.clone(), renew_at });
        Ok(token)
    }

    /// The mail server does not take the token any more.
    pub(crate) fn forget(&self) {
        *self.kept() = None;
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, oauth: &MailOauth, secret: &str) -> Result<Granted, String> {
        let endpoint = &oauth.token_url;
        let (target, path) = split(endpoint).ok_or_else(|| format!("the token endpoint {endpoint} is no address"))?;
        let mut fields = vec![
            ("grant_type", "client_credentials"),
            ("client_id", oauth.client_id.as_str()),
            ("client_secret", secret),
        ];
        fields.extend(oauth.scope.as_deref().map(|scope| ("scope", scope)));
        let body = Bytes::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish());
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(body)
            .map_err(|error| format!("the token endpoint {endpoint} cannot be asked: {error}"))?;
        let client = HttpClient::new(Arc::clone(&self.dial), target).with_patience(PATIENCE);
        let answer = client.send(|| request.clone()).await;
        let answer =
            answer.map_err(|error| format!("failed to ask the token endpoint {endpoint}: {}", Chain(&error)))?;
        if !answer.status.is_success() {
            let words: String = String::from_utf8_lossy(&answer.body).chars().take(MOST_WORDS).collect();
            return Err(format!(
                "the token endpoint {endpoint} answered {}: {}",
                answer.status,
                words.replace(secret, "...")
            ));
        }
        serde_json::from_slice(&answer.body)
            .map_err(|error| format!("the answer of the token endpoint {endpoint} cannot be read: {error}"))
    }
}

/// Where to connect, and what to ask for there. Over TLS, but for this machine itself, where a gateway may listen.
pub(crate) fn split(url: &str) -> Option<(Target, String)> {
    let uri: Uri = url.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let here = matches!(authority.host(), "127.0.0.1" | "[::1]" | "localhost");
    if !(scheme == "https" || scheme == "http" && here) || authority.as_str().contains('@') {
        return None;
    }
    let target = Target::parse(&format!("{scheme}://{authority}")).ok()?;
    Some((target, uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_over_tls_only() {
        for (url, expected) in [
            ("https://login.example/tenant/oauth2/v2.0/token", Some("/tenant/oauth2/v2.0/token")),
            ("https://login.example", Some("/")),
            ("http://127.0.0.1:8080/token", Some("/token")),
            ("http://login.example/token", None),
            ("https://user:pw@login.example/token", None),
            ("login.example/token", None),
            ("ftp://login.example/token", None),
        ] {
            assert_eq!(split(url).map(|(_, path)| path).as_deref(), expected, "{url}");
        }
    }
}
