//! Where this machine is. The networks that it was in stay in a file of the machine; what is told is the answer alone.

use std::{fs, path::PathBuf};

use yagura_agent_kit::FeatureCtx;
use yagura_vocabulary::Time;

use super::system;
use crate::{
    AssetsPolicy, FEATURE,
    whereabouts::{Habits, Whereabouts, decide},
};

/// Asks for the network, and remembers on which days the machine was in it.
pub(super) struct Places {
    file: PathBuf,
    habits: Habits,
}

impl Places {
    /// What is remembered from before.
    pub(super) fn open(ctx: &FeatureCtx<AssetsPolicy>) -> Self {
        let file = ctx.data.join(FEATURE).join("networks.json");
        let habits = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { file, habits }
    }

    /// Where the machine is now. Where the policy knows no offices, nothing is looked at, and what was remembered is forgotten.
    pub(super) fn now(&mut self, policy: &AssetsPolicy, now: Time) -> Option<Whereabouts> {
        if policy.offices.is_empty() {
            if self.habits != Habits::default() {
                self.habits = Habits::default();
                // It holds where somebody lives.
                if let Err(error) = fs::remove_file(&self.file) {
                    tracing::warn!(%error, file = %self.file.display(), "the networks that this machine was in cannot be forgotten");
                }
            }
            return None;
        }
        let attached = system::attached();
        let gateway = attached.gateway.as_deref();
        let home = gateway.is_some_and(|gateway| self.habits.is_home(gateway));
        let found = decide(&policy.offices, &attached, home)?;
        // Only what is outside of the offices can be a home.
        if let Some(gateway) = gateway.filter(|_| found.office.is_empty())
            && self.habits.note(gateway, now.micros().div_euclid(86_400_000_000))
        {
            self.keep();
        }
        Some(found)
    }

    fn keep(&self) {
        let kept = serde_json::to_vec(&self.habits).map_err(std::io::Error::from).and_then(|bytes| {
            if let Some(folder) = self.file.parent() {
                fs::create_dir_all(folder)?;
            }
            let beside = self.file.with_extension("new");
            fs::write(&beside, bytes)?;
            fs::rename(&beside, &self.file)
        });
        if let Err(error) = kept {
            tracing::warn!(%error, file = %self.file.display(), "the network that this machine is in cannot be remembered");
        }
    }
}
