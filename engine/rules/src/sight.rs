//! Where a rule can be enforced: what the sensors of an endpoint see, and what it can stop.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{RuleLevel, words};

use crate::{Rule, start};

words! {
    /// What an endpoint can do about a rule.
    Sight {
        /// It does not see what the rule is about.
        Blind = "blind",
        /// It sees it and warns, but cannot stop it although the rule asks for that.
        AlarmOnly = "alarm_only",
        /// It does what the rule asks for.
        Enforced = "enforced",
    }
}

/// What an endpoint sees and stops, by families of kinds: `file`, `process`.
pub trait Able {
    /// Whether a working sensor tells events of this family.
    fn sees(&self, family: &str) -> bool;
    /// Whether it can prevent them.
    fn stops(&self, family: &str) -> bool;
}

/// What an endpoint can do about a rule. Of a rule about several families it can do what it can about the one it does best.
#[must_use]
pub fn sight(rule: &Rule, endpoint: &impl Able) -> Sight {
    let families = families(rule);
    let of = |family: &str| match rule.level {
        _ if !endpoint.sees(family) => Sight::Blind,
        RuleLevel::Prohibit if !(endpoint.stops(family) && is_known_before(rule, family)) => Sight::AlarmOnly,
        _ => Sight::Enforced,
    };
    families.into_iter().map(of).max().unwrap_or(Sight::Blind)
}

/// Whether all that a rule asks about acts of this family is known before they happen. Only then can they be stopped.
#[must_use]
pub fn is_known_before(rule: &Rule, family: &str) -> bool {
    family != "process" || start::unknown(rule).is_none()
}

/// The families of events that a rule is about; every one there is, where it names no kind.
#[must_use]
pub fn families(rule: &Rule) -> Vec<&str> {
    if rule.when.kinds.is_empty() {
        return FAMILIES.to_vec();
    }
    let mut families: Vec<_> = rule.when.kinds.iter().map(|kind| kind.split('.').next().unwrap_or_default()).collect();
    families.sort_unstable();
    families.dedup();
    families
}

/// The families of what people and programs do.
pub const FAMILIES: [&str; 20] = [
    "process",
    "file",
    "folder",
    "share",
    "drive",
    "medium",
    "window",
    "app",
    "idle",
    "session",
    "power",
    "privilege",
    "account",
    "print",
    "web",
    "mail",
    "device",
    "network",
    "software",
    "asset",
];

/// On how many endpoints a rule does what it asks for, only warns, or sees nothing.
#[must_use]
pub fn count<'e, E: Able + 'e>(rule: &Rule, endpoints: impl IntoIterator<Item = &'e E>) -> BTreeMap<Sight, u64> {
    let mut counts = BTreeMap::new();
    for endpoint in endpoints {
        *counts.entry(sight(rule, endpoint)).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Sensors(&'static [&'static str], &'static [&'static str]);

    impl Able for Sensors {
        fn sees(&self, family: &str) -> bool {
            self.0.contains(&family)
        }
        fn stops(&self, family: &str) -> bool {
            self.1.contains(&family)
        }
    }

    fn rule(level: &str, kinds: &[&str]) -> Rule {
        let when = json!({"kinds": kinds, "program": {"names": ["game"]}});
        let rule = json!({"id": "a", "name": "a", "class": "file", "level": level, "when": when});
        serde_json::from_value(rule).unwrap()
    }

    #[test]
    fn an_endpoint_enforces_warns_or_is_blind() {
        let all = [Sensors(&["file", "process"], &["process"]), Sensors(&["file"], &[]), Sensors(&[], &[])];
        for (rule, expected) in [
            (rule("prohibit", &["process.start"]), [(Sight::Blind, 2), (Sight::Enforced, 1)].as_slice()),
            (rule("prohibit", &["file.copy"]), &[(Sight::Blind, 1), (Sight::AlarmOnly, 2)]),
            (rule("alarm", &["file.copy", "file.move"]), &[(Sight::Blind, 1), (Sight::Enforced, 2)]),
            (rule("prohibit", &["file", "process"]), &[(Sight::Blind, 1), (Sight::AlarmOnly, 1), (Sight::Enforced, 1)]),
            (rule("log", &[]), &[(Sight::Blind, 1), (Sight::Enforced, 2)]),
            // Its end comes after the start, and cannot be stopped.
            (rule("prohibit", &["process.exit"]), &[(Sight::Blind, 2), (Sight::AlarmOnly, 1)]),
        ] {
            assert_eq!(count(&rule, &all), expected.iter().copied().collect(), "{rule:?}");
        }
    }
}
