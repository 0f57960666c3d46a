//! What both of Microsoft's kinds of documents have: builds, numbers of updates, and products that are known by their names.

use crate::{Ecosystem, NameOf, Range, Record, Standing, Statement};

/// What a document says of one product; `package` is its folded name.
pub(super) fn statement(
    id: &str,
    package: String,
    standing: Standing,
    ranges: Vec<Range>,
    advisory: Option<String>,
) -> Record {
    Record::Statement(Statement {
        key: format!("{id}|{package}"),
        id: id.to_owned(),
        advisory,
        ecosystem: Ecosystem::Windows,
        package,
        by: NameOf::Product,
        ranges,
        standing,
        urgency: None,
        arch: Vec::new(),
    })
}

pub(super) fn is_build(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The numbers of updates in a text: six to eight digits by themselves or behind `KB`.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter_map(|word| {
        let digits = word.strip_prefix("KB").or_else(|| word.strip_prefix("kb")).unwrap_or(word);
        let is_one = (6..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_one.then(|| format!("KB{digits}"))
    })
}
