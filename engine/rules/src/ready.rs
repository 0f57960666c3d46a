//! Rules that come with Yagura, off until somebody chooses them. One file each, in `ready/`.

use serde::Deserialize;

use crate::Rule;

/// A text in the two languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Words {
    /// In the language of this tag; English unless it is Japanese.
    #[must_use]
    pub fn in_language(&self, tag: &str) -> &str {
        if tag.starts_with("ja") { &self.ja } else { &self.en }
    }
}

/// A rule to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// Its name.
    pub name: Words,
    /// What it is good for, and what to think of before it is switched on.
    pub about: Words,
    /// What the person is told, with placeholders.
    pub popup: Words,
    rule: serde_json::Map<String, serde_json::Value>,
}

impl Ready {
    /// The rule in a language, ready to be put into a book and changed there; it is off.
    ///
    /// # Errors
    /// A file in `ready/` is no rule; a test reads them all.
    pub fn rule(&self, tag: &str) -> Result<Rule, serde_json::Error> {
        let mut rule = self.rule.clone();
        rule.insert("name".to_owned(), self.name.in_language(tag).into());
        rule.insert("on".to_owned(), false.into());
        let popup = rule.entry("popup").or_insert_with(|| serde_json::json!({}));
        popup["text"] = self.popup.in_language(tag).into();
        serde_json::from_value(rule.into())
    }
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../ready/", $name, ".json")))),+] };
}

/// The files, by the id of their rule.
const FILES: &[(&str, &str)] = files![
    "removable-write",
    "removable-bulk",
    "network-share-bulk",
    "confidential-name",
    "night-work",
    "mass-delete",
    "large-print",
    "file-transfer-program",
    "remote-control-program",
    "archive-with-password",
    "new-program",
    "log-or-agent-tamper",
];

/// All of them.
///
/// # Errors
/// A file in `ready/` cannot be read; a test reads them all.
pub fn all() -> Result<Vec<Ready>, serde_json::Error> {
    FILES.iter().map(|(_, text)| serde_json::from_str(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RuleBook;

    #[test]
    fn every_ready_rule_can_be_put_in_force_in_both_languages_and_is_off() {
        let all = all().unwrap();
        assert_eq!(all.len(), 12);
        for tag in ["ja-JP", "en"] {
            let rules: Vec<_> = all.iter().map(|ready| ready.rule(tag).unwrap()).collect();
            let ids: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
            assert_eq!(ids, FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "a file has the name of its rule");
            assert!(rules.iter().all(|rule| !rule.on));
            assert_eq!(RuleBook { rules, ..RuleBook::default() }.faults(), []);
        }
    }
}
