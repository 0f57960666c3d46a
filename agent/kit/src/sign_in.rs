//! The way of a person at this machine to their own pages on the server.

use async_trait::async_trait;
use yagura_vocabulary::Account;

/// Gets one-time sign-in links from the server.
#[async_trait]
pub trait SignIn: Send + Sync + std::fmt::Debug {
    /// A link for this account, to `page` (`/me` or below it) or else to the first of their pages. Whoever asks vouches, by the operating system's word, that it is that account's request.
    ///
    /// # Errors
    /// When there is none now; the error is told to the person.
    async fn link(&self, account: Account, page: Option<&str>) -> Result<String, NoLink>;
}

/// There is no link now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoLink(pub String);

/// There is no server, as before the agent has connected and in tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoServer;

#[async_trait]
impl SignIn for NoServer {
    async fn link(&self, _account: Account, _page: Option<&str>) -> Result<String, NoLink> {
        Err(NoLink("the agent has no connection to its server".to_owned()))
    }
}
