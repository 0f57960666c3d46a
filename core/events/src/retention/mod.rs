//! For how long events are kept: which rule answers for an event, and what a night's removal takes. Pure.
//!
//! A rule names a kind, a family of kinds or all kinds, and a group or all endpoints. For an event, the rules of the nearest
//! group above its endpoint are asked first, then those of the groups above, last those for all endpoints; within one place
//! an exact kind before its family before all kinds. The first that fits answers. Time is counted from when the server
//! received the event, which no endpoint's clock can move.

mod due;
mod grace;
mod outlook;
#[cfg(test)]
mod tests;

use std::{cmp::Reverse, collections::HashSet};

use serde::{Deserialize, Serialize};
use yagura_search_language::{Clock, Names, TimeZone, compile, parse};
use yagura_vocabulary::{
    Time,
    id::{EndpointId, GroupId},
};

use crate::KindFilter;

pub use due::due;
pub use grace::{GRACE, shortens};
pub use outlook::{Outlook, outlook};

/// How long events are kept if nobody says otherwise.
pub const USUAL_DAYS: u32 = 365;
/// The longest time that can be set, in days; beyond it there is "for ever".
pub const LONGEST_DAYS: u32 = 3650;
/// The most rules of one policy.
pub const MOST_RULES: usize = 100;

/// How long the events of some kinds and endpoints are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = RetentionRule))]
pub struct Rule {
    /// A kind (`process.start`) or a family (`process.*`); null for all kinds.
    pub kind: Option<String>,
    /// A group, which stands for those below it too; null for all endpoints.
    pub group: Option<GroupId>,
    /// So many days after the server received them; null for ever.
    pub days: Option<u32>,
}

impl Rule {
    /// Days, where for ever is the longest.
    fn keep(&self) -> u64 {
        self.days.map_or(u64::MAX, u64::from)
    }

    fn filter(&self) -> Option<KindFilter> {
        self.kind.as_deref().map(KindFilter::parse)
    }

    /// Whether it speaks of every kind that `other` speaks of.
    fn covers(&self, other: &Self) -> bool {
        match (self.filter(), other.filter()) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(KindFilter::Exact(kind))) => own.matches(&kind),
            (Some(KindFilter::Exact(_)), Some(KindFilter::Family(_))) => false,
            (Some(KindFilter::Family(own)), Some(KindFilter::Family(other))) => {
                own == other || KindFilter::Family(own).matches(&other)
            }
        }
    }

    /// Exact kinds first, then families from the narrowest, then all kinds.
    fn precision(&self) -> (u8, Reverse<usize>) {
        match self.filter() {
            Some(KindFilter::Exact(_)) => (0, Reverse(0)),
            Some(KindFilter::Family(family)) => (1, Reverse(family.len())),
            None => (2, Reverse(0)),
        }
    }
}

/// All rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = RetentionRules))]
pub struct Policy {
    /// In any order; one of them speaks of all kinds and all endpoints.
    pub rules: Vec<Rule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { rules: vec![Rule { kind: None, group: None, days: Some(USUAL_DAYS) }] }
    }
}

/// What is wrong with a policy, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// A JSON Pointer.
    pub pointer: String,
    /// A word for the console.
    pub code: &'static str,
    /// A sentence.
    pub message: String,
}

/// An endpoint, and the groups that it lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its groups, the nearest first.
    pub groups: Vec<GroupId>,
}

impl Policy {
    /// What is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<PolicyFault> {
        let mut faults = Vec::new();
        let mut fault = |pointer: String, code, message: String| faults.push(PolicyFault { pointer, code, message });
        if self.rules.len() > MOST_RULES {
            fault("/rules".to_owned(), "too_many", format!("at most {MOST_RULES} rules"));
        }
        if !self.rules.iter().any(|rule| rule.kind.is_none() && rule.group.is_none()) {
            fault("/rules".to_owned(), "required", "one rule must speak of all kinds and all endpoints".to_owned());
        }
        let mut seen = HashSet::new();
        for (n, rule) in self.rules.iter().enumerate() {
            if !seen.insert((&rule.kind, rule.group)) {
                fault(format!("/rules/{n}"), "taken", "another rule speaks of the same kinds and endpoints".to_owned());
            }
            if rule.days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
                let message = format!("events are kept for 1 to {LONGEST_DAYS} days, or for ever");
                fault(format!("/rules/{n}/days"), "out_of_range", message);
            }
            if let Some(kind) = rule.kind.as_deref().filter(|kind| !is_kind(kind)) {
                fault(format!("/rules/{n}/kind"), "unknown", format!("`{kind}` is no kind and no family of kinds"));
            }
        }
        faults
    }

    /// The rule that answers for an event of this kind from an endpoint in these groups, the nearest first.
    #[must_use]
    pub fn answer(&self, groups: &[GroupId], kind: &str) -> Option<&Rule> {
        self.ordered(groups).into_iter().find(|rule| rule.filter().is_none_or(|filter| filter.matches(kind)))
    }

    /// The rules that concern an endpoint in these groups, in the order in which they are asked, without those that are never
    /// reached.
    fn ordered(&self, groups: &[GroupId]) -> Vec<&Rule> {
        let mut ordered: Vec<&Rule> = Vec::new();
        for place in groups.iter().map(Some).chain([None]) {
            let mut here: Vec<_> = self.rules.iter().filter(|rule| rule.group.as_ref() == place).collect();
            here.sort_by_key(|rule| rule.precision());
            for rule in here {
                if !ordered.iter().any(|before| before.covers(rule)) {
                    ordered.push(rule);
                }
            }
        }
        ordered
    }

    /// The longest time of any rule, in days; `None` if something is kept for ever.
    #[must_use]
    pub fn longest(&self) -> Option<u32> {
        self.rules.iter().map(|rule| rule.days).try_fold(0, |longest, days| Some(days?.max(longest)))
    }
}

/// Whether the language of questions, by which kinds are left out of a removal, knows it.
fn is_kind(kind: &str) -> bool {
    let written = kind.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_' | b'*'));
    let stars = kind.matches('*').count();
    let clock = Clock { now: Time::from_micros(0), zone: TimeZone::UTC };
    let asked = || parse(&format!("kind:{kind}")).is_ok_and(|node| compile(&node, &clock, &Names::default()).is_ok());
    written && kind.contains('.') && (stars == 0 || (stars == 1 && kind.len() > 2 && kind.ends_with(".*"))) && asked()
}
