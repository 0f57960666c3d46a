//! The judge: asks the rules about each event, writes the answer on it, and tells the person.

use yagura_agent_kit::{Judge, Warning, Warnings};
use yagura_rules::{
    Matcher, Memory, Rule, Seen, Unseen,
    popup::{Values, fill},
};
use yagura_vocabulary::{Event, InForce, Lane, Level, RuleLevel};

use super::{foretold::Foretold, known::Known};
use crate::quiet::Quiet;

/// Judges what happens on one endpoint.
#[derive(Debug)]
pub struct Bench {
    matchers: InForce<Matcher>,
    memory: Memory,
    known: Option<Known>,
    quiet: Quiet,
    foretold: Foretold,
    warnings: Warnings,
}

impl Bench {
    /// A judge by these rules. `known` is there when a rule asks what was seen before.
    #[must_use]
    pub fn new(matchers: InForce<Matcher>, known: Option<Known>, warnings: Warnings) -> Self {
        Self {
            matchers,
            memory: Memory::default(),
            known,
            quiet: Quiet::default(),
            foretold: Foretold::default(),
            warnings,
        }
    }
}

/// Tells the person whose account it was, unless the rule is quiet. Gives whether it was told.
fn warn(
    warnings: &Warnings,
    quiet: &mut Quiet,
    matcher: &Matcher,
    (rule, account, event): (&Rule, String, &Event),
) -> bool {
    if !rule.popup.show || !quiet.may_speak(&rule.id, &account, event.occurred_at, rule.popup.quiet_s) {
        return false;
    }
    let values = Values::of(event, &rule.name, matcher.almanac());
    let warning = Warning {
        account,
        prohibited: event.level == Level::Prohibited,
        class: rule.class.clone(),
        rule: rule.name.clone(),
        text: rule.popup.text.as_deref().map(|text| fill(text, &values)),
        subject: values.file,
        at: event.occurred_at,
    };
    let shown = warnings.show(warning);
    if !shown {
        tracing::warn!(rule = rule.id, "so many warnings wait to be shown that one more is left out");
    }
    shown
}

impl Judge for Bench {
    fn would_answer(&mut self, event: &Event) -> bool {
        let matcher = self.matchers.for_account(event.account.as_ref().map(|account| account.id.as_str()));
        let mut unseen = Unseen;
        let seen: &mut dyn Seen = self.known.as_mut().map_or(&mut unseen, |known| known);
        matcher.explain(event, seen).iter().any(|(_, unmet)| unmet.is_none())
    }

    fn judge(&mut self, lane: Lane, mut event: Event) -> (Lane, Event) {
        // What a feature has judged itself, it has judged with more knowledge.
        if event.level != Level::Recorded {
            return (lane, event);
        }
        let account = event.account.as_ref().map(|account| account.id.clone());
        let matcher = self.matchers.for_account(account.as_deref());
        let mut unseen = Unseen;
        let seen: &mut dyn Seen = self.known.as_mut().map_or(&mut unseen, |known| known);
        let answer = matcher.judge(&event, &mut self.memory, seen);
        if let Some(known) = &mut self.known {
            known.note(&event);
        }
        let Some(answer) = answer else { return (lane, event) };
        // Which exclusion or grant let it be recorded, the feature said there.
        if let Some(by) = event.rule.take() {
            event.body.insert("recorded_by".to_owned(), by.into());
        }
        answer.mark(&mut event, false);
        if event.level == Level::Recorded {
            return (lane, event);
        }
        if !self.foretold.take(&answer.rule.id, &event)
            && let Some(account) = account
        {
            warn(&self.warnings, &mut self.quiet, matcher, (answer.rule, account, &event));
        }
        (Lane::Critical, event)
    }

    fn foresees(&self) -> bool {
        self.matchers.any(Matcher::warns_at_once)
    }

    fn foresee(&mut self, event: &Event) {
        let Some(account) = event.account.as_ref().map(|account| account.id.clone()) else { return };
        let matcher = self.matchers.for_account(Some(&account));
        let mut unseen = Unseen;
        let seen: &mut dyn Seen = self.known.as_mut().map_or(&mut unseen, |known| known);
        let Some(rule) = matcher.foresee(event, seen).filter(|rule| rule.level > RuleLevel::Log) else { return };
        if !self.foretold.has(&rule.id, event) && warn(&self.warnings, &mut self.quiet, matcher, (rule, account, event))
        {
            self.foretold.note(&rule.id, event);
        }
    }
}
