//! Commands: do this once and tell how it went.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::watch;

/// Why a command did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No feature of this agent knows it.
    #[error("this agent does not know the command `{0}`")]
    Unknown(String),
    /// Its arguments are not what it takes.
    #[error("the arguments do not fit: {0}")]
    Arguments(String),
    /// It was tried.
    #[error("{0}")]
    Failed(String),
}

/// Carries out one kind of command.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Carries it out and gives its result.
    ///
    /// # Errors
    /// When the arguments do not fit or it did not work.
    async fn run(&self, args: Value) -> Result<Value, CommandError>;
}

/// The commands that this agent knows, by name.
#[derive(Clone, Default)]
pub struct Commands(Arc<Mutex<HashMap<String, Arc<dyn Handler>>>>, watch::Sender<()>);

impl std::fmt::Debug for Commands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Commands").field(&self.names()).finish()
    }
}

impl Commands {
    /// Says who carries out the commands of this name, from now on.
    pub fn register(&self, name: &str, handler: impl Handler + 'static) {
        let mut handlers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        handlers.insert(name.to_owned(), Arc::new(handler));
        drop(handlers);
        self.1.send_replace(());
    }

    /// Comes back once somebody carries out the commands of this name.
    pub async fn known(&self, name: &str) {
        let mut changed = self.1.subscribe();
        // The sender is part of `self`.
        while !self.names().iter().any(|known| known == name) && changed.changed().await.is_ok() {}
    }

    /// The known names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.0.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// When nobody knows it, and whatever its handler answers.
    pub async fn run(&self, name: &str, args: Value) -> Result<Value, CommandError> {
        let handler = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        handler.ok_or_else(|| CommandError::Unknown(name.to_owned()))?.run(args).await
    }
}
