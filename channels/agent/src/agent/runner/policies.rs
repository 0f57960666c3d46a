//! Policies: fetched when the manifest changes, kept on disk, in force also while there is no server.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Notify, watch};
use yagura_vocabulary::{Clock as _, Id, Time, id};

use super::{BETWEEN_LOOKS, Endpoint};
use crate::{
    agent::{
        backoff::Backoff,
        client::{AgentClient, ClientError},
        clock::ServerClock,
        files::{self, FileError},
    },
    wire::policy::{Applied, DocumentHash, ItemError, PolicyDocument, Refused},
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
    endpoint: Arc<dyn Endpoint>,
    clock: ServerClock,
    record: Record,
    in_force: BTreeMap<String, PolicyDocument>,
    /// Every grant that began or ended before this time has been taken into account.
    grants_at: Time,
    report: watch::Sender<Value>,
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
    pub(super) fn open(dir: &Path, endpoint: Arc<dyn Endpoint>, clock: ServerClock) -> Result<Self, FileError> {
        files::create_dir(dir)?;
        let record: Record =
            files::read(&dir.join("record"))?.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let report = watch::Sender::new(serde_json::to_value(&record.applied).unwrap_or_default());
        let known = Known::default();
        known.set(&record);
        let (grants_at, in_force) = (clock.now(), BTreeMap::new());
        Ok(Self { dir: dir.to_owned(), endpoint, clock, record, in_force, grants_at, report, known })
    }

    /// What to tell the server of how policies were taken.
    pub(super) fn report(&self) -> watch::Receiver<Value> {
        self.report.subscribe()
    }

    /// Puts the last known policies in force. What this agent could not hold before is tried again: it may be a newer one.
    pub(super) async fn apply_last_known(&mut self) {
        let features: BTreeSet<String> = self.record.applied.keys().chain(self.record.wanted.keys()).cloned().collect();
        for feature in features {
            let good = self.record.applied.get(&feature).map(|applied| applied.hash.clone());
            if let Some(document) = good.and_then(|hash| self.kept(&hash)) {
                self.put_in_force(&feature, document).await;
            }
            let wanted = self.record.wanted.get(&feature).cloned();
            if let Some((hash, document)) = wanted.and_then(|hash| Some((hash.clone(), self.kept(&hash)?))) {
                self.apply(&feature, &hash, document).await;
            }
        }
        self.tell();
    }

    /// Keeps policies up to date for ever: fetches when told to, and applies anew when a grant begins or ends.
    pub(super) async fn keep(&mut self, client: &AgentClient, look: &Notify) {
        let mut backoff = Backoff::default();
        let mut again = None;
        loop {
            let now = self.clock.now();
            let change = self.in_force.values().filter_map(|document| document.next_change(self.grants_at)).min();
            // The clock may be set right meanwhile, so a far change is looked at again every minute.
            let wait = change.map_or(Duration::MAX, |at| at.since(now).min(Duration::from_secs(60)));
            tokio::select! {
                () = look.notified() => {}
                () = tokio::time::sleep(again.unwrap_or(Duration::MAX)), if again.is_some() => {}
                () = tokio::time::sleep(wait), if change.is_some() => {
                    self.grants_changed().await;
                    continue;
                }
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
            if let Err(errors) = self.endpoint.apply_policy(&feature, None).await {
                tracing::warn!(feature, ?errors, "a feature did not go back to its default policy");
            }
            self.in_force.remove(&feature);
            self.record.applied.remove(&feature);
        }
        self.record.endpoint = Some(endpoint);
        self.record.counter = manifest.counter;
        self.record.wanted = manifest.documents;
        for (feature, (hash, document)) in documents {
            self.apply(&feature, &hash, document).await;
        }
        self.save()?;
        self.known.set(&self.record);
        self.forget_old();
        self.tell();
        Ok(())
    }

    async fn fetch(&self, client: &AgentClient, hash: &DocumentHash) -> Result<PolicyDocument, PoliciesError> {
        let bytes = client.document(hash).await?;
        let document = serde_json::from_slice(&bytes).map_err(|error| PoliciesError::Document(hash.clone(), error))?;
        files::replace(&self.path(hash), &bytes, true)?;
        Ok(document)
    }

    /// Applies a document, unless it is in force already.
    async fn apply(&mut self, feature: &str, hash: &DocumentHash, document: PolicyDocument) {
        let before = self.record.applied.get(feature).cloned();
        if before.as_ref().is_some_and(|applied| applied.hash == *hash && applied.refused.is_none())
            && self.in_force.contains_key(feature)
        {
            return;
        }
        let at = self.clock.now();
        let applied = match self.put_in_force(feature, document).await {
            None => Applied { hash: hash.clone(), at, refused: None },
            Some(errors) => {
                tracing::warn!(feature, ?errors, "a policy cannot be held by this agent; the last good one stays");
                // An empty hash: the feature's default is in force.
                let (good, since) = before.map_or((DocumentHash(String::new()), at), |good| (good.hash, good.at));
                Applied { hash: good, at: since, refused: Some(Refused { hash: hash.clone(), errors }) }
            }
        };
        self.record.applied.insert(feature.to_owned(), applied);
    }

    async fn put_in_force(&mut self, feature: &str, document: PolicyDocument) -> Option<Vec<ItemError>> {
        let value = document.in_force(None, self.clock.now());
        match self.endpoint.apply_policy(feature, Some(&value)).await {
            Ok(()) => {
                self.in_force.insert(feature.to_owned(), document);
                None
            }
            Err(errors) => Some(errors),
        }
    }

    /// Applies the documents anew whose grants began or ended since this was last looked at.
    async fn grants_changed(&mut self) {
        let now = self.clock.now();
        let since = std::mem::replace(&mut self.grants_at, now);
        let changed = |document: &&PolicyDocument| document.next_change(since).is_some_and(|at| at <= now);
        let documents: Vec<_> = self.in_force.values().filter(changed).cloned().collect();
        for document in documents {
            let feature = document.feature.clone();
            if let Some(errors) = self.put_in_force(&feature, document).await {
                tracing::warn!(feature, ?errors, "a policy does not fit after a grant began or ended");
            }
        }
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

    fn tell(&self) {
        self.report.send_replace(serde_json::to_value(&self.record.applied).unwrap_or_default());
    }
}
