//! What the endpoint tells of its jobs while they are under way: the section `distribution` of its state, a list of [`Told`].

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use yagura_agent_kit::StateSink;
use yagura_vocabulary::{Clock, Time};

use super::record::Key;
use crate::{
    FEATURE,
    model::{Stage, Told},
};

/// Where each job is.
#[derive(Clone)]
pub(super) struct Board {
    jobs: Arc<Mutex<BTreeMap<Key, Told>>>,
    state: StateSink,
    clock: Arc<dyn Clock>,
}

impl Board {
    pub(super) fn new(state: StateSink, clock: Arc<dyn Clock>) -> serde_json::Result<Self> {
        let board = Self { jobs: Arc::default(), state, clock };
        board.put(|_| ())?;
        Ok(board)
    }

    fn put(&self, change: impl FnOnce(&mut BTreeMap<Key, Told>)) -> serde_json::Result<()> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut jobs);
        let told: Vec<&Told> = jobs.values().collect();
        self.state.put(FEATURE, serde_json::to_value(told)?);
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<Key, Told>)) {
        if let Err(error) = self.put(change) {
            tracing::error!(%error, "the stage of a job cannot be told");
        }
    }

    /// It is here now.
    pub(super) fn stage(&self, key: Key, stage: Stage, until: Option<Time>) {
        let now = self.clock.now();
        self.change(|jobs| {
            let since = jobs.get(&key).filter(|told| told.stage == stage).map_or(now, |told| told.since);
            let told = Told { rollout_id: key.rollout, attempt: key.attempt, stage, since, until, percent: None };
            jobs.insert(key, told);
        });
    }

    /// So much is fetched.
    pub(super) fn fetched(&self, key: Key, percent: u8) {
        self.change(|jobs| {
            if let Some(told) = jobs.get_mut(&key) {
                told.percent = Some(percent);
            }
        });
    }

    /// It is over.
    pub(super) fn over(&self, key: Key) {
        self.change(|jobs| {
            jobs.remove(&key);
        });
    }
}
