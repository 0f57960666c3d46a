//! Patterns for any text but paths, and what a pattern of either kind has in it.

use yagura_path_pattern::words;

/// A folded pattern of a text: `*` is any text, and it may stand anywhere.
#[derive(Debug, Clone)]
pub(crate) struct TextPattern(Vec<memchr::memmem::Finder<'static>>);

impl TextPattern {
    pub(crate) fn new(folded: &str) -> Self {
        let parts = folded.split('*').filter(|part| !part.is_empty());
        Self(parts.map(|part| memchr::memmem::Finder::new(part).into_owned()).collect())
    }

    pub(crate) fn fits(&self, folded: &str) -> bool {
        let mut rest = folded.as_bytes();
        self.0.iter().all(|part| match part.find(rest) {
            Some(at) => {
                rest = &rest[at + part.needle().len()..];
                true
            }
            None => false,
        })
    }
}

/// The pieces of a pattern that every text which fits has in it.
pub(crate) fn literals(folded: &str, is_path: bool) -> Box<dyn Iterator<Item = &str> + '_> {
    if is_path {
        return Box::new(words(folded));
    }
    Box::new(folded.split('*').filter(|part| !part.is_empty()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_in_a_text_is_any_text_and_the_rest_may_stand_anywhere() {
        for (pattern, text, expected) in [
            ("見積", "2026年見積書", true),
            ("見積*社外秘", "見積書(社外秘)", true),
            ("見積*社外秘", "社外秘 見積書", false),
            ("a*a", "a", false),
            ("*a*", "bab", true),
        ] {
            assert_eq!(TextPattern::new(pattern).fits(text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_fits_has_the_literals_in_it(pattern in "[ab*/]{0,8}", text in "[ab/]{0,8}") {
            let fits = TextPattern::new(&pattern).fits(&text);
            prop_assert!(!fits || literals(&pattern, false).all(|part| text.contains(part)), "{} {}", pattern, text);
        }
    }
}
