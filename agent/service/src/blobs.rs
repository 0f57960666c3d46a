//! Large content for features, through the client that the agent has now, into one folder with one quota.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    sync::{Mutex, watch},
    time::timeout,
};
use yagura_agent_kit::{Blobs, NoBlob, Pace};
use yagura_channel::{
    agent::{
        blobs::{self, BlobDir, BlobError},
        client::{AgentClient, ClientError},
    },
    wire::{
        blob::{BlobHash, BlobPurpose, Content},
        key::PublicKey,
        neighbour::{Ask, Named},
    },
};

/// The folder holds so many bytes. Several features share it.
const QUOTA: u64 = 8 << 30;
/// So long an agent that was just started may take to find its server.
const PATIENCE: Duration = Duration::from_secs(30);

/// Fetches through the client that the agent has now.
#[derive(Clone)]
pub(crate) struct ByServer {
    client: watch::Sender<Option<Arc<AgentClient>>>,
    dir: Arc<Path>,
    /// One at a time: two features may want the same content, and a part has one writer.
    one: Arc<Mutex<()>>,
}

impl std::fmt::Debug for ByServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByServer").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// The kit's pace in the channel's place.
struct ByKit<'a>(&'a mut dyn Pace);

#[async_trait]
impl blobs::Pace for ByKit<'_> {
    async fn near(&mut self, content: &Content, chunk: usize) -> Option<Vec<u8>> {
        self.0.near(content, chunk).await
    }

    async fn may(&mut self, bytes: u64) {
        self.0.may(bytes).await;
    }

    fn here(&mut self, bytes: u64, all: u64) {
        self.0.here(bytes, all);
    }
}

impl ByServer {
    /// Content lies in the agent's folder `data`.
    pub(crate) fn new(data: &Path) -> Self {
        Self { client: watch::Sender::default(), dir: data.join("blobs").into(), one: Arc::default() }
    }

    /// From now on this client is asked.
    pub(crate) fn through(&self, client: &Arc<AgentClient>) {
        self.client.send_replace(Some(Arc::clone(client)));
    }

    async fn client(&self) -> Result<Arc<AgentClient>, NoBlob> {
        let mut clients = self.client.subscribe();
        let found = timeout(PATIENCE, clients.wait_for(Option::is_some)).await;
        let client = found.ok().and_then(Result::ok).and_then(|client| client.clone());
        client.ok_or_else(|| NoBlob::Now("the agent has not begun to speak to its server".to_owned()))
    }

    fn open(&self) -> Result<BlobDir, NoBlob> {
        BlobDir::open(&self.dir, QUOTA).map_err(|error| NoBlob::Now(error.to_string()))
    }
}

/// Whether another try may end better: a full folder is emptied, a server comes back, a damaged file is fetched anew.
fn judged(error: &BlobError) -> NoBlob {
    let never = match error {
        BlobError::Purpose { .. } => true,
        // Not there, or not for this endpoint.
        BlobError::Client(ClientError::Status { status, .. }) => matches!(status, 404 | 410),
        _ => false,
    };
    if never { NoBlob::Ever(error.to_string()) } else { NoBlob::Now(error.to_string()) }
}

#[async_trait]
impl Blobs for ByServer {
    async fn fetch(&self, hash: BlobHash, wanted: BlobPurpose, pace: &mut dyn Pace) -> Result<PathBuf, NoBlob> {
        let _one = self.one.lock().await;
        let client = self.client().await?;
        self.open()?.fetch_at(&client, hash, wanted, &mut ByKit(pace)).await.map_err(|error| judged(&error))
    }

    async fn let_go(&self, hash: BlobHash) {
        let _one = self.one.lock().await;
        let gone = self.open().and_then(|dir| dir.forget(hash).map_err(|error| NoBlob::Now(error.to_string())));
        if let Err(error) = gone {
            tracing::warn!(%error, %hash, "content that is not needed any more stays on this machine");
        }
    }

    async fn neighbours(&self, ask: &Ask) -> Result<(Named, Vec<u8>), NoBlob> {
        let client = self.client().await?;
        client.neighbours(ask).await.map_err(|error| judged(&error.into()))
    }

    fn believe(&self, pass: &[u8], asker: PublicKey, own: PublicKey) -> Option<BlobHash> {
        let client = self.client.borrow().clone()?;
        client.believe_pass(pass, asker, own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: impl Into<BlobError>, never: bool) {
        let error = error.into();
        assert_eq!(matches!(judged(&error), NoBlob::Ever(_)), never, "{error}");
    }

    #[test]
    fn what_another_try_cannot_change_is_not_tried_again() {
        let hash = BlobHash::of(b"x");
        check(BlobError::Purpose { hash, found: BlobPurpose::Model, wanted: BlobPurpose::Package }, true);
        check(ClientError::Status { status: 404, detail: String::new() }, true);
        check(ClientError::Status { status: 502, detail: String::new() }, false);
        check(BlobError::Quota { hash, size: 9, dir: "blobs".into(), quota: 8 }, false);
        check(BlobError::Changed("part".into()), false);
    }

    #[tokio::test(start_paused = true)]
    async fn before_there_is_a_client_it_is_worth_another_try() {
        struct Now;
        #[async_trait]
        impl Pace for Now {
            async fn may(&mut self, _bytes: u64) {}
            fn here(&mut self, _bytes: u64, _all: u64) {}
        }
        let dir = tempfile::tempdir().unwrap();
        let error = ByServer::new(dir.path()).fetch(BlobHash::of(b"x"), BlobPurpose::Package, &mut Now).await;
        assert!(matches!(error, Err(NoBlob::Now(_))), "{error:?}");
    }
}
