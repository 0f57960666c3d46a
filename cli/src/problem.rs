//! The server's refusals: RFC 9457 problem details, as a person reads them.

use std::fmt;

use http::StatusCode;
use serde::Deserialize;

/// Longer answers that are not ours are not shown, in bytes.
const MAX_WORDS: usize = 500;

/// Why the server refused.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Problem {
    /// For programs: `unauthenticated`, `invalid`, ...
    pub code: String,
    /// For people.
    #[serde(default)]
    pub detail: String,
    /// What in particular is wrong.
    #[serde(default)]
    pub errors: Vec<FieldError>,
}

/// One field that is wrong.
#[derive(Debug, Deserialize)]
pub(crate) struct FieldError {
    /// Where.
    #[serde(default)]
    pub pointer: String,
    /// What, as a word.
    #[serde(default)]
    pub code: String,
    /// What, in a sentence.
    #[serde(default)]
    pub message: Option<String>,
    /// Which piece of a text.
    #[serde(default)]
    pub place: Option<Place>,
}

/// A piece of a text, in characters.
#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    /// Its first character, from 0.
    pub from: usize,
    /// The character after its last one.
    pub to: usize,
}

/// From here on most characters take two columns of a terminal: East Asian scripts and full-width forms.
const WIDE: char = '\u{2e80}';

impl Problem {
    /// The text that was refused, with marks below the piece that is wrong.
    pub(crate) fn point(&self, pointer: &str, text: &str) -> Option<String> {
        let place = self.errors.iter().find(|error| error.pointer == pointer)?.place.as_ref()?;
        let columns = |from: usize, to: usize| -> usize {
            let piece = text.chars().skip(from).take(to.saturating_sub(from));
            piece.map(|c| if c >= WIDE { 2 } else { 1 }).sum()
        };
        let (before, marked) = (columns(0, place.from), columns(place.from, place.to).max(1));
        Some(format!("  {text}\n  {}{}", " ".repeat(before), "^".repeat(marked)))
    }

    /// The problem in an answer. Something on the way, such as a proxy, may answer in its own words; then the status must do,
    /// with the words where they are short and no page.
    pub(crate) fn read(status: StatusCode, body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_else(|_| {
            let words = std::str::from_utf8(body).unwrap_or_default().trim();
            let plain = !words.is_empty() && words.len() <= MAX_WORDS && !words.starts_with('<');
            let words = if plain { format!(": {words}") } else { String::new() };
            let detail = format!("the server answered {status}{words}");
            Self { code: status.as_u16().to_string(), detail, errors: Vec::new() }
        })
    }

    /// Whether this field was refused for this reason.
    pub(crate) fn says(&self, pointer: &str, code: &str) -> bool {
        self.errors.iter().any(|error| error.pointer == pointer && error.code == code)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)?;
        for FieldError { pointer, code, message, .. } in &self.errors {
            write!(f, "\n  {pointer}: {code}")?;
            if let Some(message) = message.as_ref().filter(|message| **message != self.detail) {
                write!(f, " ({message})")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_every_field_once() {
        let body = r#"{"type":"about:blank","title":"Unprocessable Entity","status":422,"code":"invalid","detail":"say why",
            "errors":[{"pointer":"/purpose","code":"required","message":"say why"},{"pointer":"/label","code":"too_long"}]}"#;
        let problem = Problem::read(StatusCode::UNPROCESSABLE_ENTITY, body.as_bytes());
        assert_eq!(problem.to_string(), "say why (invalid)\n  /purpose: required\n  /label: too_long");
        assert!(problem.says("/label", "too_long"));
    }

    #[test]
    fn a_wrong_piece_of_a_text_is_marked_below_it() {
        let body = r#"{"code":"invalid","errors":[{"pointer":"?q","code":"unknown_field","place":{"from":4,"to":6}}]}"#;
        let problem = Problem::read(StatusCode::UNPROCESSABLE_ENTITY, body.as_bytes());
        assert_eq!(problem.point("?q", "端末:a bc:d").as_deref(), Some("  端末:a bc:d\n        ^^"));
        assert_eq!(problem.point("?other", "x"), None);
    }

    #[test]
    fn a_proxy_s_page_is_shown_by_its_status() {
        let problem = Problem::read(StatusCode::BAD_GATEWAY, b"<html>");
        assert_eq!(problem.to_string(), "the server answered 502 Bad Gateway (502)");
        let problem = Problem::read(StatusCode::BAD_REQUEST, b"unknown variant `x`");
        assert_eq!(problem.to_string(), "the server answered 400 Bad Request: unknown variant `x` (400)");
    }
}
