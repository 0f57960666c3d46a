//! What a row must contain, as far as an index can tell.

use crate::{Token, fold};

/// What a row must contain so that it can be one of those looked for: a condition that is never stricter than the real one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Wanted {
    /// Nothing that an index knows of: no row can be ruled out.
    #[default]
    All,
    /// One of the row's texts contains this folded text.
    Text(String),
    /// One of the row's fields has a value.
    Token(Token),
    /// All of these. All of nothing rules nothing out.
    And(Vec<Wanted>),
    /// One of these. One of nothing rules everything out.
    Or(Vec<Wanted>),
}

impl Wanted {
    /// A part of one of the texts, which need not be folded yet.
    #[must_use]
    pub fn text(part: &str) -> Self {
        match fold(part) {
            folded if folded.is_empty() => Self::All,
            folded => Self::Text(folded),
        }
    }

    /// This value in the field that the index calls `field`.
    #[must_use]
    pub fn value(field: &str, value: impl AsRef<[u8]>) -> Self {
        Self::Token(Token::new(field, value.as_ref()))
    }

    /// All of `parts`, without those that rule nothing out.
    #[must_use]
    pub fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut parts: Vec<_> = parts.into_iter().filter(|part| !part.is_all()).collect();
        match parts.len() {
            0 => Self::All,
            1 => parts.remove(0),
            _ => Self::And(parts),
        }
    }

    /// One of `parts`; nothing is ruled out if one of them rules nothing out.
    #[must_use]
    pub fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut parts: Vec<_> = parts.into_iter().collect();
        if parts.iter().any(Self::is_all) {
            return Self::All;
        }
        if parts.len() == 1 { parts.remove(0) } else { Self::Or(parts) }
    }

    /// Whether no row can be ruled out.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_nothing_out_falls_away_in_an_and_and_swallows_an_or() {
        let text = || Wanted::text("ＡＢＣ");
        assert_eq!(text(), Wanted::Text("abc".to_owned()));
        assert_eq!(Wanted::and([Wanted::All, text()]), text());
        assert_eq!(Wanted::or([Wanted::All, text()]), Wanted::All);
        assert_eq!(Wanted::and([]), Wanted::All);
        assert_eq!(Wanted::or([]), Wanted::Or(Vec::new()));
        assert_eq!(Wanted::text(""), Wanted::All);
    }
}
