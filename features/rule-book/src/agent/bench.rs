//! The judge: asks the rules about each event, writes the answer on it, and tells the person.

use yagura_agent_kit::{Judge, Warning, Warnings};
use yagura_rules::{
    Matcher, Memory, Seen, Unseen,
    popup::{Values, fill},
};
use yagura_vocabulary::{Event, InForce, Lane, Level};

use super::known::Known;
use crate::quiet::Quiet;

/// Judges what happens on one endpoint.
#[derive(Debug)]
pub struct Bench {
    matchers: InForce<Matcher>,
    memory: Memory,
    known: Option<Known>,
    quiet: Quiet,
    warnings: Warnings,
}

impl Bench {
    /// A judge by these rules. `known` is there when a rule asks what was seen before.
    #[must_use]
    pub fn new(matchers: InForce<Matcher>, known: Option<Known>, warnings: Warnings) -> Self {
        Self { matchers, memory: Memory::default(), known, quiet: Quiet::default(), warnings }
    }
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
        let rule = answer.rule;
        if let Some(account) = account.filter(|_| rule.popup.show)
            && self.quiet.may_speak(&rule.id, &account, event.occurred_at, rule.popup.quiet_s)
        {
            let values = Values::of(&event, &rule.name, matcher.almanac());
            let warning = Warning {
                account,
                prohibited: event.level == Level::Prohibited,
                class: rule.class.clone(),
                rule: rule.name.clone(),
                text: rule.popup.text.as_deref().map(|text| fill(text, &values)),
                subject: values.file,
                at: event.occurred_at,
            };
            if !self.warnings.show(warning) {
                tracing::warn!(rule = rule.id, "so many warnings wait to be shown that one more is left out");
            }
        }
        (Lane::Critical, event)
    }
}
