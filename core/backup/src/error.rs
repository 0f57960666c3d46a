//! What goes wrong with backups.

use std::{
    io,
    path::{Path, PathBuf},
};

/// A backup could not be made or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file.
    #[error("failed to {action} {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The control plane's database.
    #[error("failed to {0} the control plane's database")]
    Database(&'static str, #[source] sqlx::Error),
    /// The event store.
    #[error("failed to take a snapshot of the events")]
    Events(#[from] yagura_events::StoreError),
    /// The manifest.
    #[error("failed to read the manifest {}", .0.display())]
    Manifest(PathBuf, #[source] serde_json::Error),
    /// A file is not as the manifest says.
    #[error("{0} is not as it was when the backup was made: nothing was restored")]
    Damaged(String),
    /// The backup was made by another version.
    #[error("{0}")]
    Version(String),
    /// There is something already.
    #[error("{0} is not empty: a backup is only restored to an empty place")]
    NotEmpty(String),
    /// It was stopped on purpose.
    #[error("the backup was stopped")]
    Stopped,
}

impl BackupError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
