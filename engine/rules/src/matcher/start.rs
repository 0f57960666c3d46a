//! The rules, asked before a program starts.

use yagura_vocabulary::{Event, RuleLevel};

use super::{Judgement, Matcher, check::Unmet, view::View};
use crate::{Rule, Unseen, When};

/// What the rules make of a program that is about to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeforeStart<'m> {
    /// The rule that stops it.
    pub stopped_by: Option<Judgement<'m>>,
    /// At another time the answer may be another one.
    pub by_time: bool,
}

impl Matcher {
    /// Asks about a start as far as it is known: `event` has no command line yet. Nothing is counted, and every rule here is
    /// one that can [stop a start](crate::start::unknown), or does not answer.
    #[must_use]
    pub fn before_start(&self, event: &Event) -> BeforeStart<'_> {
        let view = View::new(event);
        let mut hits = Vec::new();
        self.candidates(event, &view, &mut hits);
        let mut answer = BeforeStart { stopped_by: None, by_time: false };
        for number in hits {
            let ready = &self.rules[number as usize];
            let rule = &ready.rule;
            if rule.level != RuleLevel::Prohibit || crate::start::unknown(rule).is_some() {
                continue;
            }
            match ready.check(&view, &self.almanac, &mut Unseen) {
                Ok(()) => {
                    answer.by_time |= has_hours(&rule.when) || !rule.except.is_empty();
                    answer.stopped_by.get_or_insert(Judgement { rule, sum: None });
                }
                Err(Unmet::Hours) => answer.by_time = true,
                Err(Unmet::Exception(number)) => answer.by_time |= ends(rule, number) || has_hours(&rule.when),
                Err(_) => {}
            }
        }
        answer
    }
}

fn has_hours(when: &When) -> bool {
    when.hours.is_some()
}

fn ends(rule: &Rule, exception: usize) -> bool {
    rule.except.get(exception).is_none_or(|except| except.until.is_some() || has_hours(&except.when))
}
