//! What a message is written in: what it declares, UTF-8 if nothing, CP932 where that is what it really is.

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};

/// How much of a message is looked at for its declaration.
const HEAD: usize = 256;

/// The text of a message. Bytes that mean nothing become U+FFFD: one broken name must not cost the inventory.
pub(super) fn decode(bytes: &[u8]) -> String {
    // The byte order mark, where there is one, counts more than what is declared.
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    let declared = declared(bytes).unwrap_or(UTF_8);
    let (text, broken) = declared.decode_without_bom_handling(bytes);
    if broken && declared == UTF_8 {
        // Agents on Japanese Windows have declared UTF-8 and sent names in the system's code page.
        let (text, broken) = SHIFT_JIS.decode_without_bom_handling(bytes);
        if !broken {
            return text.into_owned();
        }
    }
    text.into_owned()
}

/// The encoding that the XML declaration names (XML 1.0 section 4.3.3).
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let head = head.split(|byte| *byte == b'>').next()?;
    let head = String::from_utf8_lossy(head.strip_prefix(b"<?xml")?);
    let value = head.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    let label = value[1..].split(quote).next()?;
    match label.to_ascii_lowercase().as_str() {
        // Windows' own name, which the WHATWG standard does not list.
        "cp932" | "ms932" => Some(SHIFT_JIS),
        // A declaration that can be read as ASCII is in no encoding of two bytes.
        other => Encoding::for_label(other.as_bytes()).filter(|encoding| encoding.is_ascii_compatible()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_counts() {
        let (bytes, _, _) = SHIFT_JIS.encode("<?xml version='1.0' encoding='CP932'?><a>髙橋①</a>");
        assert!(decode(&bytes).ends_with("<a>髙橋①</a>"));
        assert!(decode(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>").ends_with("<a>é</a>"));
    }

    #[test]
    fn names_in_the_code_page_of_japanese_windows_are_read_though_utf_8_is_declared() {
        let (bytes, _, _) = SHIFT_JIS.encode("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>経理部</a>");
        assert!(decode(&bytes).ends_with("<a>経理部</a>"));
    }

    #[test]
    fn one_broken_byte_costs_one_letter() {
        assert_eq!(decode(b"<a>\xe7\xb5\x8c\xff\xff</a>"), "<a>経\u{fffd}\u{fffd}</a>");
    }

    #[test]
    fn two_bytes_for_each_letter_are_read_by_their_mark() {
        assert_eq!(decode(b"\xff\xfe<\0a\0/\0>\0"), "<a/>");
    }
}
