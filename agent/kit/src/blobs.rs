//! Large content from the server, for features: packages, scripts, rules, models.

use std::path::PathBuf;

use async_trait::async_trait;
use yagura_channel::wire::{
    blob::{BlobHash, BlobPurpose, Content},
    key::PublicKey,
    neighbour::{Ask, Named},
};

/// How fast it is fetched, from where, and who is told how far it is.
#[async_trait]
pub trait Pace: Send {
    /// This chunk from somewhere nearer than the server; `None` to ask the server. It is checked as if it came from there.
    async fn near(&mut self, _content: &Content, _chunk: usize) -> Option<Vec<u8>> {
        None
    }

    /// Comes back when so many more bytes may be asked for of the server.
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

    /// Tells the server what this endpoint does about some content, and asks which neighbours have it. With the answer comes its signed form, the
    /// pass for them.
    ///
    /// # Errors
    /// When the server is away, or too old for the question.
    async fn neighbours(&self, _ask: &Ask) -> Result<(Named, Vec<u8>), NoBlob> {
        Err(NoBlob::Now("nobody is here who knows of neighbours".to_owned()))
    }

    /// What a neighbour's pass lets it have of this endpoint now. `asker` is the key that it has proved to have, `own` the one that this endpoint told
    /// the server.
    fn believe(&self, _pass: &[u8], _asker: PublicKey, _own: PublicKey) -> Option<BlobHash> {
        None
    }
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
