//! What belongs to a server.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio_util::sync::CancellationToken;
use yagura_events::Embedded;

use crate::BackupError;

/// Everything that a backup takes.
#[derive(Clone)]
pub struct Plan {
    /// The data folder: keys, server id, blobs.
    pub data: PathBuf,
    /// The control plane's database: `sqlite:PATH` with the whole path, or `postgres://...`.
    pub database: String,
    /// The configuration file.
    pub config: PathBuf,
    /// Files that the configuration names: certificate, key, secrets.
    pub named: Vec<PathBuf>,
    /// The events; `None` on the command line while the server has them.
    pub events: Option<Arc<Embedded>>,
}

/// How far a backup is, and whether it is to stop.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    /// Stops it.
    pub stop: CancellationToken,
}

impl Progress {
    /// Bytes copied, and bytes in all as far as they are known.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    pub(crate) fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes bytes that were copied.
    pub(crate) fn did(&self, bytes: u64) -> Result<(), BackupError> {
        self.done.fetch_add(bytes, Ordering::Relaxed);
        if self.stop.is_cancelled() { Err(BackupError::Stopped) } else { Ok(()) }
    }
}
