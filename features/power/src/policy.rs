//! What an administrator decides about power.

use serde::{Deserialize, Serialize};

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = PowerAction))]
pub enum Deed {
    /// Start the machine anew.
    Restart,
    /// Switch it off.
    ShutDown,
    /// Switch it on, by a neighbour.
    Wake,
}

/// When a server may be restarted or shut down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Servers {
    /// Never.
    #[default]
    Never,
    /// Only while nobody is logged on.
    LoggedOff,
    /// While nobody is logged on, or when an administrator insists.
    Administrator,
}

/// The whole policy. Its default allows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PowerPolicy {
    /// What may be asked for at all.
    pub allowed: Vec<Deed>,
    /// When a server may be restarted or shut down.
    pub servers: Servers,
    /// Seconds between the notice and the act, where somebody is logged on.
    pub notice_s: u32,
    /// How often a person may put it off.
    pub postpone_times: u32,
    /// For how many seconds each time.
    pub postpone_s: u32,
}

/// A person needs so long to save what they work on.
pub const SHORTEST_NOTICE_S: u32 = 30;
/// A day: what is to happen later is not asked for now.
pub const LONGEST_NOTICE_S: u32 = 86_400;
/// More would be a way never to restart.
pub const MOST_POSTPONEMENTS: u32 = 10;

impl Default for PowerPolicy {
    fn default() -> Self {
        Self { allowed: Vec::new(), servers: Servers::Never, notice_s: 300, postpone_times: 2, postpone_s: 1800 }
    }
}

impl PowerPolicy {
    /// What is wrong with the policy: JSON Pointer and message.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        let reasonable = SHORTEST_NOTICE_S..=LONGEST_NOTICE_S;
        if !reasonable.contains(&self.notice_s) {
            faults.push(("/notice_s", "must be from 30 seconds to 86400 seconds (a day)"));
        }
        if self.postpone_times > MOST_POSTPONEMENTS {
            faults.push(("/postpone_times", "must be at most 10"));
        }
        if !reasonable.contains(&self.postpone_s) {
            faults.push(("/postpone_s", "must be from 30 seconds to 86400 seconds (a day)"));
        }
        faults
    }

    /// Whether this may be asked for.
    #[must_use]
    pub fn allows(&self, deed: Deed) -> bool {
        self.allowed.contains(&deed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_policy_allows_nothing_and_no_server_ever() {
        let policy: PowerPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy, PowerPolicy::default());
        assert_eq!((policy.allowed.len(), policy.servers, policy.faults()), (0, Servers::Never, Vec::new()));
    }

    #[test]
    fn what_is_out_of_reason_is_a_fault_with_its_place() {
        let check = |json: &str| {
            let policy: PowerPolicy = serde_json::from_str(json).unwrap();
            policy.faults().into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>()
        };
        assert_eq!(check(r#"{"notice_s": 29}"#), ["/notice_s"]);
        assert_eq!(check(r#"{"notice_s": 86401, "postpone_times": 11}"#), ["/notice_s", "/postpone_times"]);
        assert_eq!(check(r#"{"postpone_s": 0}"#), ["/postpone_s"]);
        assert!(check(r#"{"allowed": ["restart", "shut_down", "wake"], "servers": "logged_off"}"#).is_empty());
    }

    #[test]
    fn the_released_shape_is_still_read() {
        let golden = include_str!("../golden/policy-v1.json");
        let policy: PowerPolicy = serde_json::from_str(golden).unwrap();
        assert_eq!(serde_json::to_string_pretty(&policy).unwrap() + "\n", golden);
    }
}
