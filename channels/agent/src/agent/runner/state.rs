//! Tells the server how things are: whole at first, then what changed.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::time::{Instant, sleep};
use yagura_vocabulary::SensorReport;

use super::Endpoint;
use crate::{
    agent::{
        backoff::Backoff,
        client::{AgentClient, ClientError},
    },
    wire::{
        delta::diff,
        state::{Report, Section, Taken, hash, patch, without_nulls},
    },
};

/// Section with how the sensors are.
pub const SENSORS: &str = "sensors";
/// Section with how the features took their policies.
pub const POLICIES: &str = "policies";
/// Changes gather for this long, because one change often brings others.
const GATHER: Duration = Duration::from_secs(1);
/// How often the sensors are looked at: they do not say when something changed.
const LOOK: Duration = Duration::from_secs(30);
/// Counts that only grow go along with other news; alone they are worth a report no more often than this.
const COUNTS: Duration = Duration::from_secs(6 * 60 * 60);
/// A server takes no more than a few megabytes at once; sections are sent in several reports when they are larger.
const MOST_BYTES: usize = 8 << 20;

/// What the server holds of one section.
struct Held {
    hash: String,
    value: Value,
}

/// The state as the server knows it.
#[derive(Default)]
pub(super) struct Reporter {
    held: BTreeMap<String, Held>,
    /// Whether the server has said that it understands differences that are exact in lists.
    deltas: bool,
    sensors: Option<(Instant, Vec<SensorReport>)>,
}

impl Reporter {
    /// Tells for ever.
    pub(super) async fn run(
        mut self,
        client: Arc<AgentClient>,
        endpoint: Arc<dyn Endpoint>,
        mut policies: tokio::sync::watch::Receiver<Value>,
    ) {
        let mut backoff = Backoff::default();
        loop {
            let mut sections: BTreeMap<String, Value> =
                endpoint.state().await.into_iter().map(|(name, value)| (name, (*value).clone())).collect();
            sections.insert(POLICIES.to_owned(), policies.borrow_and_update().clone());
            let sensors = endpoint.sensors().await;
            sections.insert(SENSORS.to_owned(), self.sensors(sensors.clone()));
            if self.is_news(&sections) {
                sections.insert(SENSORS.to_owned(), self.counted(sensors));
            }
            match self.tell(&client, sections).await {
                Ok(()) => {
                    backoff.reset();
                    tokio::select! {
                        () = endpoint.state_changed() => {}
                        changed = policies.changed() => if changed.is_err() { return },
                        () = sleep(LOOK) => {}
                    }
                    sleep(GATHER).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "the state was not reported; it is tried again");
                    sleep(backoff.pause(error.retry_after())).await;
                }
            }
        }
    }

    /// The sensors' reports; those of last time while only their counts differ and the time has not come.
    fn sensors(&mut self, new: Vec<SensorReport>) -> Value {
        let without_counts = |reports: &[SensorReport]| -> Vec<SensorReport> {
            reports.iter().map(|report| SensorReport { seen: 0, lost: 0, ..report.clone() }).collect()
        };
        let keep = self.sensors.as_ref().is_some_and(|(at, old)| {
            let lost = |reports: &[SensorReport]| reports.iter().map(|report| report.lost).sum::<u64>();
            at.elapsed() < COUNTS && lost(old) == lost(&new) && without_counts(old) == without_counts(&new)
        });
        match &self.sensors {
            Some((_, old)) if keep => serde_json::to_value(old).unwrap_or_default(),
            _ => self.counted(new),
        }
    }

    /// The sensors' reports as they are now, to be told.
    fn counted(&mut self, new: Vec<SensorReport>) -> Value {
        let value = serde_json::to_value(&new).unwrap_or_default();
        self.sensors = Some((Instant::now(), new));
        value
    }

    /// Whether anything differs from what the server holds.
    fn is_news(&self, sections: &BTreeMap<String, Value>) -> bool {
        sections.iter().any(|(name, value)| {
            self.held.get(name).is_none_or(|held| held.hash != hash(&without_nulls(value.clone())))
        })
    }

    async fn tell(&mut self, client: &AgentClient, sections: BTreeMap<String, Value>) -> Result<(), ClientError> {
        let mut report = BTreeMap::new();
        let mut size = 0;
        let mut values = BTreeMap::new();
        for (name, value) in sections {
            let value = without_nulls(value);
            let new_hash = hash(&value);
            let section = match self.held.get(&name) {
                Some(held) if held.hash == new_hash => continue,
                Some(held) => self.difference(held, &value, &new_hash),
                None => Section::Full(value.clone()),
            };
            let length = serde_json::to_vec(&section).map_or(0, |text| text.len());
            if !report.is_empty() && size + length > MOST_BYTES {
                self.send(client, std::mem::take(&mut report), &mut values).await?;
                size = 0;
            }
            size += length;
            values.insert(name.clone(), Held { hash: new_hash, value });
            report.insert(name, section);
        }
        if !report.is_empty() {
            self.send(client, report, &mut values).await?;
        }
        Ok(())
    }

    /// What changed in a section, in the way that the server understands and that is small.
    fn difference(&self, held: &Held, value: &Value, hash: &str) -> Section {
        let (base, hash) = (held.hash.clone(), hash.to_owned());
        if self.deltas {
            if let Some(delta) = diff(&held.value, value) {
                return Section::Delta { base, delta, hash };
            }
        } else if let Some(patch) = patch(&held.value, value) {
            return Section::Patch { base, patch, hash };
        }
        Section::Full(value.clone())
    }

    /// Sends a report, and once more whole what the server could not put together.
    async fn send(
        &mut self,
        client: &AgentClient,
        report: BTreeMap<String, Section>,
        values: &mut BTreeMap<String, Held>,
    ) -> Result<(), ClientError> {
        let exact = report.values().any(|section| matches!(section, Section::Delta { .. }));
        let taken = match client.state(&Report { sections: report }).await {
            // An older server stands in the place of the one that understood them.
            Err(ClientError::Status { status: 400..500, detail }) if exact => {
                tracing::info!(detail, "the server does not understand what changed in the state; it is sent whole");
                Taken::default()
            }
            answer => answer?,
        };
        self.deltas = taken.deltas;
        let mut again = BTreeMap::new();
        for (name, held) in std::mem::take(values) {
            if taken.hashes.get(&name) == Some(&held.hash) {
                self.held.insert(name, held);
            } else {
                again.insert(name, held);
            }
        }
        if again.is_empty() {
            return Ok(());
        }
        let whole = again.iter().map(|(name, held)| (name.clone(), Section::Full(held.value.clone()))).collect();
        let taken = client.state(&Report { sections: whole }).await?;
        self.deltas = taken.deltas;
        for (name, held) in again {
            self.held.remove(&name);
            if taken.hashes.get(&name) == Some(&held.hash) {
                self.held.insert(name, held);
            } else {
                tracing::warn!(section = name, "the server did not take a section of the state");
            }
        }
        Ok(())
    }
}
