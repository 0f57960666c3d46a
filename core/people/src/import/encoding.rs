//! What a list of people is written in: UTF-8, with or without a byte order mark, or CP932 as Japanese spreadsheets write it.

use encoding_rs::SHIFT_JIS;
use serde::Serialize;
use utoipa::ToSchema;

/// How the text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum Encoding {
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows code page 932, which the WHATWG encoding standard calls Shift_JIS.
    #[serde(rename = "cp932")]
    Cp932,
}

/// The text, and the lines (from 1) that hold bytes which mean nothing.
#[derive(Debug)]
pub struct Decoded {
    /// The text; what means nothing is U+FFFD.
    pub text: String,
    /// What it was written in.
    pub encoding: Encoding,
    /// Lines with bytes that mean nothing.
    pub bad_lines: Vec<u64>,
}

/// Decodes a whole file. It counts as UTF-8 when most of its lines beyond ASCII are: text in CP932 hardly ever is, while text
/// in UTF-8 often happens to be readable as CP932, so one broken character must not turn the whole file into that.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let marked = body.len() != bytes.len();
    let utf8 = by_line(body, Encoding::Utf8);
    let bad = utf8.bad_lines.len();
    let beyond_ascii = body.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()).count();
    if marked || bad == 0 || bad * 2 < beyond_ascii { utf8 } else { by_line(bytes, Encoding::Cp932) }
}

/// Line by line, which both encodings allow: the byte of a line feed is never part of a longer character in either.
fn by_line(bytes: &[u8], encoding: Encoding) -> Decoded {
    let mut decoded = Decoded { text: String::with_capacity(bytes.len() * 2), encoding, bad_lines: Vec::new() };
    for (n, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let (text, bad) = match encoding {
            Encoding::Utf8 => (String::from_utf8_lossy(line), std::str::from_utf8(line).is_err()),
            Encoding::Cp932 => SHIFT_JIS.decode_without_bom_handling(line),
        };
        decoded.text.push_str(&text);
        if bad {
            decoded.bad_lines.push(n);
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], encoding: Encoding, text: &str) {
        let decoded = decode(bytes);
        assert_eq!((decoded.encoding, decoded.text.as_str()), (encoding, text));
        assert!(decoded.bad_lines.is_empty());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        check(b"\xef\xbb\xbfname", Encoding::Utf8, "name");
    }

    #[test]
    fn cp932_is_recognised_with_the_letters_only_it_has() {
        let (bytes, _, _) = SHIFT_JIS.encode("氏名\n髙橋①\n﨑山\n");
        check(&bytes, Encoding::Cp932, "氏名\n髙橋①\n﨑山\n");
    }

    #[test]
    fn one_broken_character_in_utf_8_is_named_by_its_line() {
        let mut bytes = "社員番号,氏名\n1,田中\n2,".as_bytes().to_vec();
        bytes.extend(b"\xff\xfe\n3,");
        bytes.extend("鈴木\n".as_bytes());
        let decoded = decode(&bytes);
        assert_eq!((decoded.encoding, decoded.bad_lines), (Encoding::Utf8, vec![3]));
    }
}
