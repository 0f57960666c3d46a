//! What a person at this machine is told at once, without waiting for the server.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use yagura_vocabulary::Time;

/// More than this do not wait to be shown: whoever shows them bundles them anyway.
const ROOM: usize = 256;

/// A rule answered to what a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Whose account it was: the uid (decimal) or SID. Nobody else sees it.
    pub account: String,
    /// Whether the act was stopped.
    pub prohibited: bool,
    /// The rule's class.
    pub class: String,
    /// What people call the rule.
    pub rule: String,
    /// What was acted on: a path, a title, an address.
    pub subject: String,
    /// The organisation's own words; the usual words for the class when absent.
    pub text: Option<String>,
    /// When it happened.
    pub at: Time,
}

/// The way of warnings from who judges to who has the screens.
#[derive(Debug, Clone)]
pub struct Warnings {
    to: mpsc::Sender<Warning>,
    from: Arc<Mutex<Option<mpsc::Receiver<Warning>>>>,
}

impl Default for Warnings {
    fn default() -> Self {
        let (to, from) = mpsc::channel(ROOM);
        Self { to, from: Arc::new(Mutex::new(Some(from))) }
    }
}

/// The other end, which goes back to its place when it is dropped, as when a feature starts anew.
#[derive(Debug)]
pub struct WarningReceiver {
    from: Option<mpsc::Receiver<Warning>>,
    place: Arc<Mutex<Option<mpsc::Receiver<Warning>>>>,
}

impl Warnings {
    /// Hands a warning over; false when so many wait that one more would not be read.
    #[must_use]
    pub fn show(&self, warning: Warning) -> bool {
        self.to.try_send(warning).is_ok()
    }

    /// The end at which they come out; one at a time has it, and another gets nothing.
    #[must_use]
    pub fn receiver(&self) -> WarningReceiver {
        let from = self.from.lock().unwrap_or_else(PoisonError::into_inner).take();
        WarningReceiver { from, place: Arc::clone(&self.from) }
    }
}

impl WarningReceiver {
    /// The next warning. Cancel safe.
    pub async fn recv(&mut self) -> Option<Warning> {
        match &mut self.from {
            Some(from) => from.recv().await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for WarningReceiver {
    fn drop(&mut self) {
        if let Some(from) = self.from.take() {
            *self.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(from);
        }
    }
}
