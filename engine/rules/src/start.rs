//! Which rules can be asked before a program starts, when not all is known that is known afterwards.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{RuleLevel, words};

use crate::{
    Rule, RuleBook, When,
    book::{Program, Where},
};

/// The kind of events that tell of a start.
pub const START: &str = "process.start";

words! {
    /// Why a rule cannot stop the start of a program although it prohibits it: it can warn of it afterwards.
    Unknown {
        /// It is about something else than starts.
        NoStart = "no_start",
        /// It names no program: too much would stand still.
        NoProgram = "no_program",
        /// It looks into the command line, which nobody knows before the program runs.
        CommandLine = "command_line",
        /// It waits until something happened several times.
        Amount = "amount",
        /// It asks whether the program is new, and after the first attempt it would not be.
        FirstSeen = "first_seen",
    }
}

/// What a rule of level `prohibit` would have to know to stop a start; nothing, if it knows enough.
///
/// Known are the program's path, name and SHA-256, the account, the parent and the time.
#[must_use]
pub fn unknown(rule: &Rule) -> Option<Unknown> {
    let conditions = || std::iter::once(&rule.when).chain(rule.except.iter().map(|except| &except.when));
    match () {
        () if !rule.when.kinds.iter().any(|kind| START == kind || kind == "process") => Some(Unknown::NoStart),
        () if !rule.when.program.as_ref().is_some_and(names_one) => Some(Unknown::NoProgram),
        () if conditions().any(asks_command_line) => Some(Unknown::CommandLine),
        () if rule.at_least.is_some() => Some(Unknown::Amount),
        () if conditions().any(|when| when.first_seen.is_some()) => Some(Unknown::FirstSeen),
        () => None,
    }
}

fn names_one(program: &Program) -> bool {
    // Who signed it is not known yet on any system.
    !(program.names.is_empty() && program.paths.is_empty() && program.sha256.is_empty())
}

fn asks_command_line(when: &When) -> bool {
    when.texts.iter().any(|texts| matches!(texts.place, Where::Command | Where::Any))
}

impl RuleBook {
    /// The rules alone that can stop the start of a program, with the calendar: a book to be asked before it.
    #[must_use]
    pub fn of_starts(&self) -> Self {
        let stops = |rule: &&Rule| rule.on && rule.level == RuleLevel::Prohibit && unknown(rule).is_none();
        Self { calendar: self.calendar.clone(), rules: self.rules.iter().filter(stops).cloned().collect() }
    }

    /// Whether a rule asks for a program's SHA-256.
    #[must_use]
    pub fn asks_hashes(&self) -> bool {
        self.asks(|when| when.program.as_ref().is_some_and(|program| !program.sha256.is_empty()))
    }

    /// Whether a rule asks whose account it is.
    #[must_use]
    pub fn asks_accounts(&self) -> bool {
        self.asks(|when| !when.accounts.is_empty())
    }

    fn asks(&self, about: impl Fn(&When) -> bool) -> bool {
        let of = |rule: &Rule| about(&rule.when) || rule.except.iter().any(|except| about(&except.when));
        self.rules.iter().filter(|rule| rule.on).any(of)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rule(when: &Value, more: &Value) -> Rule {
        let mut rule = json!({"id": "a", "name": "a", "class": "program", "level": "prohibit", "when": when});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(rule).unwrap()
    }

    #[track_caller]
    fn check(when: &Value, more: &Value, expected: Option<Unknown>) {
        assert_eq!(unknown(&rule(when, more)), expected, "{when} {more}");
    }

    #[test]
    fn what_a_rule_must_know_is_known_before_a_start_or_is_named() {
        let named = json!({"kinds": ["process.start"], "program": {"names": ["game"]}});
        let with = |part: &Value| {
            let mut when = named.clone();
            when.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
            when
        };
        let none = json!({});
        check(&named, &none, None);
        check(&with(&json!({"kinds": ["process"], "accounts": ["tanaka"], "hours": "outside_business"})), &none, None);
        check(&with(&json!({"program": {"sha256": ["ab"]}})), &none, None);
        check(&with(&json!({"kinds": []})), &none, Some(Unknown::NoStart));
        check(&with(&json!({"kinds": ["process.exit", "file"]})), &none, Some(Unknown::NoStart));
        check(&with(&json!({"program": {"signers": ["Example"]}})), &none, Some(Unknown::NoProgram));
        check(&json!({"kinds": ["process.start"]}), &none, Some(Unknown::NoProgram));
        for place in ["command", "any"] {
            let texts = json!({"texts": [{"in": place, "any_of": ["x"]}]});
            check(&with(&texts), &none, Some(Unknown::CommandLine));
            check(&named, &json!({"except": [{"when": texts, "reason": "b"}]}), Some(Unknown::CommandLine));
        }
        check(&named, &json!({"at_least": {"count": 3, "within_s": 60}}), Some(Unknown::Amount));
        check(&with(&json!({"first_seen": "endpoint"})), &none, Some(Unknown::FirstSeen));
    }

    #[test]
    fn a_book_of_starts_has_what_can_stop_them_and_says_what_it_asks() {
        let named = json!({"kinds": ["process.start"], "program": {"names": ["game"]}});
        let hashed = json!({"kinds": ["process.start"], "program": {"sha256": ["ab"]}});
        let except = json!({"except": [{"when": {"accounts": ["tanaka"]}, "reason": "b"}]});
        let book = |rules: Vec<Rule>| RuleBook { rules, ..RuleBook::default() }.of_starts();
        let none = json!({});
        let of = |rules: Vec<Rule>| {
            let book = book(rules);
            (book.rules.len(), book.asks_hashes(), book.asks_accounts())
        };
        assert_eq!(of(vec![rule(&named, &none), rule(&json!({}), &none)]), (1, false, false));
        assert_eq!(of(vec![rule(&hashed, &json!({"on": false})), rule(&hashed, &json!({"level": "alarm"}))]).0, 0);
        assert_eq!(of(vec![rule(&hashed, &except)]), (1, true, true));
    }
}
