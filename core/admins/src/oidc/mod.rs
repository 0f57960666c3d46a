//! Signing in with the organisation's own identity provider: OpenID Connect, authorisation code with PKCE.
//!
//! The provider says who somebody is; who may administer is decided here. It never makes an account: it opens one that is
//! bound to the subject, or that has the e-mail address, which binds it. Passwords and one-time codes stay the provider's
//! matter; the local sign-in stays as the way in when the provider is away.

mod account;
mod attempt;
pub(crate) mod callback;
pub(crate) mod methods;
mod provider;
pub(crate) mod start;
mod token;

use std::sync::Arc;

use provider::Provider;
use yagura_dial::Dial;

/// How the provider is reached and what it is trusted with.
#[derive(Clone)]
pub struct OidcSettings {
    /// Its issuer identifier, exactly as it says it itself.
    pub issuer: String,
    /// What the server is called there.
    pub client_id: String,
    /// The server's secret there.
    pub client_secret: String,
    /// What the button on the sign-in page says.
    pub name: String,
    /// Whether to go by e-mail addresses that the provider does not call verified. Right only where the provider is the
    /// one that gives the addresses out.
    pub trust_unverified_email: bool,
    /// Connects to it.
    pub dial: Arc<dyn Dial>,
}

/// The way in by an identity provider, where there is one; a part of the context.
#[derive(Default)]
pub struct Oidc(Option<Provider>);

impl Oidc {
    /// By this provider.
    #[must_use]
    pub fn new(settings: OidcSettings) -> Self {
        Self(Some(Provider::new(settings)))
    }

    /// What an account is bound to for the provider's `sub`; `None` where there is no provider.
    pub(crate) fn subject(&self, sub: &str) -> Option<String> {
        self.0.as_ref().map(|provider| token::subject(provider.issuer(), sub))
    }
}
