//! Sign-in links for people at this machine, from the server that the agent speaks to.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use yagura_agent_kit::{NoLink, SignIn};
use yagura_channel::agent::client::AgentClient;
use yagura_vocabulary::Account;

/// Asks through the client that the agent has now.
#[derive(Clone, Default)]
pub(crate) struct ByServer(Arc<Mutex<Option<Arc<AgentClient>>>>);

impl std::fmt::Debug for ByServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ByServer")
    }
}

impl ByServer {
    /// From now on this client is asked.
    pub(crate) fn through(&self, client: &Arc<AgentClient>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(client));
    }
}

#[async_trait]
impl SignIn for ByServer {
    async fn link(&self, account: Account) -> Result<String, NoLink> {
        let client = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let client = client.ok_or_else(|| NoLink("the agent has not begun to speak to its server".to_owned()))?;
        match client.sign_in_link(account).await {
            Ok(link) => Ok(link.url),
            Err(error) => {
                tracing::warn!(%error, "there is no sign-in link for somebody at this machine");
                Err(NoLink("the server gives no link now".to_owned()))
            }
        }
    }
}
