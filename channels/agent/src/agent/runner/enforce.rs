//! What is in force here. Grants begin and end by the clock, whether there is a server or not.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::sync::{Mutex, Notify, watch};
use yagura_vocabulary::{Clock as _, in_force::Layers};

use super::Endpoint;
use crate::{
    agent::clock::ServerClock,
    wire::policy::{Applied, DocumentHash, ItemError, LeftOut, PolicyDocument, Refused},
};

/// The clock may be set right meanwhile, so a far change is looked at again this often.
const LOOK: Duration = Duration::from_secs(60);

/// Puts documents in force, and keeps to the times of their grants.
#[derive(Clone)]
pub(super) struct Enforcer(Arc<Inner>);

struct Inner {
    endpoint: Arc<dyn Endpoint>,
    clock: ServerClock,
    held: Mutex<Held>,
    changed: Notify,
    report: watch::Sender<Value>,
}

#[derive(Default)]
struct Held {
    /// What the features were given, and of which document it is.
    documents: BTreeMap<String, (PolicyDocument, Layers)>,
    applied: BTreeMap<String, Applied>,
}

impl Enforcer {
    /// Nothing is in force yet. `applied` is what is known of an earlier run.
    pub(super) fn new(endpoint: Arc<dyn Endpoint>, clock: ServerClock, applied: BTreeMap<String, Applied>) -> Self {
        let report = watch::Sender::new(serde_json::to_value(&applied).unwrap_or_default());
        let held = Mutex::new(Held { documents: BTreeMap::new(), applied });
        Self(Arc::new(Inner { endpoint, clock, held, changed: Notify::new(), report }))
    }

    /// What to tell the server of how policies were taken.
    pub(super) fn report(&self) -> watch::Receiver<Value> {
        self.0.report.subscribe()
    }

    /// How each feature took its policy.
    pub(super) async fn applied(&self) -> BTreeMap<String, Applied> {
        self.0.held.lock().await.applied.clone()
    }

    /// Puts a document in force, unless it is already. One that does not fit is remembered as refused, and the last good
    /// one stays.
    pub(super) async fn put(&self, feature: &str, hash: &DocumentHash, document: PolicyDocument) {
        let mut held = self.0.held.lock().await;
        let before = held.applied.get(feature).cloned();
        let same = before.as_ref().is_some_and(|applied| applied.hash == *hash && applied.refused.is_none());
        if same && held.documents.contains_key(feature) {
            return;
        }
        let at = self.0.clock.now();
        let applied = match self.0.apply(&mut held, feature, document).await {
            Ok(left_out) => Applied { hash: hash.clone(), at, refused: None, left_out },
            Err(errors) => {
                tracing::warn!(feature, ?errors, "a policy cannot be held by this agent; the last good one stays");
                let refused = Some(Refused { hash: hash.clone(), errors });
                // An empty hash: the feature's default is in force.
                let none = || Applied { hash: DocumentHash(String::new()), at, refused: None, left_out: Vec::new() };
                Applied { refused, ..before.unwrap_or_else(none) }
            }
        };
        held.applied.insert(feature.to_owned(), applied);
        self.0.tell(&held);
        self.0.changed.notify_one();
    }

    /// The feature goes back to its default.
    pub(super) async fn forget(&self, feature: &str) {
        let mut held = self.0.held.lock().await;
        if let Err(errors) = self.0.endpoint.apply_policy(feature, None).await {
            tracing::warn!(feature, ?errors, "a feature did not go back to its default policy");
        }
        held.documents.remove(feature);
        held.applied.remove(feature);
        self.0.tell(&held);
    }

    /// Keeps to the times of grants, for ever.
    pub(super) async fn keep_time(&self) {
        loop {
            let wait = self.look().await;
            tokio::select! {
                () = self.0.changed.notified() => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            }
        }
    }

    /// Applies anew what grants changed since it was applied. Gives how long until the next look, if one is needed.
    async fn look(&self) -> Option<Duration> {
        let mut held = self.0.held.lock().await;
        let now = self.0.clock.now();
        let changed = |(document, layers): &&(PolicyDocument, Layers)| document.layers(now) != *layers;
        let documents: Vec<_> = held.documents.values().filter(changed).map(|(document, _)| document.clone()).collect();
        for document in documents {
            let feature = document.feature.clone();
            match self.0.apply(&mut held, &feature, document).await {
                Ok(left_out) => {
                    if let Some(applied) = held.applied.get_mut(&feature) {
                        applied.left_out = left_out;
                    }
                }
                Err(errors) => tracing::error!(feature, ?errors, "a policy that was in force is not taken any more"),
            }
            self.0.tell(&held);
        }
        let next = held.documents.values().filter_map(|(document, _)| document.next_change(now)).min();
        next.map(|at| at.since(self.0.clock.now()).min(LOOK))
    }
}

impl Inner {
    async fn apply(
        &self,
        held: &mut Held,
        feature: &str,
        document: PolicyDocument,
    ) -> Result<Vec<LeftOut>, Vec<ItemError>> {
        let layers = document.layers(self.clock.now());
        let left_out = self.endpoint.apply_policy(feature, Some(&layers)).await?;
        for grant in &left_out {
            tracing::warn!(feature, grant = %grant.grant, errors = ?grant.errors, "a grant does not fit on the policy; it grants nothing");
        }
        held.documents.insert(feature.to_owned(), (document, layers));
        Ok(left_out)
    }

    fn tell(&self, held: &Held) {
        self.report.send_replace(serde_json::to_value(&held.applied).unwrap_or_default());
    }
}
