//! What may follow at the caret.

use std::ops::Range;

use yagura_vocabulary::Level;

use crate::{
    FAMILIES, Field, KINDS, Shape,
    scan::{Scan, opens},
    text::fold,
};

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the text that an offer replaces.
    pub at: Range<usize>,
    /// The field whose value is being written; `None` where a field or a word may stand.
    pub field: Option<Field>,
    /// What is written of it.
    pub begun: String,
    /// What may stand there.
    pub offers: Vec<Offer>,
}

/// One thing that may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// A field; a colon follows.
    Field(Field),
    /// A value, and what it is called in Japanese where that is another word.
    Value(&'static str, Option<&'static str>),
}

const TIMES: &[(&str, &str)] = &[
    ("1h", "1時間"),
    ("24h", "24時間"),
    ("7d", "7日"),
    ("30d", "30日"),
    ("today", "今日"),
    ("yesterday", "昨日"),
    ("thisweek", "今週"),
    ("lastweek", "先週"),
    ("thismonth", "今月"),
    ("lastmonth", "先月"),
];
const HOURS: &[(&str, &str)] = &[("22..5", "22..5"), ("8..18", "8..18")];
const DAYS: &[(&str, &str)] = &[
    ("weekend", "休日"),
    ("workday", "平日"),
    ("mon", "月"),
    ("tue", "火"),
    ("wed", "水"),
    ("thu", "木"),
    ("fri", "金"),
    ("sat", "土"),
    ("sun", "日"),
];
const LEVELS: [(Level, &str); 3] = [(Level::Recorded, "記録"), (Level::Alarm, "警告"), (Level::Prohibited, "禁止")];

/// What may follow in `text` at `caret`, a byte between characters. Within quotation marks nothing is offered.
#[must_use]
pub fn complete(text: &str, caret: usize) -> Completion {
    let caret = (0..=caret.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let before = &text[..caret];
    let start = before
        .rfind(|c: char| c.is_whitespace() || opens(c))
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let mut scan = Scan { text: before, at: start };
    scan.negation();
    let none = |at: Range<usize>| Completion { at, field: None, begun: String::new(), offers: Vec::new() };
    if in_quotes(before) {
        return none(caret..caret);
    }
    let field = scan.name().and_then(|(name, end)| {
        let field = Field::parse(name)?;
        let operator =
            before[end..].chars().take_while(|c| matches!(c, ':' | '：' | '=' | '＝' | '>' | '＞' | '<' | '＜'));
        Some((field, end + operator.map(char::len_utf8).sum::<usize>()))
    });
    if let Some((field, from)) = field {
        // Of a list with commas the last one is being written.
        let from = before[from..]
            .rfind([',', '、', '，'])
            .map_or(from, |at| from + at + before[from + at..].chars().next().map_or(0, char::len_utf8));
        let begun = before[from..].to_owned();
        let offers = values(field, &fold(&begun));
        return Completion { at: from..caret, field: Some(field), begun, offers };
    }
    let begun = before[scan.at..].to_owned();
    let wanted = fold(&begun);
    let offers = Field::ALL.iter().filter(|field| field.names().any(|name| name.starts_with(&wanted)));
    Completion { at: scan.at..caret, field: None, offers: offers.copied().map(Offer::Field).collect(), begun }
}

/// Whether an odd number of quotation marks stands before.
fn in_quotes(before: &str) -> bool {
    before.chars().fold(false, |open, c| match c {
        '"' | '＂' => !open,
        '“' => true,
        '”' => false,
        _ => open,
    })
}

fn values(field: Field, begun: &str) -> Vec<Offer> {
    let fits = |names: &[&str]| names.iter().any(|name| name.starts_with(begun));
    let pairs = |list: &'static [(&'static str, &'static str)]| {
        let fit = list.iter().filter(|(english, japanese)| fits(&[english, japanese]));
        fit.map(|(english, japanese)| Offer::Value(english, Some(japanese))).collect()
    };
    match field.shape() {
        Shape::Kind => {
            let families = FAMILIES.iter().filter(|(family, others)| fits(&[family]) || fits(others));
            let named = families.clone().map(|(family, others)| Offer::Value(family, others.first().copied()));
            // A family in Japanese brings its kinds with it; once one family is meant, so are its kinds.
            let of_family = |kind: &str| families.clone().any(|(family, _)| kind.split('.').next() == Some(*family));
            let kinds = KINDS.iter().filter(|kind| !begun.is_empty() && (fits(&[kind]) || of_family(kind)));
            named.chain(kinds.map(|kind| Offer::Value(kind, None))).collect()
        }
        Shape::Level => {
            let fit = LEVELS.iter().filter(|(level, japanese)| fits(&[level.as_str(), japanese]));
            fit.map(|(level, japanese)| Offer::Value(level.as_str(), Some(japanese))).collect()
        }
        Shape::Time | Shape::Since | Shape::Until => pairs(TIMES),
        Shape::Hour => pairs(HOURS),
        Shape::Weekday => pairs(DAYS),
        _ => Vec::new(),
    }
}
