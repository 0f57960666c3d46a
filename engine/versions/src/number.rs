//! Numbers of any length, as they stand in versions: dates, hashes of digits and counters go beyond 64 bits.

use std::cmp::Ordering;

/// A run of digits without its leading zeros, so that the longer one is the larger one. Zero is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number(Box<str>);

impl Number {
    pub(crate) const fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The number of a run of digits; none if it is empty or has anything else.
pub(crate) fn number(digits: &str) -> Option<Number> {
    let is_one = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| Number(digits.trim_start_matches('0').into()))
}

/// Splits before the first character that does not belong.
pub(crate) fn run(text: &str, belongs: impl Fn(u8) -> bool) -> (&str, &str) {
    // Only ASCII gets this far (`Scheme::key`), so every place is between two characters.
    text.split_at(text.bytes().position(|byte| !belongs(byte)).unwrap_or(text.len()))
}

/// Takes leading digits off `text`.
pub(crate) fn digits<'a>(text: &mut &'a str) -> &'a str {
    let (digits, rest) = run(text, |byte| byte.is_ascii_digit());
    *text = rest;
    digits
}
