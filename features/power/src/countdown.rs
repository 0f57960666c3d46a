//! The time between the notice and the act: put off so often, or cut short when everybody who is there agrees.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

use crate::policy::PowerPolicy;

/// A countdown that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countdown {
    /// When it is done.
    pub act_at: Time,
    /// How often it was put off.
    pub postponed: u32,
    /// The uids of those who said that it may be done now.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub agreed: BTreeSet<u32>,
}

impl Countdown {
    /// One that ends then.
    #[must_use]
    pub fn until(act_at: Time) -> Self {
        Self { act_at, postponed: 0, agreed: BTreeSet::new() }
    }

    /// Whether somebody may put it off once more.
    #[must_use]
    pub fn may_wait(&self, policy: &PowerPolicy) -> bool {
        self.postponed < policy.postpone_times
    }

    /// Somebody puts it off; gives whether they may. What others agreed to was about the time before.
    pub fn later(&mut self, policy: &PowerPolicy, now: Time) -> bool {
        if !self.may_wait(policy) {
            return false;
        }
        self.postponed += 1;
        self.agreed.clear();
        // Never earlier than it was: a long notice may still have more left.
        self.act_at = self.act_at.max(now + Duration::from_secs(policy.postpone_s.into()));
        true
    }

    /// This user agrees to it now; gives whether everybody who is there does. Nobody's work is lost by somebody else's answer.
    pub fn agree(&mut self, uid: u32, there: &BTreeSet<u32>) -> bool {
        self.agreed.insert(uid);
        there.is_subset(&self.agreed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_seconds(seconds)
    }

    #[test]
    fn it_is_put_off_so_often_and_no_more() {
        let policy = PowerPolicy::default();
        let mut countdown = Countdown::until(at(300));
        assert!(countdown.later(&policy, at(100)));
        assert_eq!(countdown.act_at, at(1900));
        assert!(countdown.later(&policy, at(1800)));
        assert_eq!(countdown.act_at, at(3600));
        assert!(!countdown.may_wait(&policy) && !countdown.later(&policy, at(3500)));
        assert_eq!(countdown.act_at, at(3600));
    }

    #[test]
    fn putting_off_never_makes_it_sooner() {
        let mut countdown = Countdown::until(at(7200));
        assert!(countdown.later(&PowerPolicy::default(), at(0)));
        assert_eq!(countdown.act_at, at(7200));
    }

    #[test]
    fn it_is_done_early_only_when_everybody_there_agrees_to_the_same_time() {
        let there = BTreeSet::from([1000, 1001]);
        let mut countdown = Countdown::until(at(300));
        assert!(!countdown.agree(1000, &there));
        countdown.later(&PowerPolicy::default(), at(0));
        assert!(!countdown.agree(1001, &there));
        assert!(countdown.agree(1000, &there));
        assert!(Countdown::until(at(300)).agree(1000, &BTreeSet::from([1000])));
    }
}
