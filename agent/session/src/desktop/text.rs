//! Titles as X has them: UTF-8, Latin-1, or COMPOUND_TEXT.
//!
//! COMPOUND_TEXT is ISO 2022 with the limits of "Compound Text Encoding, version 1.1" (X Consortium Standard): escape sequences say
//! which set of characters the lower (GL) and the upper (GR) halves of the bytes stand for.

use encoding_rs::{
    EUC_JP, EUC_KR, GBK, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8,
    WINDOWS_1254,
};
use yagura_records::Text;

/// How the bytes of a title are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Utf8,
    Latin1,
    Compound,
}

/// The title that these bytes spell; what is no text in that encoding is kept raw.
pub(super) fn title(kind: Kind, bytes: &[u8]) -> Text {
    // Some programs count the NUL that ends a C string in, and a title has one part.
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    match kind {
        Kind::Utf8 => Text::from_bytes(bytes.to_vec()),
        // What programs call Latin-1 is nearly always UTF-8 by now, and hardly any Latin-1 text is UTF-8 by chance.
        Kind::Latin1 => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => latin1(bytes).into(),
        },
        Kind::Compound => compound(bytes).map_or_else(|| Text::from_bytes(bytes.to_vec()), Text::from),
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Cuts to at most `most` bytes at a character; gives whether there was more.
pub(super) fn cut(bytes: &mut Vec<u8>, most: usize) -> bool {
    if bytes.len() <= most {
        return false;
    }
    bytes.truncate(most);
    // Of UTF-8, a character that is not there as a whole goes, too.
    for back in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - back];
        if byte & 0xC0 == 0x80 {
            continue;
        }
        let length = match byte {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
            _ => 1,
        };
        if length > back {
            bytes.truncate(bytes.len() - back);
        }
        break;
    }
    true
}

/// What one half of the bytes stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    /// ISO 8859, the right half of this part.
    Latin(u8),
    /// JIS X 0201 katakana.
    Kana,
    /// Two bytes for a character.
    Jis,
    Gb,
    Ks,
}

fn compound(bytes: &[u8]) -> Option<String> {
    let (mut left, mut right) = (Set::Ascii, Set::Latin(b'A'));
    let mut out = String::new();
    let mut rest = bytes;
    while let Some(&byte) = rest.first() {
        match byte {
            0x1B => rest = escape(&rest[1..], &mut left, &mut right, &mut out)?,
            // Control Sequence Introducer: directions of writing, which say nothing to us.
            0x9B => {
                let end = rest.iter().position(|byte| (0x40..=0x7E).contains(byte))?;
                rest = &rest[end + 1..];
            }
            _ => rest = character(rest, if byte < 0x80 { left } else { right }, &mut out)?,
        }
    }
    Some(out)
}

/// Takes an escape sequence whose ESC was read.
fn escape<'a>(rest: &'a [u8], left: &mut Set, right: &mut Set, out: &mut String) -> Option<&'a [u8]> {
    match rest {
        [b'%', b'G', rest @ ..] => {
            let end = rest.windows(3).position(|three| three == b"\x1B%@").unwrap_or(rest.len());
            out.push_str(std::str::from_utf8(&rest[..end]).ok()?);
            Some(rest.get(end + 3..).unwrap_or_default())
        }
        [b'%', b'@', rest @ ..] => Some(rest),
        [b'$', half @ (b'(' | b')'), set, rest @ ..] => {
            let set = match set {
                b'A' => Set::Gb,
                b'B' => Set::Jis,
                b'C' => Set::Ks,
                _ => return None,
            };
            *(if *half == b'(' { left } else { right }) = set;
            Some(rest)
        }
        [b'(', b'B' | b'J', rest @ ..] => {
            *left = Set::Ascii;
            Some(rest)
        }
        [b')', b'I', rest @ ..] => {
            *right = Set::Kana;
            Some(rest)
        }
        [b'-', part @ (b'A'..=b'D' | b'F'..=b'H' | b'L' | b'M'), rest @ ..] => {
            *right = Set::Latin(*part);
            Some(rest)
        }
        _ => None,
    }
}

/// Takes one character.
fn character<'a>(bytes: &'a [u8], set: Set, out: &mut String) -> Option<&'a [u8]> {
    let (&first, after) = bytes.split_first()?;
    if first < 0x20 || first == 0x7F {
        out.push(char::from(first));
        return Some(after);
    }
    let high = first | 0x80;
    let (encoding, length) = match set {
        Set::Ascii => {
            out.push(char::from(first));
            return Some(after);
        }
        Set::Latin(part) => {
            let encoding = match part {
                b'A' => {
                    out.push(char::from(first));
                    return Some(after);
                }
                b'B' => ISO_8859_2,
                b'C' => ISO_8859_3,
                b'D' => ISO_8859_4,
                b'F' => ISO_8859_7,
                b'G' => ISO_8859_6,
                b'H' => ISO_8859_8,
                b'L' => ISO_8859_5,
                b'M' => WINDOWS_1254,
                _ => return None,
            };
            (encoding, 1)
        }
        Set::Kana => {
            // EUC-JP writes these behind 0x8E.
            out.push_str(&EUC_JP.decode_without_bom_handling_and_without_replacement(&[0x8E, high])?);
            return Some(after);
        }
        Set::Jis => (EUC_JP, 2),
        Set::Gb => (GBK, 2),
        Set::Ks => (EUC_KR, 2),
    };
    let mut pair = [high, 0];
    if length == 2 {
        pair[1] = after.first()? | 0x80;
    }
    out.push_str(&encoding.decode_without_bom_handling_and_without_replacement(&pair[..length])?);
    Some(&bytes[length..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, bytes: &[u8], text: &str) {
        let found = title(kind, bytes);
        assert_eq!((found.as_str(), found.raw_base64()), (text, None));
    }

    #[test]
    fn a_title_is_read_as_what_it_says_it_is() {
        check(Kind::Utf8, "見積書.odt".as_bytes(), "見積書.odt");
        check(Kind::Utf8, b"ends like a C string\0", "ends like a C string");
        check(Kind::Latin1, b"Gr\xFC\xDFe", "Grüße");
        check(Kind::Latin1, "本当はUTF-8".as_bytes(), "本当はUTF-8");
    }

    #[test]
    fn compound_text_switches_between_sets_of_characters() {
        check(Kind::Compound, b"xterm \xE9", "xterm é");
        check(Kind::Compound, b"\x1B$(B8+@Q=q\x1B(B.odt", "見積書.odt");
        check(Kind::Compound, b"\x1B$)B\xB8\xAB\xC0\xD1\xBD\xF1", "見積書");
        check(Kind::Compound, b"\x1B)I\xB6\xC5", "ｶﾅ");
        check(Kind::Compound, b"a\x1B%G\xE2\x82\xAC\x1B%@b", "a€b");
        check(Kind::Compound, b"\x1B-L\xBF\xE0", "Пр");
        check(Kind::Compound, b"\x1B$(C\x47\x51", "한");
    }

    #[test]
    fn what_is_no_text_is_kept_as_it_is() {
        let odd = title(Kind::Utf8, b"\x93\xFA\x96{");
        assert_eq!((odd.as_str(), odd.as_bytes()), ("\u{FFFD}\u{FFFD}\u{FFFD}{", b"\x93\xFA\x96{".as_slice()));
        assert!(title(Kind::Compound, b"\x1B$(Z!!").raw_base64().is_none(), "the bytes are ASCII");
        assert!(title(Kind::Compound, b"\x1B$)B\xB8").raw_base64().is_some(), "half a character");
    }

    #[test]
    fn a_long_title_is_cut_at_a_character() {
        let whole = "会計".as_bytes();
        for (most, kept, more) in [(6, 6, false), (5, 3, true), (4, 3, true), (3, 3, true), (2, 0, true), (0, 0, true)]
        {
            let mut bytes = whole.to_vec();
            assert_eq!((cut(&mut bytes, most), bytes.len()), (more, kept), "{most}");
        }
        let mut bytes = b"plain text".to_vec();
        assert!(cut(&mut bytes, 5) && bytes == b"plain");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_some_title_and_cut_text_stays_text(bytes: Vec<u8>, text: String, most in 0_usize..40) {
            for kind in [Kind::Utf8, Kind::Latin1, Kind::Compound] {
                title(kind, &bytes);
            }
            let mut cut_bytes = text.clone().into_bytes();
            cut(&mut cut_bytes, most);
            assert!(cut_bytes.len() <= most && text.starts_with(std::str::from_utf8(&cut_bytes).unwrap()));
            cut(&mut bytes.clone(), most);
        }
    }
}
