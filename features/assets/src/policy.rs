//! What an administrator decides about the inventory.

use serde::{Deserialize, Serialize};

use crate::whereabouts::Office;

/// The policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssetsPolicy {
    /// Seconds between two looks at the machine.
    pub interval_s: u64,
    /// The offices by whose networks an endpoint knows where it is. Without any, it does not look.
    pub offices: Vec<Office>,
}

/// Shorter intervals would show in the processor load.
pub const SHORTEST_INTERVAL_S: u64 = 60;
/// Longer intervals would make the inventory a matter of history.
pub const LONGEST_INTERVAL_S: u64 = 7 * 24 * 3600;

impl Default for AssetsPolicy {
    fn default() -> Self {
        Self { interval_s: 3600, offices: Vec::new() }
    }
}

impl AssetsPolicy {
    /// What is wrong with the policy: JSON Pointer and message.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, &'static str)> {
        let mut faults = Vec::new();
        if !(SHORTEST_INTERVAL_S..=LONGEST_INTERVAL_S).contains(&self.interval_s) {
            faults.push(("/interval_s".to_owned(), "must be from 60 seconds to 604800 seconds (7 days)"));
        }
        for (at, office) in self.offices.iter().enumerate() {
            faults.extend(office.faults().into_iter().map(|(field, why)| (format!("/offices/{at}/{field}"), why)));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_policy_means_every_hour() {
        let policy: AssetsPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy, AssetsPolicy { interval_s: 3600, offices: Vec::new() });
        assert_eq!(policy.faults(), []);
    }

    #[test]
    fn intervals_out_of_reason_are_refused() {
        for (interval_s, faults) in [(59, 1), (60, 0), (604_800, 0), (604_801, 1), (0, 1), (u64::MAX, 1)] {
            assert_eq!(AssetsPolicy { interval_s, ..AssetsPolicy::default() }.faults().len(), faults, "{interval_s}");
        }
    }
}
