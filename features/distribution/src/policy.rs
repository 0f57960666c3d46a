//! What an administrator decides about distribution on an endpoint.

use serde::{Deserialize, Serialize};

use crate::{
    model::{Window, Work},
    near::NearPolicy,
};

/// The whole policy. Its default allows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistributionPolicy {
    /// What may be done at all.
    pub allowed: Vec<Kind>,
    /// Work begins within these hours only, whatever a rollout says; empty for any hour.
    pub windows: Vec<Window>,
    /// Bytes per second that content may be fetched with, beside the rollout's own limit; 0 for none.
    pub bytes_per_second: u64,
    /// With what scripts may be run: absolute paths.
    pub interpreters: Vec<String>,
    /// Most seconds that a script may run, whatever a rollout says.
    pub script_s: u32,
    /// Whether content comes from neighbours on the same segment, and goes to them.
    #[serde(skip_serializing_if = "NearPolicy::is_default")]
    pub neighbours: NearPolicy,
}

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionKind))]
pub enum Kind {
    /// Install package files.
    Install,
    /// Run scripts.
    Script,
    /// Install updates that wait.
    Updates,
}

/// A day.
pub const LONGEST_SCRIPT_S: u32 = 86_400;
/// More is a mistake.
const MOST_WINDOWS: usize = 50;

impl Default for DistributionPolicy {
    fn default() -> Self {
        Self {
            allowed: Vec::new(),
            windows: Vec::new(),
            bytes_per_second: 0,
            interpreters: vec!["/bin/sh".to_owned()],
            script_s: 3600,
            neighbours: NearPolicy::default(),
        }
    }
}

impl DistributionPolicy {
    /// What is wrong with the policy: JSON Pointer and message.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, &'static str)> {
        let mut faults = Vec::new();
        if self.windows.len() > MOST_WINDOWS {
            faults.push(("/windows".to_owned(), "there are at most 50 windows"));
        }
        for (at, window) in self.windows.iter().enumerate() {
            faults.extend(window.fault().map(|fault| (format!("/windows/{at}"), fault)));
        }
        for (at, path) in self.interpreters.iter().enumerate() {
            if !path.starts_with('/') || path.split('/').any(|part| part == "..") {
                faults.push((format!("/interpreters/{at}"), "must be an absolute path such as /bin/sh"));
            }
        }
        if !(1..=LONGEST_SCRIPT_S).contains(&self.script_s) {
            faults.push(("/script_s".to_owned(), "must be from 1 second to 86400 seconds (a day)"));
        }
        let near = self.neighbours.faults().into_iter();
        faults.extend(near.map(|(pointer, message)| (format!("/neighbours{pointer}"), message)));
        faults
    }

    /// Whether this kind may be done.
    #[must_use]
    pub fn allows(&self, kind: Kind) -> bool {
        self.allowed.contains(&kind)
    }
}

impl Work {
    /// Its kind, as it is allowed.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Install { .. } => Kind::Install,
            Self::Script { .. } => Kind::Script,
            Self::Updates { .. } => Kind::Updates,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_policy_allows_nothing() {
        let policy: DistributionPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy, DistributionPolicy::default());
        assert!(![Kind::Install, Kind::Script, Kind::Updates].into_iter().any(|kind| policy.allows(kind)));
        assert!(policy.faults().is_empty());
    }

    #[test]
    fn what_is_out_of_reason_is_a_fault_with_its_place() {
        let check = |json: &str| {
            let policy: DistributionPolicy = serde_json::from_str(json).unwrap();
            policy.faults().into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>()
        };
        assert_eq!(check(r#"{"script_s": 0}"#), ["/script_s"]);
        assert_eq!(
            check(r#"{"interpreters": ["/bin/sh", "bash", "/bin/../x"]}"#),
            ["/interpreters/1", "/interpreters/2"]
        );
        assert_eq!(check(r#"{"neighbours": {"at_once": 0}}"#), ["/neighbours/at_once"]);
        assert_eq!(check(r#"{"windows": [{"from": 1440, "minutes": 5}]}"#), ["/windows/0"]);
    }

    #[test]
    fn the_released_shape_is_still_read() {
        for golden in [include_str!("../golden/policy-v1.json"), include_str!("../golden/policy-v2.json")] {
            let policy: DistributionPolicy = serde_json::from_str(golden).unwrap();
            assert_eq!(serde_json::to_string_pretty(&policy).unwrap() + "\n", golden);
            assert!(policy.faults().is_empty());
        }
    }
}
