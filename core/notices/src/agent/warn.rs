//! That nobody is buried under warnings.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use yagura_agent_kit::Warning;
use yagura_local::Bundled;

pub(super) const MINUTE: Duration = Duration::from_secs(60);
/// How many a person is shown one by one in a minute.
const MOST_A_MINUTE: u32 = 2;
/// How many of those that were held back are named.
const NAMED: usize = 3;

/// How many each person was shown in this minute, and what was held back.
#[derive(Debug, Default)]
pub(super) struct Pace(HashMap<u32, Minute>);

#[derive(Debug, Default)]
struct Minute {
    shown: u32,
    held: u64,
    latest: VecDeque<Bundled>,
}

/// What was held back from one person within a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bundle {
    pub(super) uid: u32,
    pub(super) count: u64,
    /// The latest, oldest first; at least one.
    pub(super) latest: Vec<Bundled>,
}

impl Pace {
    /// Whether to show a warning now; else it is held back until the minute is over.
    pub(super) fn may_show(&mut self, uid: u32, warning: &Warning) -> bool {
        let minute = self.0.entry(uid).or_default();
        if minute.shown < MOST_A_MINUTE {
            minute.shown += 1;
            return true;
        }
        let Warning { at, rule, subject, .. } = warning.clone();
        minute.held += 1;
        minute.latest.push_back(Bundled { at, rule, subject });
        if minute.latest.len() > NAMED {
            minute.latest.pop_front();
        }
        false
    }

    /// A new minute begins; gives what was held back in the last one.
    pub(super) fn minute(&mut self) -> Vec<Bundle> {
        let held = self.0.drain().filter(|(_, minute)| minute.held > 0);
        let held: Vec<_> =
            held.map(|(uid, Minute { held, latest, .. })| Bundle { uid, count: held, latest: latest.into() }).collect();
        for Bundle { uid, .. } in &held {
            self.0.entry(*uid).or_default().shown = 1;
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use yagura_vocabulary::Time;

    use super::*;

    fn warning(subject: &str) -> Warning {
        Warning {
            account: "1000".to_owned(),
            prohibited: false,
            class: "test".to_owned(),
            rule: "a".to_owned(),
            subject: subject.to_owned(),
            text: None,
            at: Time::from_seconds(0),
        }
    }

    #[test]
    fn a_few_are_shown_at_once_and_the_rest_of_the_minute_in_one() {
        let mut pace = Pace::default();
        for n in 0..2 {
            assert!(pace.may_show(1, &warning(&n.to_string())));
        }
        assert!(pace.may_show(2, &warning("another person's")));
        for n in 2..9 {
            assert!(!pace.may_show(1, &warning(&n.to_string())));
        }
        let bundle = pace.minute();
        let named: Vec<_> = bundle[0].latest.iter().map(|one| one.subject.as_str()).collect();
        assert_eq!((bundle.len(), bundle[0].uid, bundle[0].count, named), (1, 1, 7, vec!["6", "7", "8"]));
        assert!(pace.may_show(1, &warning("9")));
        assert!(!pace.may_show(1, &warning("the bundle was shown, too")));
        assert_eq!(pace.minute().len(), 1);
        assert_eq!(pace.minute(), []);
    }
}
