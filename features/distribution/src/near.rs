//! Content from neighbours on the same segment: what an administrator decides about it, and whether an endpoint takes and gives. Pure, so that
//! the server can say it beforehand.

use serde::{Deserialize, Serialize};

/// What an endpoint may do with neighbours. Its default is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NearPolicy {
    /// Whether it takes from them, and gives to them.
    pub mode: NearMode,
    /// The port on which it gives, TCP. It is open while there is something to give.
    pub port: u16,
    /// Most bytes per second that it gives, to all together; 0 for no limit.
    pub bytes_per_second: u64,
    /// To how many it gives at once.
    pub at_once: u16,
    /// How much it keeps for others, in MiB (2^20 bytes).
    pub keep_mib: u32,
}

/// Whether an endpoint takes from neighbours, and gives to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionNearMode))]
pub enum NearMode {
    /// Neither.
    #[default]
    Off,
    /// It takes and does not give.
    Take,
    /// Both.
    Give,
}

/// Not assigned by IANA, and below the ports that systems take for connections of their own.
const PORT: u16 = 17_420;
/// With less for each, a chunk of a megabyte would not come through in the time that a neighbour waits for it.
const SLOWEST: u64 = 65_536;
/// More is a mistake.
const MOST_AT_ONCE: u16 = 64;
const MOST_KEPT_MIB: u32 = 1 << 20;
/// Content that is smaller comes as fast from the server as the question who else has it.
pub const WORTH: u64 = 1 << 20;

impl Default for NearPolicy {
    fn default() -> Self {
        Self { mode: NearMode::Off, port: PORT, bytes_per_second: 10 << 20, at_once: 4, keep_mib: 4096 }
    }
}

impl NearPolicy {
    /// What is wrong with it: JSON Pointer below the policy, and message.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let limit = self.bytes_per_second;
        let faults = [
            ("/port", self.port < 1024, "must be from 1024 to 65535"),
            (
                "/bytes_per_second",
                limit != 0 && limit < SLOWEST * u64::from(self.at_once),
                "must be 0 for no limit, or at least 65536 for each that it gives to at once",
            ),
            ("/at_once", !(1..=MOST_AT_ONCE).contains(&self.at_once), "must be from 1 to 64"),
            ("/keep_mib", !(1..=MOST_KEPT_MIB).contains(&self.keep_mib), "must be from 1 to 1048576 (1 TiB)"),
        ];
        faults.into_iter().filter(|(_, wrong, _)| *wrong).map(|(pointer, _, message)| (pointer, message)).collect()
    }

    /// How many bytes it keeps for others.
    #[must_use]
    pub fn keep_bytes(&self) -> u64 {
        u64::from(self.keep_mib) << 20
    }

    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Why an endpoint does not take some content from neighbours, or does not give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionNearNot))]
pub enum NearNot {
    /// The policy has it off.
    #[error("the policy has neighbours off (distribution: neighbours, mode)")]
    Off,
    /// The policy has it take only.
    #[error("the policy lets it take only (distribution: neighbours, mode)")]
    TakesOnly,
    /// There is nothing to fetch that is worth asking for.
    #[error("there is no content of a megabyte or more to fetch")]
    Small,
    /// It would keep more than it may.
    #[error("it is larger than what the policy lets it keep for others (distribution: neighbours, keep_mib)")]
    TooLarge,
}

/// Whether an endpoint would take content from neighbours and give it to them; where not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionNearOutlook))]
pub struct NearOutlook {
    /// Why it does not take; absent where it does.
    pub not_taken: Option<NearNot>,
    /// Why it does not give; absent where it does.
    pub not_given: Option<NearNot>,
}

/// Whether content of this size is taken from neighbours; where not, why.
#[must_use]
pub fn takes(policy: &NearPolicy, size: u64) -> Option<NearNot> {
    match policy.mode {
        NearMode::Off => Some(NearNot::Off),
        _ if size < WORTH => Some(NearNot::Small),
        NearMode::Take | NearMode::Give => None,
    }
}

/// Whether content of this size is kept for neighbours; where not, why.
#[must_use]
pub fn gives(policy: &NearPolicy, size: u64) -> Option<NearNot> {
    match policy.mode {
        NearMode::Off => Some(NearNot::Off),
        NearMode::Take => Some(NearNot::TakesOnly),
        NearMode::Give if size < WORTH => Some(NearNot::Small),
        NearMode::Give => (size > policy.keep_bytes()).then_some(NearNot::TooLarge),
    }
}

/// What would come of contents of these sizes: enough that one of them is taken, or given.
#[must_use]
pub fn outlook(policy: &NearPolicy, sizes: &[u64]) -> NearOutlook {
    let first = |not: fn(&NearPolicy, u64) -> Option<NearNot>| {
        let mut all = sizes.iter().map(|size| not(policy, *size));
        // Without any content the policy may be the reason still.
        let otherwise = not(policy, 0);
        if all.clone().any(|not| not.is_none()) { None } else { all.next().unwrap_or(otherwise) }
    };
    NearOutlook { not_taken: first(takes), not_given: first(gives) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(mode: NearMode, keep_mib: u32) -> NearPolicy {
        NearPolicy { mode, keep_mib, ..NearPolicy::default() }
    }

    #[track_caller]
    fn check(mode: NearMode, sizes: &[u64], not_taken: Option<NearNot>, not_given: Option<NearNot>) {
        let sizes: Vec<u64> = sizes.iter().map(|mib| mib << 20).collect();
        assert_eq!(outlook(&policy(mode, 100), &sizes), NearOutlook { not_taken, not_given });
    }

    #[test]
    fn nothing_is_taken_or_given_until_a_policy_says_so() {
        assert_eq!(NearPolicy::default().mode, NearMode::Off);
        check(NearMode::Off, &[20], Some(NearNot::Off), Some(NearNot::Off));
        check(NearMode::Take, &[20], None, Some(NearNot::TakesOnly));
        check(NearMode::Give, &[20], None, None);
    }

    #[test]
    fn what_is_small_is_not_asked_for_and_what_is_too_large_is_not_kept() {
        check(NearMode::Give, &[0], Some(NearNot::Small), Some(NearNot::Small));
        check(NearMode::Give, &[], Some(NearNot::Small), Some(NearNot::Small));
        check(NearMode::Give, &[200], None, Some(NearNot::TooLarge));
        check(NearMode::Give, &[200, 20, 0], None, None);
    }

    #[test]
    fn what_is_out_of_reason_is_a_fault_with_its_place() {
        assert!(NearPolicy::default().faults().is_empty());
        let wrong = NearPolicy { port: 80, bytes_per_second: 1, at_once: 65, keep_mib: 0, ..NearPolicy::default() };
        let places: Vec<_> = wrong.faults().into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(places, ["/port", "/bytes_per_second", "/at_once", "/keep_mib"]);
    }

    proptest! {
        #[test]
        fn what_is_given_is_taken_too_and_never_more_than_is_kept(size: u64, keep_mib in 1_u32..1000, mode in 0..3) {
            let mode = [NearMode::Off, NearMode::Take, NearMode::Give][usize::try_from(mode).unwrap()];
            let policy = policy(mode, keep_mib);
            if gives(&policy, size).is_none() {
                prop_assert!(takes(&policy, size).is_none() && size <= policy.keep_bytes() && mode == NearMode::Give);
            }
        }
    }
}
