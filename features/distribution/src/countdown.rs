//! The time between the notice and the work: put off so often, or cut short when everybody who is there agrees.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

use crate::model::Job;

/// A countdown that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countdown {
    /// When the work begins.
    pub act_at: Time,
    /// How often it was put off.
    pub postponed: u32,
    /// The uids of those who said that it may begin now.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub agreed: BTreeSet<u32>,
}

impl Countdown {
    /// How often people may still put it off.
    #[must_use]
    pub fn left(&self, job: &Job) -> u32 {
        job.notice.postpone_times.saturating_sub(self.postponed)
    }

    /// When it would begin if it were put off now; nothing where it cannot be, or where that would be no later.
    #[must_use]
    pub fn later_at(&self, job: &Job, now: Time) -> Option<Time> {
        let put_off = now + Duration::from_secs(job.notice.postpone_s.into());
        let at = job.when.deadline.map_or(put_off, |deadline| put_off.min(deadline));
        (self.left(job) > 0 && at > self.act_at).then_some(at)
    }

    /// Somebody puts it off; gives whether they may. What others agreed to was about the time before.
    pub fn later(&mut self, job: &Job, now: Time) -> bool {
        let Some(at) = self.later_at(job, now) else { return false };
        self.act_at = at;
        self.postponed += 1;
        self.agreed.clear();
        true
    }

    /// This user agrees to it now; gives whether everybody who is there does.
    pub fn agree(&mut self, uid: u32, there: &BTreeSet<u32>) -> bool {
        self.agreed.insert(uid);
        there.is_subset(&self.agreed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::job;

    fn at(seconds: i64) -> Time {
        Time::from_seconds(seconds)
    }

    fn countdown() -> Countdown {
        Countdown { act_at: at(300), postponed: 0, agreed: BTreeSet::new() }
    }

    #[test]
    fn it_is_put_off_so_often_and_no_more() {
        let mut one = countdown();
        assert!(one.later(&job(), at(100)) && one.act_at == at(1900));
        assert!(!one.later(&job(), at(1500)) && one.left(&job()) == 0, "once is all that this job allows");
        assert_eq!(one.act_at, at(1900));
    }

    #[test]
    fn nobody_puts_it_off_past_its_deadline_nor_makes_it_sooner() {
        let mut bound = job();
        bound.when.deadline = Some(at(1000));
        let mut one = countdown();
        assert!(one.later(&bound, at(100)) && one.act_at == at(1000));
        bound.when.deadline = Some(at(300));
        assert_eq!(countdown().later_at(&bound, at(100)), None);
    }

    #[test]
    fn it_begins_early_only_when_everybody_there_agrees_to_the_same_time() {
        let there = BTreeSet::from([1000, 1001]);
        let mut one = countdown();
        assert!(!one.agree(1000, &there));
        one.later(&job(), at(0));
        assert!(!one.agree(1001, &there) && one.agree(1000, &there));
    }
}
