//! Whether one rule answers to one event.

use yagura_path_pattern::{PathPattern, Reading};
use yagura_text_index::fold;

use super::view::{Field, View, name_of};
use crate::{
    First, Rule, Seen,
    book::{Hours, Program, Texts, When, Where},
    calendar::Almanac,
    glob::TextPattern,
};

/// The first condition of a rule that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// It is about other kinds of events.
    Kind,
    /// The text condition of this number does not hold.
    Texts(usize),
    /// It is about other programs.
    Program,
    /// It is about other accounts.
    Account,
    /// It began on another kind of drive, or nobody knows on which.
    From,
    /// It ended up on another kind of drive, or nobody knows on which.
    To,
    /// Less was moved.
    Bytes,
    /// It happened at another time.
    Hours,
    /// The program was seen before, or nobody knows.
    FirstSeen,
    /// The exception of this number lets it through.
    Exception(usize),
}

/// A rule with its patterns made ready.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) rule: Rule,
    when: Conditions,
    except: Vec<Conditions>,
}

#[derive(Debug)]
struct Conditions {
    texts: Vec<(Where, Vec<Pattern>, Vec<Pattern>)>,
    program: Option<Programs>,
    accounts: Vec<String>,
}

#[derive(Debug)]
enum Pattern {
    Path(PathPattern),
    Text(TextPattern),
}

#[derive(Debug)]
struct Programs {
    names: Vec<String>,
    paths: Vec<PathPattern>,
    sha256: Vec<String>,
    signers: Vec<String>,
}

fn folded(values: &[String]) -> Vec<String> {
    values.iter().map(|value| fold(value)).collect()
}

impl Pattern {
    fn new(place: Where, text: &str) -> Self {
        match place {
            Where::Path => Self::Path(PathPattern::new(&fold(text), Reading::FOLDED)),
            _ => Self::Text(TextPattern::new(&fold(text))),
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Path(pattern) => pattern.fits(text),
            Self::Text(pattern) => pattern.fits(text),
        }
    }
}

impl Conditions {
    fn new(when: &When) -> Self {
        let patterns = |place, texts: &[String]| texts.iter().map(|text| Pattern::new(place, text)).collect();
        let texts =
            |texts: &Texts| (texts.place, patterns(texts.place, &texts.any_of), patterns(texts.place, &texts.none_of));
        let program = |program: &Program| Programs {
            names: folded(&program.names),
            paths: program.paths.iter().map(|path| PathPattern::new(&fold(path), Reading::FOLDED)).collect(),
            sha256: program.sha256.iter().map(|hash| hash.to_ascii_lowercase()).collect(),
            signers: folded(&program.signers),
        };
        Self {
            texts: when.texts.iter().map(texts).collect(),
            program: when.program.as_ref().map(program),
            accounts: folded(&when.accounts),
        }
    }

    /// The cheap ones first.
    fn check(&self, when: &When, view: &View<'_>, almanac: &Almanac, seen: &mut dyn Seen) -> Result<(), Unmet> {
        let holds = |holds: bool, unmet: Unmet| if holds { Ok(()) } else { Err(unmet) };
        let event = view.event;
        holds(when.kinds.is_empty() || when.kinds.iter().any(|kind| is_of(&event.kind, kind)), Unmet::Kind)?;
        holds(when.bytes_at_least.is_none_or(|least| event.bytes.is_some_and(|bytes| bytes >= least)), Unmet::Bytes)?;
        if !when.from.is_empty() || !when.to.is_empty() {
            let (from, to) = view.places();
            holds(when.from.is_empty() || from.is_some_and(|place| when.from.contains(&place)), Unmet::From)?;
            holds(when.to.is_empty() || to.is_some_and(|place| when.to.contains(&place)), Unmet::To)?;
        }
        if !self.accounts.is_empty() {
            let name = event.account.as_ref().map(|account| fold(&account.name));
            holds(name.is_some_and(|name| self.accounts.contains(&name)), Unmet::Account)?;
        }
        holds(self.program.as_ref().is_none_or(|program| program.fits(view)), Unmet::Program)?;
        for (number, (place, any_of, none_of)) in self.texts.iter().enumerate() {
            holds(texts_hold(view, *place, any_of, none_of), Unmet::Texts(number))?;
        }
        if let Some(hours) = &when.hours {
            let local = almanac.local(event.occurred_at);
            let now = match hours {
                Hours::OutsideBusiness => !almanac.is_business(local),
                Hours::Business => almanac.is_business(local),
                Hours::Within(spans) => almanac.is_within(spans, local),
            };
            holds(now, Unmet::Hours)?;
        }
        holds(when.first_seen.is_none_or(|scope| is_first(scope, view, seen)), Unmet::FirstSeen)
    }
}

fn is_of(kind: &str, wanted: &str) -> bool {
    kind.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn texts_hold(view: &View<'_>, place: Where, any_of: &[Pattern], none_of: &[Pattern]) -> bool {
    let cut = |text| if place == Where::Name { name_of(text) } else { text };
    let fits =
        |patterns: &[Pattern]| view.texts(place).any(|text| patterns.iter().any(|pattern| pattern.fits(cut(text))));
    // Where there is no such text at all, nothing can be said about what is not in it.
    let is_there = || view.texts(place).next().is_some();
    (if any_of.is_empty() { is_there() } else { fits(any_of) }) && !fits(none_of)
}

fn is_first(scope: First, view: &View<'_>, seen: &mut dyn Seen) -> bool {
    let event = view.event;
    let program = event.hash_sha256.as_deref().or(event.image.as_deref());
    program.and_then(|program| seen.is_first(scope, program, event)).unwrap_or(false)
}

impl Programs {
    fn fits(&self, view: &View<'_>) -> bool {
        let image = view.folded(Field::Image);
        let is_named = || image.is_some_and(|image| self.names.iter().any(|name| name == name_of(image)));
        let lies = || image.is_some_and(|image| self.paths.iter().any(|path| path.fits(image)));
        let event = view.event;
        let is_hash =
            || event.hash_sha256.as_ref().is_some_and(|hash| self.sha256.contains(&hash.to_ascii_lowercase()));
        let is_signed = || event.signer.as_ref().is_some_and(|signer| self.signers.contains(&fold(signer)));
        !self.names.is_empty() && is_named()
            || !self.sha256.is_empty() && is_hash()
            || !self.paths.is_empty() && lies()
            || !self.signers.is_empty() && is_signed()
    }
}

impl Ready {
    pub(super) fn new(rule: &Rule) -> Self {
        let except = rule.except.iter().map(|exception| Conditions::new(&exception.when)).collect();
        Self { when: Conditions::new(&rule.when), except, rule: rule.clone() }
    }

    pub(super) fn check(&self, view: &View<'_>, almanac: &Almanac, seen: &mut dyn Seen) -> Result<(), Unmet> {
        self.when.check(&self.rule.when, view, almanac, seen)?;
        let at = view.event.occurred_at;
        let mut exceptions = self.rule.except.iter().zip(&self.except).enumerate();
        let lets_through = exceptions.find(|(_, (exception, conditions))| {
            exception.until.is_none_or(|until| at < until)
                && conditions.check(&exception.when, view, almanac, seen).is_ok()
        });
        lets_through.map_or(Ok(()), |(number, _)| Err(Unmet::Exception(number)))
    }
}
