//! Large content from the server, for features: packages, scripts, rules, models.

use std::path::PathBuf;

use async_trait::async_trait;
use yagura_channel::wire::blob::{BlobHash, BlobPurpose};

/// How fast it is fetched, and who is told how far it is.
#[async_trait]
pub trait Pace: Send {
    /// Comes back when so many more bytes may be asked for.
    async fn may(&mut self, bytes: u64);

    /// So many bytes of all are here.
    fn here(&mut self, bytes: u64, all: u64);
}

/// Fetches what the server gives out. What is fetched lies on this machine until it is let go, over starts of the agent too.
#[async_trait]
pub trait Blobs: Send + Sync + std::fmt::Debug {
    /// The file with this content: checked by its hash, by the server's signature and by what it was made for. What came before a
    /// connection was lost, or the agent stopped, is not fetched again. The file is for reading only.
    ///
    /// # Errors
    /// When it is not to be had now, or never.
    async fn fetch(&self, hash: BlobHash, wanted: BlobPurpose, pace: &mut dyn Pace) -> Result<PathBuf, NoBlob>;

    /// Lets go of content, whole or begun. What was let go already is no error.
    async fn let_go(&self, hash: BlobHash);
}

/// There is no such content here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBlob {
    /// Not now: it is worth another try.
    #[error("{0}")]
    Now(String),
    /// Never: another try would end the same way.
    #[error("{0}")]
    Ever(String),
}

/// There is no server, as in tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBlobs;

#[async_trait]
impl Blobs for NoBlobs {
    async fn fetch(&self, _hash: BlobHash, _wanted: BlobPurpose, _pace: &mut dyn Pace) -> Result<PathBuf, NoBlob> {
        Err(NoBlob::Now("the agent has no connection to its server".to_owned()))
    }

    async fn let_go(&self, _hash: BlobHash) {}
}
