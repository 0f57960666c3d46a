//! What the endpoint tells of giving and taking: the section `distribution_neighbours` of its state.

use std::{collections::BTreeMap, sync::PoisonError};

use serde_json::json;
use yagura_channel::agent::blobs::neighbours::{Refused, Trouble};

use super::Near;
use crate::near::NearMode;

const SECTION: &str = "distribution_neighbours";

/// What happened since the agent was started.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Bytes given.
    pub(super) given: u64,
    /// Why nothing can be given.
    pub(super) unable: Option<String>,
    refused: BTreeMap<&'static str, u64>,
    troubles: BTreeMap<&'static str, u64>,
}

impl Counts {
    /// Somebody was turned away.
    pub(super) fn refuse(&mut self, why: Refused) {
        let word = match why {
            Refused::Far => "far",
            Refused::Full => "full",
            Refused::Opening => "opening",
            Refused::Pass => "pass",
            Refused::NotHere => "not_here",
            Refused::Slow => "slow",
        };
        *self.refused.entry(word).or_default() += 1;
    }

    /// A neighbour did not give.
    pub(super) fn trouble(&mut self, trouble: &Trouble) {
        let word = match trouble {
            Trouble::Away(_) => "away",
            Trouble::Slow => "slow",
            Trouble::Lied => "lied",
        };
        *self.troubles.entry(word).or_default() += 1;
    }
}

impl Near {
    /// Tells how it stands. Where it is off, there is nothing to tell.
    pub(super) fn tell(&self, mode: NearMode) {
        if mode == NearMode::Off {
            return;
        }
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let section = json!({
            "kept": self.kept.all().len(), "kept_bytes": self.kept.bytes(), "given_bytes": counts.given,
            "unable": counts.unable, "refused": counts.refused, "troubles": counts.troubles,
        });
        self.state.put(SECTION, section);
    }
}
