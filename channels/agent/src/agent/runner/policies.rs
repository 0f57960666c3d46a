//! Policies: fetched when the manifest changes, kept on disk, in force also while there is no server.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use yagura_vocabulary::{Id, id};

use super::{BETWEEN_LOOKS, enforce::Enforcer};
use crate::{
    agent::{
        backoff::Backoff,
        client::{AgentClient, ClientError},
        files::{self, FileError},
    },
    wire::policy::{Applied, DocumentHash, PolicyDocument},
};

/// What is kept between starts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    /// The endpoint that the manifest was for.
    endpoint: Option<Id<id::Endpoint>>,
    /// The manifest's counter.
    counter: u64,
    /// The documents it wants.
    wanted: BTreeMap<String, DocumentHash>,
    /// What is in force.
    applied: BTreeMap<String, Applied>,
}

/// The policies of one endpoint.
pub(super) struct Policies {
    dir: PathBuf,
    enforcer: Enforcer,
    record: Record,
    known: Known,
}

/// Which manifest is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<Mutex<(Option<Id<id::Endpoint>>, u64)>>);

impl Known {
    /// Whether a manifest of this version is news. There is none with version 0.
    pub(super) fn is_news(&self, endpoint: Id<id::Endpoint>, manifest: u64) -> bool {
        let (known_endpoint, counter) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        manifest > 0 && (known_endpoint != Some(endpoint) || manifest > counter)
    }

    fn set(&self, record: &Record) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (record.endpoint, record.counter);
    }
}

/// Why policies were not brought up to date.
#[derive(Debug, thiserror::Error)]
pub(super) enum PoliciesError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the policy document {0} cannot be read: {1}")]
    Document(DocumentHash, serde_json::Error),
}

impl Policies {
    /// Opens what an earlier run kept. `enforcer` makes what puts it in force, given how it was taken then.
    pub(super) fn open(
        dir: &Path,
        enforcer: impl FnOnce(BTreeMap<String, Applied>) -> Enforcer,
    ) -> Result<Self, FileError> {
        files::create_dir(dir)?;
        let record: Record =
            files::read(&dir.join("record"))?.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let known = Known::default();
        known.set(&record);
        Ok(Self { dir: dir.to_owned(), enforcer: enforcer(record.applied.clone()), record, known })
    }

    /// What puts them in force.
    pub(super) fn enforcer(&self) -> &Enforcer {
        &self.enforcer
    }

    /// Puts the last known policies in force. What this agent could not hold before is tried again: it may be a newer one.
    pub(super) async fn apply_last_known(&mut self) {
        let features: BTreeSet<String> = self.record.applied.keys().chain(self.record.wanted.keys()).cloned().collect();
        for feature in features {
            let good = self.record.applied.get(&feature).map(|applied| applied.hash.clone());
            for hash in good.into_iter().chain(self.record.wanted.get(&feature).cloned()) {
                if let Some(document) = self.kept(&hash) {
                    self.enforcer.put(&feature, &hash, document).await;
                }
            }
        }
    }

    /// Keeps policies up to date for ever: fetches when told to.
    pub(super) async fn keep(&mut self, client: &AgentClient, look: &Notify) {
        let mut backoff = Backoff::default();
        let mut again = None;
        loop {
            tokio::select! {
                () = look.notified() => {}
                () = tokio::time::sleep(again.unwrap_or_default()), if again.is_some() => {}
            }
            match self.update(client).await {
                Ok(()) => {
                    again = None;
                    backoff.reset();
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "policies were not brought up to date; the last known ones stay in force");
                    let asked = match &error {
                        PoliciesError::Client(error) => error.retry_after(),
                        _ => None,
                    };
                    again = Some(backoff.pause(asked));
                }
            }
        }
    }

    /// Which manifest is known, as it changes.
    pub(super) fn known(&self) -> Known {
        self.known.clone()
    }

    async fn update(&mut self, client: &AgentClient) -> Result<(), PoliciesError> {
        let endpoint = client.record().endpoint;
        let known = if self.record.endpoint == Some(endpoint) { self.record.counter } else { 0 };
        let manifest = client.manifest(known).await?;
        let mut documents = BTreeMap::new();
        for (feature, hash) in &manifest.documents {
            let document = match self.kept(hash) {
                Some(document) => document,
                None => self.fetch(client, hash).await?,
            };
            documents.insert(feature.clone(), (hash.clone(), document));
        }
        let gone: Vec<_> =
            self.record.applied.keys().filter(|feature| !documents.contains_key(*feature)).cloned().collect();
        for feature in gone {
            self.enforcer.forget(&feature).await;
        }
        self.record.endpoint = Some(endpoint);
        self.record.counter = manifest.counter;
        self.record.wanted = manifest.documents;
        for (feature, (hash, document)) in documents {
            self.enforcer.put(&feature, &hash, document).await;
        }
        self.record.applied = self.enforcer.applied().await;
        self.save()?;
        self.known.set(&self.record);
        self.forget_old();
        Ok(())
    }

    async fn fetch(&self, client: &AgentClient, hash: &DocumentHash) -> Result<PolicyDocument, PoliciesError> {
        let bytes = client.document(hash).await?;
        let document = serde_json::from_slice(&bytes).map_err(|error| PoliciesError::Document(hash.clone(), error))?;
        files::replace(&self.path(hash), &bytes, true)?;
        Ok(document)
    }

    fn kept(&self, hash: &DocumentHash) -> Option<PolicyDocument> {
        let bytes = files::read(&self.path(hash)).ok()??;
        if DocumentHash::of(&bytes) != *hash {
            return None;
        }
        serde_json::from_slice(&bytes).ok()
    }

    fn path(&self, hash: &DocumentHash) -> PathBuf {
        // A hash from a manifest is only a text: it must not be able to name another folder.
        let name: String = hash.0.chars().filter(char::is_ascii_hexdigit).collect();
        self.dir.join(format!("{name}.json"))
    }

    fn save(&self) -> Result<(), FileError> {
        files::replace(&self.dir.join("record"), &serde_json::to_vec(&self.record).unwrap_or_default(), true)
    }

    /// Removes documents that are neither wanted nor in force. One that cannot be removed does no harm.
    fn forget_old(&self) {
        let used: BTreeSet<_> = self
            .record
            .wanted
            .values()
            .chain(self.record.applied.values().map(|applied| &applied.hash))
            .map(|hash| self.path(hash))
            .collect();
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|extension| extension == "json") && !used.contains(&path) {
                let _ = files::remove(&path);
            }
        }
    }
}
