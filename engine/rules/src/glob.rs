//! Patterns: for paths, and for any other text.

/// A folded pattern of a path. `?` is one character and `*` any number, both within a folder's name; `**` is any text, and
/// a whole `**/` any folders or none. `/` and `\` are one. What lies below a path that fits, fits too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathPattern(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Letter(char),
    /// One character of a name.
    One,
    /// Any of a name.
    Some,
    /// Anything.
    All,
    /// Here folders may begin, or be left out with the next piece.
    Folders,
    /// Any folders, up to the end of the last.
    Within,
}

const fn is_slash(letter: char) -> bool {
    matches!(letter, '/' | '\\')
}

impl PathPattern {
    pub(crate) fn new(folded: &str) -> Self {
        let mut pieces = Vec::new();
        let mut letters = folded.trim_end_matches(is_slash).chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '?' => pieces.push(Piece::One),
                '*' if letters.next_if_eq(&'*').is_some() => {
                    while letters.next_if_eq(&'*').is_some() {}
                    let begins = matches!(pieces.last(), None | Some(Piece::Letter('/') | Piece::Within));
                    if begins && letters.next_if(|letter| is_slash(*letter)).is_some() {
                        pieces.extend([Piece::Folders, Piece::Within]);
                    } else {
                        pieces.push(Piece::All);
                    }
                }
                '*' => pieces.push(Piece::Some),
                letter => pieces.push(Piece::Letter(if is_slash(letter) { '/' } else { letter })),
            }
        }
        Self(pieces)
    }

    /// Takes time in proportion to the product of the two lengths at worst.
    pub(crate) fn fits(&self, folded: &str) -> bool {
        let pieces = &self.0;
        let end = pieces.len();
        // `reached[n]`: the first n pieces can stand for what was read so far.
        let mut reached = vec![false; end + 1];
        let mut next = vec![false; end + 1];
        reached[0] = true;
        self.skip_empty(&mut reached);
        for letter in folded.chars() {
            let letter = if is_slash(letter) { '/' } else { letter };
            if letter == '/' && reached[end] {
                return true;
            }
            next.fill(false);
            for (at, piece) in pieces.iter().enumerate().filter(|(at, _)| reached[*at]) {
                match piece {
                    Piece::Letter(expected) => next[at + 1] |= *expected == letter,
                    Piece::One => next[at + 1] |= letter != '/',
                    Piece::Some => next[at] |= letter != '/',
                    Piece::All => next[at] = true,
                    Piece::Folders => {}
                    Piece::Within => {
                        next[at] = true;
                        next[at + 1] |= letter == '/';
                    }
                }
            }
            self.skip_empty(&mut next);
            std::mem::swap(&mut reached, &mut next);
        }
        reached[end]
    }

    /// Goes on past what may stand for nothing.
    fn skip_empty(&self, reached: &mut [bool]) {
        for (at, piece) in self.0.iter().enumerate() {
            match piece {
                Piece::Some | Piece::All if reached[at] => reached[at + 1] = true,
                Piece::Folders if reached[at] => (reached[at + 1], reached[at + 2]) = (true, true),
                _ => {}
            }
        }
    }
}

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
pub(crate) fn literals(folded: &str, is_path: bool) -> impl Iterator<Item = &str> {
    let cuts: &[char] = if is_path { &['*', '?', '/', '\\'] } else { &['*'] };
    folded.split(cuts).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_star_stays_within_a_name_and_two_do_not() {
        for (pattern, path, expected) in [
            ("/usr/bin/ls", "/usr/bin/ls", true),
            ("/usr/bin/ls", "/usr/bin/lsof", false),
            ("/usr/bin/*", "/usr/bin/ls", true),
            ("/home/*/secret", "/home/田中/secret", true),
            ("/home/*/secret", "/home/a/b/secret", false),
            ("/home/**/secret", "/home/a/b/secret", true),
            ("/home/**/secret", "/home/secret", true),
            ("/home/**/secret", "/home/mysecret", false),
            ("**/*.xlsx", "/home/a/見積.xlsx", true),
            ("**/*.xlsx", "見積.xlsx", true),
            ("**/*.xlsx", "/home/a/見積.xlsx.bak", false),
            ("**/python3.?", "/usr/bin/python3.9", true),
            ("**/python3.?", "/usr/bin/python3.11", false),
            (r"c:\users\*\desktop", r"c:\users\tanaka\desktop\a.txt", true),
            (r"c:\users\*\desktop", "c:/users/tanaka/desktop", true),
        ] {
            assert_eq!(PathPattern::new(pattern).fits(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn what_lies_below_a_folder_that_fits_fits_too() {
        for (pattern, path, expected) in [
            ("/srv/secret", "/srv/secret/a/b", true),
            ("/srv/secret/", "/srv/secret/a", true),
            ("/srv/secret", "/srv/secrets/a", false),
            ("**/secret", "/srv/x/secret/a/b", true),
            ("/srv/s?", "/srv/s1/a", true),
        ] {
            assert_eq!(PathPattern::new(pattern).fits(path), expected, "{pattern} {path}");
        }
    }

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
        fn a_path_without_wildcards_fits_itself_and_what_is_below(path in "(/[a-z]{1,3}){1,4}", below in "/[a-z]{1,3}") {
            prop_assert!(PathPattern::new(&path).fits(&path));
            prop_assert!(PathPattern::new(&path).fits(&(path + &below)));
        }

        #[test]
        fn whatever_fits_has_the_literals_in_it(pattern in "[ab*?/]{0,8}", path in "[ab/]{0,8}") {
            let fits = PathPattern::new(&pattern).fits(&path);
            prop_assert!(!fits || literals(&pattern, true).all(|part| path.contains(part)), "{} {}", pattern, path);
            let text = pattern.replace('?', "");
            let fits = TextPattern::new(&text).fits(&path);
            prop_assert!(!fits || literals(&text, false).all(|part| path.contains(part)), "{} {}", text, path);
        }

        #[test]
        fn two_stars_fit_everything(path: String) {
            prop_assert!(PathPattern::new("**").fits(&path));
        }
    }
}
