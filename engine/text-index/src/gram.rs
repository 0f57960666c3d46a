//! What texts are broken into, and the one number that each piece becomes.

/// A piece of a text, or an exact value of a field: a number, by which the index is sorted.
pub(crate) type Key = u64;

const BIGRAM: Key = 1 << 60;
const TOKEN: Key = 2 << 60;

/// A whole value of a field, as its hash: rows with this value are in the blocks that the index names, and few others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(u32);

impl Token {
    /// The token of `value` in the field that is called `field`. FNV-1a (Fowler, Noll, Vo 1991) and a final mix; the name
    /// and the value are kept apart by their lengths.
    #[must_use]
    pub fn new(field: &str, value: &[u8]) -> Self {
        let mut hash = 0xCBF2_9CE4_8422_2325u64;
        let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        add(field.len() as u8);
        field.bytes().for_each(&mut add);
        value.iter().copied().for_each(&mut add);
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        Self((hash >> 32) as u32)
    }

    pub(crate) fn key(self) -> Key {
        TOKEN | Key::from(self.0)
    }
}

/// Three ASCII characters.
pub(crate) fn trigram([a, b, c]: [u8; 3]) -> Key {
    Key::from(a) << 14 | Key::from(b) << 7 | Key::from(c)
}

/// Two characters, of which one at least is not ASCII.
pub(crate) fn bigram(a: char, b: char) -> Key {
    BIGRAM | Key::from(u32::from(a)) << 21 | Key::from(u32::from(b))
}

/// Tells the pieces of a folded text, ASCII trigrams to `ascii` and the others to `other`, with repetitions.
pub(crate) fn grams(folded: &str, mut ascii: impl FnMut(Key), mut other: impl FnMut(Key)) {
    if folded.is_ascii() {
        for window in folded.as_bytes().windows(3) {
            ascii(trigram([window[0], window[1], window[2]]));
        }
        return;
    }
    let mut before: [Option<char>; 2] = [None, None];
    for c in folded.chars() {
        match before {
            [_, Some(b)] if !b.is_ascii() || !c.is_ascii() => other(bigram(b, c)),
            [Some(a), Some(b)] if a.is_ascii() => ascii(trigram([a as u8, b as u8, c as u8])),
            _ => {}
        }
        before = [before[1], Some(c)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[Key]) {
        let mut found = std::cell::RefCell::new(Vec::new());
        grams(text, |key| found.borrow_mut().push(key), |key| found.borrow_mut().push(key));
        assert_eq!(found.get_mut(), expected, "{text}");
    }

    #[test]
    fn ascii_becomes_trigrams_and_the_rest_bigrams() {
        check("ab", &[]);
        check("極", &[]);
        check("abcd", &[trigram(*b"abc"), trigram(*b"bcd")]);
        check("a極b", &[bigram('a', '極'), bigram('極', 'b')]);
        check("極abc", &[bigram('極', 'a'), trigram(*b"abc")]);
    }

    #[test]
    fn no_two_kinds_of_pieces_share_a_number() {
        let pieces = [trigram([127; 3]), bigram('\0', '\u{80}'), bigram(char::MAX, char::MAX), Token(u32::MAX).key()];
        assert!(pieces.is_sorted_by(|a, b| a < b), "{pieces:?}");
    }

    #[test]
    fn a_token_depends_on_field_and_value() {
        let tokens = [Token::new("a", b"bc"), Token::new("ab", b"c"), Token::new("a", b"bd"), Token::new("", b"abc")];
        for (n, token) in tokens.iter().enumerate() {
            assert!(!tokens[n + 1..].contains(token), "{n}");
        }
    }
}
