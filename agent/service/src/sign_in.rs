//! Sign-in links for people at this machine, from the server that the agent speaks to.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{sync::watch, time::timeout};
use yagura_agent_kit::{NoLink, SignIn};
use yagura_channel::agent::client::AgentClient;
use yagura_vocabulary::Account;

/// A person's patience, while an agent that was just started finds its server.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks through the client that the agent has now.
#[derive(Clone, Default)]
pub(crate) struct ByServer(watch::Sender<Option<Arc<AgentClient>>>);

impl std::fmt::Debug for ByServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ByServer")
    }
}

impl ByServer {
    /// From now on this client is asked.
    pub(crate) fn through(&self, client: &Arc<AgentClient>) {
        self.0.send_replace(Some(Arc::clone(client)));
    }
}

#[async_trait]
impl SignIn for ByServer {
    async fn link(&self, account: Account, page: Option<&str>) -> Result<String, NoLink> {
        let mut clients = self.0.subscribe();
        let found = timeout(PATIENCE, clients.wait_for(Option::is_some)).await;
        let client = found.ok().and_then(Result::ok).and_then(|client| client.clone());
        let client = client.ok_or_else(|| NoLink("the agent has not begun to speak to its server".to_owned()))?;
        match client.sign_in_link_to(account, page.map(str::to_owned)).await {
            Ok(link) => Ok(link.url),
            Err(error) => {
                tracing::warn!(%error, "there is no sign-in link for somebody at this machine");
                Err(NoLink("the server gives no link now".to_owned()))
            }
        }
    }
}
