//! The command `notice.show`.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use yagura_agent_kit::{CommandError, Handler};
use yagura_local::Label;
use yagura_vocabulary::{Time, id::NoticeId};

/// The command's name.
pub(super) const SHOW: &str = "notice.show";

/// Longest title and text together, in bytes: escaped in the worst way it still fits into a message to a session.
const MOST_WORDS: usize = 32 * 1024;

/// What the server tells to show.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Args {
    pub(super) notice_id: NoticeId,
    pub(super) title: String,
    pub(super) text: String,
    /// A page of the person's own that it leads to.
    #[serde(default)]
    pub(super) action: Option<Action>,
    /// The uids or SIDs of those for whom it is; everybody who sits there when absent.
    #[serde(default)]
    pub(super) accounts: Option<Vec<String>>,
    /// After this it is not shown any more.
    #[serde(default)]
    pub(super) until: Option<Time>,
}

/// What a person can do about a notice: open a page of their own, in their browser and without a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Action {
    /// Which page: `/me` or below it. The server checks it when it makes the link.
    pub(super) page: String,
    /// What the button says.
    #[serde(flatten)]
    pub(super) label: Label,
}

/// A notice to be stored and shown.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) args: Args,
    /// Told once when the notice is stored, or why not.
    pub(super) stored: oneshot::Sender<Result<(), String>>,
    /// Told when somebody's screen shows it.
    pub(super) shown: oneshot::Sender<()>,
}

pub(super) struct Show {
    pub(super) asks: mpsc::Sender<Ask>,
    pub(super) patience: Duration,
}

#[async_trait]
impl Handler for Show {
    async fn run(&self, args: Value) -> Result<Value, CommandError> {
        let args: Args = serde_json::from_value(args).map_err(|error| CommandError::Arguments(error.to_string()))?;
        let label =
            args.action.as_ref().map_or(0, |Action { page, label }| page.len() + label.ja.len() + label.en.len());
        if args.title.len() + args.text.len() + label > MOST_WORDS {
            return Err(CommandError::Arguments(format!("a notice has at most {MOST_WORDS} bytes")));
        }
        let stopped = || CommandError::Failed("notices are not running now".to_owned());
        let (stored, is_stored) = oneshot::channel();
        let (shown, is_shown) = oneshot::channel();
        self.asks.send(Ask { args, stored, shown }).await.map_err(|_| stopped())?;
        is_stored.await.map_err(|_| stopped())?.map_err(CommandError::Failed)?;
        let delivery = match timeout(self.patience, is_shown).await {
            Ok(Ok(())) => "shown",
            // The notice is on disk: it waits, also for an agent that stops now.
            Ok(Err(_)) | Err(_) => "waiting",
        };
        Ok(json!({ "delivery": delivery }))
    }
}
