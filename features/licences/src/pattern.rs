//! Patterns for names of packages, publishers and programs.
//!
//! A pattern must fit the whole text. Upper and lower case, full and half width are the same. `*` stands for any text, `#` for a number
//! with points (`3.11`), `{version}` for such a number that is kept, `{edition}` for some text that is kept, `|` parts alternatives.

use unicode_normalization::UnicodeNormalization as _;

/// Longest text that is compared, in characters: what comes behind is cut.
const LONGEST: usize = 300;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Letter(char),
    Any,
    Number,
    Version,
    Edition,
}

/// A pattern; see the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Vec<Token>>);

/// What stood in the places that are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// In the place of `{version}`.
    pub version: Option<String>,
    /// In the place of `{edition}`.
    pub edition: Option<String>,
}

impl Pattern {
    /// Reads a pattern. Every text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.split('|').map(|one| tokens(one.trim())).collect())
    }

    /// Whether the text fits, and what stood in the places that are kept.
    #[must_use]
    pub fn captures(&self, text: &str) -> Option<Captured> {
        self.find(&Letters::new(text))
    }

    /// Whether the text fits.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        self.captures(text).is_some()
    }

    pub(crate) fn find(&self, text: &Letters) -> Option<Captured> {
        self.0.iter().find_map(|tokens| {
            let plain = tokens.iter().take_while(|token| matches!(token, Token::Letter(_))).count();
            let begins =
                tokens[..plain].iter().zip(&text.low).filter(|(token, letter)| **token == Token::Letter(**letter));
            if begins.count() < plain {
                return None;
            }
            let width = text.low.len() + 1;
            let mut walk =
                Walk { tokens, text, dead: vec![false; (tokens.len() + 1) * width], kept: Captured::default() };
            walk.from(plain, plain).then_some(walk.kept)
        })
    }

    /// The first letter of each alternative; none where it may begin with anything.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = Option<char>> {
        self.0.iter().map(|tokens| match tokens.first() {
            Some(Token::Letter(letter)) => Some(*letter),
            _ => None,
        })
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let plain: String = squeezed(text).chars().map(low).collect();
    let mut rest = plain.as_str();
    let mut found = Vec::new();
    while let Some(letter) = rest.chars().next() {
        let (token, length) = match letter {
            _ if rest.starts_with("{version}") => (Token::Version, "{version}".len()),
            _ if rest.starts_with("{edition}") => (Token::Edition, "{edition}".len()),
            '*' => (Token::Any, 1),
            '#' => (Token::Number, 1),
            other => (Token::Letter(other), other.len_utf8()),
        };
        if token != Token::Any || found.last() != Some(&Token::Any) {
            found.push(token);
        }
        rest = &rest[length..];
    }
    found
}

/// A text, letter by letter, as it is and in lower case.
#[derive(Debug, Clone)]
pub(crate) struct Letters {
    as_is: Vec<char>,
    low: Vec<char>,
}

impl Letters {
    pub(crate) fn new(text: &str) -> Self {
        let as_is: Vec<char> = squeezed(text).chars().take(LONGEST).collect();
        let low = as_is.iter().map(|letter| low(*letter)).collect();
        Self { as_is, low }
    }

    pub(crate) fn first(&self) -> Option<char> {
        self.low.first().copied()
    }
}

/// One letter for one letter, so that places in both are the same.
fn low(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// As names are shown: full and half width are the same, one space between words.
#[must_use]
pub fn squeezed(text: &str) -> String {
    let plain: String = text.nfkc().filter(|letter| !letter.is_control() || letter.is_whitespace()).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As names are compared: [`squeezed`], in lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    squeezed(text).to_lowercase()
}

struct Walk<'a> {
    tokens: &'a [Token],
    text: &'a Letters,
    /// Places from which it is known that nothing fits: without it, several stars would try the same again and again.
    dead: Vec<bool>,
    kept: Captured,
}

impl Walk<'_> {
    fn from(&mut self, token: usize, at: usize) -> bool {
        let place = token * (self.text.low.len() + 1) + at;
        if self.dead[place] {
            return false;
        }
        let fits = self.step(token, at);
        self.dead[place] = !fits;
        fits
    }

    fn step(&mut self, token: usize, at: usize) -> bool {
        let length = self.text.low.len();
        match self.tokens.get(token) {
            None => at == length,
            Some(Token::Letter(letter)) => self.text.low.get(at) == Some(letter) && self.from(token + 1, at + 1),
            Some(Token::Any) => (at..=length).any(|end| self.from(token + 1, end)),
            Some(Token::Number) => self.number(at).is_some_and(|end| self.from(token + 1, end)),
            Some(Token::Version) => {
                let Some(end) = self.number(at).filter(|end| self.from(token + 1, *end)) else { return false };
                self.kept.version = Some(self.text.as_is[at..end].iter().collect());
                true
            }
            Some(Token::Edition) => {
                let Some(end) = (at + 1..=length).find(|end| self.from(token + 1, *end)) else { return false };
                let text: String = self.text.as_is[at..end].iter().collect();
                self.kept.edition = Some(text.trim().to_owned());
                true
            }
        }
    }

    /// Where the number that begins here ends.
    fn number(&self, at: usize) -> Option<usize> {
        let rest = self.text.low.get(at..)?;
        let run = rest.iter().take_while(|letter| letter.is_ascii_digit() || **letter == '.').count();
        let points = rest[..run].iter().rev().take_while(|letter| **letter == '.').count();
        (run > points && rest[0].is_ascii_digit()).then_some(at + run - points)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: Option<(&str, &str)>) {
        let found = Pattern::new(pattern).captures(text);
        let found = found.map(|kept| (kept.version.unwrap_or_default(), kept.edition.unwrap_or_default()));
        assert_eq!(found, expected.map(|(version, edition)| (version.to_owned(), edition.to_owned())));
    }

    #[test]
    fn a_pattern_fits_the_whole_text_in_any_case_and_width() {
        check("google chrome", "Google　Ｃhrome", Some(("", "")));
        check("google chrome", "Google Chrome Beta", None);
        check("google chrome*", "Google Chrome Beta", Some(("", "")));
        check("*chrome", "Google Chrome", Some(("", "")));
        check("a|b", "B", Some(("", "")));
        check("", "", Some(("", "")));
        check("", "x", None);
    }

    #[test]
    fn what_stands_in_a_kept_place_keeps_its_letters() {
        let office = "microsoft office {edition} {version} - *";
        check(office, "Microsoft Office Professional Plus 2021 - ja-jp", Some(("2021", "Professional Plus")));
        check("python{version}*", "python3.11-minimal", Some(("3.11", "")));
        check("jdk #.*", "jdk 17", None);
    }

    proptest! {
        #[test]
        fn no_pattern_and_no_text_makes_it_fail_or_run_for_long(pattern in "[*#|a-c{}0-9. ]{0,40}", text in ".{0,400}") {
            let _ = Pattern::new(&pattern).captures(&text);
        }

        #[test]
        fn a_text_without_signs_fits_itself(text in "[a-zA-Zあ-ん0-9. ()-]{0,60}") {
            prop_assert!(Pattern::new(&text).fits(&text));
        }
    }
}
