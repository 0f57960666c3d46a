//! What is wrong with a book of rules although it has the right shape.

use std::collections::HashSet;

use yagura_text_index::fold;

use crate::book::{Exception, Hours, Popup, Program, Rule, RuleBook, Texts, When, Where};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong, in plain English.
    pub message: &'static str,
}

/// More rules than this nobody oversees, and each costs time at every event.
pub const MOST_RULES: usize = 1000;
/// More values than this in one list belong into several rules.
pub const MOST_VALUES: usize = 1000;
/// A pattern is no longer than this, in characters.
pub const LONGEST_PATTERN: usize = 500;
/// A pop-up's text is no longer than this, in characters: more than a person reads before it closes the window.
pub const LONGEST_POPUP: usize = 2000;
/// What has to come together comes together within this time, in seconds: a day.
pub const LONGEST_WINDOW_S: u32 = 86_400;

impl RuleBook {
    /// What is wrong with the book; nothing, if it can be put in force.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut to = Faults::default();
        if self.calendar.zone().is_none() {
            to.add(
                "/calendar/time_zone",
                "this machine knows no such time zone; write its name, Asia/Tokyo, or an offset, +09:00",
            );
        }
        if self.rules.len() > MOST_RULES {
            to.add("/rules", "more than 1000 rules");
        }
        let mut ids = HashSet::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let at = format!("/rules/{index}");
            if !ids.insert(&rule.id) {
                to.add(&format!("{at}/id"), "another rule has this id already");
            }
            to.rule(&at, rule);
        }
        to.0
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, pointer: &str, message: &'static str) {
        self.0.push(Fault { pointer: pointer.to_owned(), message });
    }

    fn rule(&mut self, at: &str, rule: &Rule) {
        if !is_word(&rule.id, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            self.add(&format!("{at}/id"), "an id has 1 to 64 lower-case letters, digits and hyphens");
        }
        if rule.name.trim().is_empty() || rule.name.chars().count() > 200 {
            self.add(
                &format!("{at}/name"),
                "a rule needs a name of at most 200 characters, because the log tells which rule answered",
            );
        }
        if !is_word(&rule.class, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            self.add(&format!("{at}/class"), "a class has 1 to 64 lower-case letters, digits and underscores");
        }
        if rule.when == When::default() {
            self.add(&format!("{at}/when"), "a rule without conditions would answer to everything");
        }
        self.when(&format!("{at}/when"), &rule.when);
        if let Some(at_least) = &rule.at_least {
            let at = format!("{at}/at_least");
            if at_least.count.is_none() && at_least.bytes.is_none() {
                self.add(&at, "say how many acts or how many bytes");
            }
            if at_least.count == Some(0) || at_least.bytes == Some(0) {
                self.add(&at, "nothing is always there; write 1 or more");
            }
            if !(1..=LONGEST_WINDOW_S).contains(&at_least.within_s) {
                self.add(&format!("{at}/within_s"), "between 1 second and a day");
            }
        }
        for (index, Exception { when, reason, .. }) in rule.except.iter().enumerate() {
            let at = format!("{at}/except/{index}");
            if *when == When::default() {
                self.add(&format!("{at}/when"), "an exception without conditions would switch the rule off");
            }
            if reason.trim().is_empty() {
                self.add(&format!("{at}/reason"), "say why, for whoever looks at the list next");
            }
            self.when(&format!("{at}/when"), when);
        }
        self.popup(&format!("{at}/popup"), &rule.popup);
    }

    fn when(&mut self, at: &str, when: &When) {
        self.values(&format!("{at}/kinds"), &when.kinds);
        for (index, kind) in when.kinds.iter().enumerate() {
            if !is_word(kind, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_')) {
                self.add(&format!("{at}/kinds/{index}"), "a kind looks like file.copy, a family of them like file");
            }
        }
        self.values(&format!("{at}/accounts"), &when.accounts);
        for (index, Texts { place, any_of, none_of }) in when.texts.iter().enumerate() {
            let at = format!("{at}/texts/{index}");
            if any_of.is_empty() && none_of.is_empty() {
                self.add(&at, "say what is to stand there or must not");
            }
            for (name, patterns) in [("any_of", any_of), ("none_of", none_of)] {
                self.values(&format!("{at}/{name}"), patterns);
                for (index, pattern) in patterns.iter().enumerate() {
                    self.pattern(&format!("{at}/{name}/{index}"), pattern, *place);
                }
            }
        }
        if let Some(program) = &when.program {
            self.program(&format!("{at}/program"), program);
        }
        if let Some(Hours::Within(spans)) = &when.hours
            && spans.is_empty()
        {
            self.add(&format!("{at}/hours"), "say from when to when");
        }
    }

    fn program(&mut self, at: &str, program: &Program) {
        let Program { names, paths, sha256, signers } = program;
        if [names, paths, sha256, signers].iter().all(|values| values.is_empty()) {
            self.add(at, "say which program: by name, path, SHA-256 or signer");
        }
        for (name, values) in [("names", names), ("paths", paths), ("sha256", sha256), ("signers", signers)] {
            self.values(&format!("{at}/{name}"), values);
        }
        for (index, name) in names.iter().enumerate() {
            if name.contains(['/', '\\']) {
                self.add(&format!("{at}/names/{index}"), "a name has no folders; put a path under paths");
            }
        }
        for (index, path) in paths.iter().enumerate() {
            self.pattern(&format!("{at}/paths/{index}"), path, Where::Path);
        }
        for (index, hash) in sha256.iter().enumerate() {
            if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                self.add(&format!("{at}/sha256/{index}"), "a SHA-256 has 64 hexadecimal digits");
            }
        }
    }

    fn values(&mut self, at: &str, values: &[String]) {
        if values.len() > MOST_VALUES {
            self.add(at, "more than 1000 values");
        }
        for (index, value) in values.iter().enumerate() {
            if value.trim().is_empty() {
                self.add(&format!("{at}/{index}"), "an empty text fits everything");
            }
        }
    }

    fn pattern(&mut self, at: &str, pattern: &str, place: Where) {
        if pattern.chars().count() > LONGEST_PATTERN {
            self.add(at, "more than 500 characters");
        }
        let stars = if place == Where::Path { "*?/\\" } else { "*" };
        let rest: String = fold(pattern).chars().filter(|c| !stars.contains(*c) && !c.is_whitespace()).collect();
        if rest.is_empty() && !pattern.trim().is_empty() {
            self.add(at, "nothing but wildcards fits everything");
        }
    }

    fn popup(&mut self, at: &str, popup: &Popup) {
        let Some(text) = &popup.text else { return };
        if text.trim().is_empty() {
            self.add(&format!("{at}/text"), "an empty text says nothing; leave it out for Yagura's own words");
        }
        if text.chars().count() > LONGEST_POPUP {
            self.add(&format!("{at}/text"), "more than 2000 characters");
        }
    }
}

fn is_word(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "tests read better")]
    fn check(rule: serde_json::Value, pointers: &[&str]) {
        let mut whole = json!({"id": "a", "name": "a", "class": "file", "level": "alarm", "when": {"kinds": ["file"]}});
        whole.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        let book = RuleBook { rules: vec![serde_json::from_value(whole).unwrap()], ..RuleBook::default() };
        let found: Vec<_> = book.faults().into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(found, pointers, "{rule}");
    }

    #[test]
    fn a_rule_that_would_answer_to_everything_is_refused() {
        check(json!({}), &[]);
        check(json!({"when": {}}), &["/rules/0/when"]);
        check(json!({"when": {"texts": [{"in": "any", "any_of": ["*"]}]}}), &["/rules/0/when/texts/0/any_of/0"]);
        check(json!({"when": {"texts": [{"in": "path", "any_of": ["/**/*"]}]}}), &["/rules/0/when/texts/0/any_of/0"]);
        check(json!({"when": {"texts": [{"in": "title"}]}}), &["/rules/0/when/texts/0"]);
        check(json!({"when": {"kinds": [" "]}}), &["/rules/0/when/kinds/0", "/rules/0/when/kinds/0"]);
    }

    #[test]
    fn programs_are_named_as_they_can_be_known() {
        check(json!({"when": {"program": {}}}), &["/rules/0/when/program"]);
        check(json!({"when": {"program": {"names": ["/bin/x"]}}}), &["/rules/0/when/program/names/0"]);
        check(json!({"when": {"program": {"sha256": ["12"]}}}), &["/rules/0/when/program/sha256/0"]);
    }

    #[test]
    fn an_exception_has_conditions_and_a_reason() {
        check(
            json!({"except": [{"when": {}, "reason": " "}]}),
            &["/rules/0/except/0/when", "/rules/0/except/0/reason"],
        );
        check(json!({"except": [{"when": {"accounts": ["root"]}, "reason": "backup"}]}), &[]);
    }

    #[test]
    fn an_amount_has_a_size_and_a_time() {
        check(json!({"at_least": {"within_s": 60}}), &["/rules/0/at_least"]);
        check(json!({"at_least": {"count": 0, "within_s": 0}}), &["/rules/0/at_least", "/rules/0/at_least/within_s"]);
        check(json!({"at_least": {"bytes": 1, "within_s": 86_400}}), &[]);
    }

    #[test]
    fn a_pop_up_says_something_that_can_be_read() {
        check(json!({"popup": {"text": " "}}), &["/rules/0/popup/text"]);
        check(json!({"popup": {"text": "あ".repeat(2001)}}), &["/rules/0/popup/text"]);
        check(json!({"popup": {"text": "<b>あ</b>"}}), &[]);
    }

    #[test]
    fn ids_are_words_and_differ() {
        check(json!({"id": "A b"}), &["/rules/0/id"]);
        let rule =
            |name: &str| json!({"id": "a", "name": name, "class": "file", "level": "log", "when": {"kinds": ["file"]}});
        let book: RuleBook = serde_json::from_value(json!({"rules": [rule("1"), rule("2")]})).unwrap();
        assert_eq!(book.faults()[0].pointer, "/rules/1/id");
    }

    #[test]
    fn a_time_zone_that_is_not_there_is_named() {
        let book: RuleBook = serde_json::from_value(json!({"calendar": {"time_zone": "Mars/Olympus"}})).unwrap();
        assert_eq!(book.faults()[0].pointer, "/calendar/time_zone");
    }
}
