//! The rules that come with the server: which packages are which product. They are data, in `data/products.txt`.

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    Class,
    normalise::Raw,
    pattern::{Captured, Letters, Pattern, folded},
};

/// The rules that come with the server.
pub const TEXT: &str = include_str!("../data/products.txt");

/// One line of the rules.
#[derive(Debug)]
pub struct Rule {
    sources: Vec<String>,
    name: Pattern,
    publisher: Option<Pattern>,
    version: Option<Pattern>,
    /// Who makes it.
    pub vendor: String,
    /// What it is called; `None` where each package keeps its own name.
    pub product: Option<String>,
    edition: String,
    /// What it is to most organisations.
    pub class: Class,
    /// Its programs, by their paths with `/` between folders; none where nobody knows them.
    pub programs: Option<Pattern>,
}

impl Rule {
    fn fits(&self, raw: &Raw<'_>, name: &Letters) -> Option<Captured> {
        let source = self.sources.is_empty() || self.sources.iter().any(|source| source == raw.source);
        let rest = |pattern: &Option<Pattern>, text: &str| pattern.as_ref().is_none_or(|pattern| pattern.fits(text));
        if !source || !rest(&self.version, raw.version) || !rest(&self.publisher, raw.publisher) {
            return None;
        }
        self.name.find(name)
    }

    /// The edition, from the rule or out of the name.
    #[must_use]
    pub fn edition(&self, kept: &Captured) -> String {
        if self.edition == "{edition}" { kept.edition.clone().unwrap_or_default() } else { self.edition.clone() }
    }
}

/// All rules, found by the first letter of a name.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    by_letter: HashMap<char, Vec<usize>>,
    /// Those that may begin with anything.
    by_any: Vec<usize>,
    /// By the product's own name: vendor and product, folded.
    by_product: HashMap<(String, String), usize>,
}

/// A line that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the rules: {why}")]
pub struct RuleError {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl Rules {
    /// Reads rules, one a line, nine fields between semicolons.
    ///
    /// # Errors
    /// Names the first line that is none.
    pub fn read(text: &str) -> Result<Self, RuleError> {
        let mut rules = Self::default();
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with("# ") {
                continue;
            }
            let fault = |why: &str| RuleError { line: at + 1, why: why.to_owned() };
            let fields: Vec<&str> = line.split(';').map(str::trim).collect();
            let [name, source, publisher, version, vendor, product, edition, class, programs] = fields[..] else {
                return Err(fault("it does not have nine fields"));
            };
            if name.is_empty() || product.is_empty() {
                return Err(fault("it lacks a name or a product"));
            }
            let pattern = |text: &str| (!text.is_empty()).then(|| Pattern::new(text));
            let class = if class.is_empty() {
                Class::Unclassified
            } else {
                class.parse().map_err(|_| fault("unknown class"))?
            };
            rules.add(Rule {
                sources: source.split('|').filter(|one| !one.is_empty()).map(str::to_owned).collect(),
                name: Pattern::new(name),
                publisher: pattern(publisher),
                version: pattern(version),
                vendor: vendor.to_owned(),
                product: (product != "=").then(|| product.to_owned()),
                edition: edition.to_owned(),
                class,
                programs: pattern(programs),
            });
        }
        Ok(rules)
    }

    fn add(&mut self, rule: Rule) {
        let number = self.rules.len();
        for first in rule.name.firsts() {
            let list = match first {
                Some(letter) => self.by_letter.entry(letter).or_default(),
                None => &mut self.by_any,
            };
            if list.last() != Some(&number) {
                list.push(number);
            }
        }
        if let Some(product) = &rule.product {
            self.by_product.entry((folded(&rule.vendor), folded(product))).or_insert(number);
        }
        self.rules.push(rule);
    }

    /// The first rule that a package fits.
    #[must_use]
    pub fn find(&self, raw: &Raw<'_>) -> Option<(&Rule, Captured)> {
        let name = Letters::new(raw.name);
        let by_letter = name.first().and_then(|letter| self.by_letter.get(&letter)).map_or(&[][..], Vec::as_slice);
        let mut numbers: Vec<usize> = by_letter.iter().chain(&self.by_any).copied().collect();
        numbers.sort_unstable();
        numbers.into_iter().find_map(|number| {
            let rule = &self.rules[number];
            rule.fits(raw, &name).map(|kept| (rule, kept))
        })
    }

    /// The rule for a product that is called by its own name.
    #[must_use]
    pub fn named(&self, vendor: &str, product: &str) -> Option<&Rule> {
        let number = self.by_product.get(&(folded(vendor), folded(product)))?;
        self.rules.get(*number)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
}

/// The rules that come with the server.
///
/// # Panics
/// When a line of them is none, which a test of this file rules out.
#[must_use]
pub fn built_in() -> &'static Rules {
    static RULES: LazyLock<Rules> =
        LazyLock::new(|| Rules::read(TEXT).expect("a test reads the very text that is built in"));
    &RULES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_that_come_with_the_server_can_be_read() {
        let rules = Rules::read(TEXT).unwrap();
        assert!(rules.rules.len() > 100, "{}", rules.rules.len());
    }

    #[test]
    fn a_line_that_is_no_rule_is_named() {
        assert_eq!(
            Rules::read("# a remark\n\na;b").unwrap_err(),
            RuleError { line: 3, why: "it does not have nine fields".to_owned() }
        );
        assert_eq!(Rules::read("a;;;;v;p;;perhaps;").unwrap_err().why, "unknown class");
        assert_eq!(Rules::read("a;;;;v;;;free;").unwrap_err().line, 1);
    }

    #[test]
    fn the_first_rule_that_fits_wins() {
        let rules = Rules::read("*office*;;;;One;A;;paid;\nlibreoffice;;;;Two;B;;free;").unwrap();
        let raw = Raw { name: "LibreOffice", version: "", publisher: "", source: "" };
        assert_eq!(rules.find(&raw).unwrap().0.vendor, "One");
    }
}
