//! Rules made ready: an event is compared only with the few that can answer to it.

mod bucket;
mod check;
mod start;
mod view;

use std::collections::HashMap;

use ahash::RandomState;
use yagura_vocabulary::{Event, Level, RuleLevel};

use self::{bucket::Bucket, check::Ready, view::View};
use crate::{Fault, First, Memory, Rule, RuleBook, Seen, When, calendar::Almanac};

pub use self::{check::Unmet, start::BeforeStart};

/// A book of rules, made ready.
#[derive(Debug)]
pub struct Matcher {
    almanac: Almanac,
    rules: Vec<Ready>,
    /// By kind, or family of kinds, as rules name them.
    kinds: HashMap<String, Bucket, RandomState>,
    /// The rules that name no kind.
    any: Bucket,
}

/// A rule answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement<'m> {
    /// Which one.
    pub rule: &'m Rule,
    /// How many acts came together, where it waited for more than one.
    pub sum: Option<(u64, u64)>,
}

impl Judgement<'_> {
    /// Writes on an event what came of it. `stopped` says whether the act was prevented: a sensor that only sees cannot.
    pub fn mark(&self, event: &mut Event, stopped: bool) {
        event.level = match self.rule.level {
            RuleLevel::Log => Level::Recorded,
            RuleLevel::Prohibit if stopped => Level::Prohibited,
            RuleLevel::Alarm | RuleLevel::Prohibit => Level::Alarm,
        };
        event.rule = Some(self.rule.id.clone());
        event.class = Some(self.rule.class.clone());
        event.body.insert("rule_name".to_owned(), self.rule.name.clone().into());
        if self.rule.level == RuleLevel::Prohibit && !stopped {
            event.body.insert("not_stopped".to_owned(), true.into());
        }
        if let Some((count, bytes)) = self.sum {
            event.body.insert("rule_count".to_owned(), count.into());
            event.body.insert("rule_bytes".to_owned(), bytes.into());
        }
    }
}

impl Matcher {
    /// Makes a book ready.
    ///
    /// # Errors
    /// What is wrong with the book.
    pub fn new(book: &RuleBook) -> Result<Self, Vec<Fault>> {
        let faults = book.faults();
        let almanac = Almanac::new(book.calendar.clone());
        let (true, Some(almanac)) = (faults.is_empty(), almanac) else { return Err(faults) };
        let rules: Vec<_> = book.rules.iter().filter(|rule| rule.on).map(Ready::new).collect();
        let mut kinds: HashMap<String, bucket::Builder, RandomState> = HashMap::default();
        let mut any = bucket::Builder::default();
        for (number, ready) in (0..).zip(&rules) {
            if ready.rule.when.kinds.is_empty() {
                any.add(number, ready);
            }
            for kind in &ready.rule.when.kinds {
                kinds.entry(kind.clone()).or_default().add(number, ready);
            }
        }
        let kinds = kinds.into_iter().map(|(kind, builder)| (kind, builder.finish())).collect();
        Ok(Self { almanac, rules, kinds, any: any.finish() })
    }

    /// The numbers of the rules that may answer to an event, in the order of the book, in place of what `hits` held.
    fn candidates(&self, event: &Event, view: &View<'_>, hits: &mut Vec<u32>) {
        hits.clear();
        self.any.candidates(view, hits);
        for name in names(&event.kind) {
            if let Some(bucket) = self.kinds.get(name) {
                bucket.candidates(view, hits);
            }
        }
        hits.sort_unstable();
        hits.dedup();
    }

    /// Which rule answers to an event: of several the strongest, among equals the first of the book.
    ///
    /// Events of one endpoint are told in the order in which they happened. Time comes from the event alone.
    pub fn judge<'m>(&'m self, event: &Event, memory: &mut Memory, seen: &mut dyn Seen) -> Option<Judgement<'m>> {
        let view = View::new(event);
        let mut hits = std::mem::take(&mut memory.hits);
        self.candidates(event, &view, &mut hits);
        let mut best: Option<Judgement<'m>> = None;
        for number in &hits {
            let ready = &self.rules[*number as usize];
            if ready.check(&view, &self.almanac, seen).is_err() {
                continue;
            }
            let sum = match &ready.rule.at_least {
                // Every rule goes on counting, also where a stronger one answers.
                Some(of) => match memory.add(&ready.rule.id, of, event) {
                    Some(sum) => Some(sum),
                    None => continue,
                },
                None => None,
            };
            if best.is_none_or(|best| best.rule.level < ready.rule.level) {
                best = Some(Judgement { rule: &ready.rule, sum });
            }
        }
        memory.hits = hits;
        best
    }

    /// Which rule would answer to an event that is only becoming what it is: the strongest that does not wait for more than one.
    /// Nothing is counted.
    pub fn foresee(&self, event: &Event, seen: &mut dyn Seen) -> Option<&Rule> {
        let view = View::new(event);
        let mut hits = Vec::new();
        self.candidates(event, &view, &mut hits);
        let hits = hits.iter().map(|number| &self.rules[*number as usize]);
        let answers = hits
            .filter(|ready| ready.rule.at_least.is_none() && ready.check(&view, &self.almanac, seen).is_ok())
            .map(|ready| &ready.rule);
        answers.reduce(|best, rule| if best.level < rule.level { rule } else { best })
    }

    /// Whether a rule tells people of what it answers to, the first time already.
    #[must_use]
    pub fn warns_at_once(&self) -> bool {
        let warns = |rule: &Rule| rule.level > RuleLevel::Log && rule.popup.show && rule.at_least.is_none();
        self.rules.iter().any(|ready| warns(&ready.rule))
    }

    /// Why each rule that is on does not answer to an event, or that it does (`None`), apart from how much must come together.
    pub fn explain(&self, event: &Event, seen: &mut dyn Seen) -> Vec<(&Rule, Option<Unmet>)> {
        let view = View::new(event);
        self.rules.iter().map(|ready| (&ready.rule, ready.check(&view, &self.almanac, seen).err())).collect()
    }

    /// Whether no rule is on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a rule asks what was seen before on this endpoint.
    #[must_use]
    pub fn asks_what_was_seen(&self) -> bool {
        let asks = |when: &When| when.first_seen == Some(First::Endpoint);
        self.rules
            .iter()
            .any(|Ready { rule, .. }| asks(&rule.when) || rule.except.iter().any(|except| asks(&except.when)))
    }

    /// The rule of this id, if it is on.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().map(|ready| &ready.rule).find(|rule| rule.id == id)
    }

    /// The calendar that its rules share.
    #[must_use]
    pub fn almanac(&self) -> &Almanac {
        &self.almanac
    }
}

/// A kind and its families: of `a.b.c` also `a.b` and `a`.
fn names(kind: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(kind), |kind| Some(kind.rsplit_once('.')?.0))
}
