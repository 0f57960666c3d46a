//! That the same rule does not speak to the same person all the time.

use std::{collections::HashMap, time::Duration};

use yagura_vocabulary::Time;

/// More pairs of rule and account than this are not remembered.
const MOST: usize = 4096;

/// When a rule last spoke to an account.
#[derive(Debug, Default)]
pub(crate) struct Quiet(HashMap<(String, String), Time>);

impl Quiet {
    /// Whether enough time has gone by; if so it speaks now. After a clock that was set back it speaks at once.
    pub(crate) fn may_speak(&mut self, rule: &str, account: &str, now: Time, quiet_s: u32) -> bool {
        let key = (rule.to_owned(), account.to_owned());
        let quiet = Duration::from_secs(quiet_s.into());
        if self.0.get(&key).is_some_and(|last| now >= *last && now.since(*last) < quiet) {
            return false;
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(key, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_quiet_for_its_time_for_each_person_apart() {
        let mut quiet = Quiet::default();
        let mut check = |rule: &str, account: &str, at_s: i64, expected: bool| {
            assert_eq!(
                quiet.may_speak(rule, account, Time::from_seconds(at_s), 60),
                expected,
                "{rule} {account} {at_s}"
            );
        };
        check("a", "1", 100, true);
        check("a", "1", 159, false);
        check("a", "2", 120, true);
        check("b", "1", 120, true);
        check("a", "1", 160, true);
        check("a", "1", 50, true);
    }
}
