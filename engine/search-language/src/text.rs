//! Text as it is compared, and the ways in which one text is looked for in another.

use yagura_text_index::{Needle, fold_into};

pub(crate) use yagura_text_index::fold;

/// What a text must be.
#[derive(Debug, Clone)]
pub(crate) enum TextTest {
    /// Anything, as long as it is there.
    There,
    /// Contains this.
    Has(Box<Has>),
    /// Is this, or its last part is, where `part` is a separator.
    Whole { folded: String, part: bool },
    /// Fits a pattern; with `part`, the last part of it may fit instead.
    Like { pattern: Pattern, part: bool },
}

/// A text to be contained, and how it is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Has {
    folded: String,
    needle: Needle,
}

/// `text` folded, in `scratch`, which saves allocations between calls.
fn folded<'a>(text: &str, scratch: &'a mut String) -> &'a str {
    scratch.clear();
    if text.is_ascii() {
        scratch.push_str(text);
        scratch.make_ascii_lowercase();
    } else {
        fold_into(text, scratch);
    }
    scratch
}

impl TextTest {
    /// Contains `text`; everything contains nothing.
    pub(crate) fn has(text: &str) -> Self {
        Needle::new(text).map_or(Self::There, |needle| Self::Has(Box::new(Has { folded: fold(text), needle })))
    }

    pub(crate) fn fits(&self, text: &str, scratch: &mut String) -> bool {
        let last = |text: &'_ str| text.rfind(['/', '\\']).map(|at| at + 1);
        match self {
            Self::There => true,
            Self::Has(has) => has.needle.is_in(text, scratch),
            Self::Whole { folded: wanted, part } => {
                let text = folded(text, scratch);
                text == wanted || (*part && last(text).is_some_and(|at| text[at..] == *wanted))
            }
            Self::Like { pattern, part } => {
                let text = folded(text, scratch);
                pattern.fits(text) || (*part && last(text).is_some_and(|at| pattern.fits(&text[at..])))
            }
        }
    }

    /// Whether a JSON text can be ruled out without parsing it.
    pub(crate) fn is_surely_not_in_json(&self, json: &str, scratch: &mut String) -> bool {
        match self {
            Self::Has(has) => has.needle.is_surely_not_in_json(json, scratch),
            Self::There | Self::Whole { .. } | Self::Like { .. } => false,
        }
    }

    /// Folded texts that must all be contained in a text that fits.
    pub(crate) fn pieces(&self) -> Vec<&str> {
        match self {
            Self::There => Vec::new(),
            Self::Has(has) => vec![&has.folded],
            Self::Whole { folded, .. } => vec![folded],
            Self::Like { pattern, .. } => pattern.pieces().collect(),
        }
    }
}

/// Text with `*` for any characters and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    texts: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    One,
    Many,
    This(char),
}

impl Pattern {
    /// Reads a pattern; `one` says whether `?` is a wildcard.
    pub(crate) fn new(text: &str, one: bool) -> Self {
        let part = |c| match c {
            '*' => Part::Many,
            '?' if one => Part::One,
            other => Part::This(other),
        };
        let folded = fold(text);
        let mut parts: Vec<Part> = folded.chars().map(part).collect();
        parts.dedup_by(|a, b| *a == Part::Many && *b == Part::Many);
        let texts = folded.split(|c| c == '*' || (one && c == '?'));
        Self { texts: texts.filter(|text| !text.is_empty()).map(str::to_owned).collect(), parts }
    }

    /// The text before the one `*` that ends the pattern.
    pub(crate) fn prefix(&self) -> Option<String> {
        let (Part::Many, before) = self.parts.split_last()? else { return None };
        before.iter().map(|part| if let Part::This(c) = part { Some(*c) } else { None }).collect()
    }

    fn pieces(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// Whether the whole of a folded text fits. Goes back to the last `*` only, so the work is at most the product of both
    /// lengths.
    pub(crate) fn fits(&self, folded: &str) -> bool {
        let text: Vec<char> = folded.chars().collect();
        let (mut at, mut part) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.parts.get(part) {
                Some(Part::Many) => {
                    retry = Some((at, part + 1));
                    part += 1;
                }
                Some(Part::One) => (at, part) = (at + 1, part + 1),
                Some(Part::This(c)) if *c == text[at] => (at, part) = (at + 1, part + 1),
                _ => {
                    let Some((from, after)) = retry else { return false };
                    (at, part) = (from + 1, after);
                    retry = Some((from + 1, after));
                }
            }
        }
        self.parts[part..].iter().all(|part| *part == Part::Many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, fits: bool) {
        assert_eq!(Pattern::new(pattern, true).fits(&fold(text)), fits, "{pattern} on {text}");
    }

    #[test]
    fn a_pattern_is_about_the_whole_text() {
        check("*.xlsx", "見積書.XLSX", true);
        check("*.xlsx", "a.xlsx.exe", false);
        check("rep?rt*", "Report 1", true);
        check("rep?rt", "reprt", false);
        check("*a*b*", "xxaxxbxx", true);
        check("*a*b*", "xxbxxaxx", false);
        check("**", "", true);
        check("?", "", false);
    }

    #[test]
    fn a_pattern_made_to_take_long_does_not() {
        check(&"*a".repeat(40), &"a".repeat(2_000), true);
        check(&format!("{}b", "*a".repeat(40)), &"a".repeat(2_000), false);
    }
}
