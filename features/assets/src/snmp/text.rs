//! Texts of devices. SNMP says ASCII (RFC 2579, DisplayString); people type into devices what their keyboard has.

use yagura_people::decode;

/// Longest text that is kept, in letters.
const MOST_LETTERS: usize = 400;

/// The text: UTF-8, else CP932, else each byte beyond ASCII as `\xNN`. What is not meant to be seen is left out, line ends are blanks.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let bytes = &bytes[..end];
    let decoded = decode(bytes);
    let text = if decoded.bad_lines.is_empty() { decoded.text } else { escaped(bytes) };
    let mut out = String::new();
    let mut gap = false;
    for letter in text.chars().take(MOST_LETTERS * 4) {
        if letter.is_whitespace() {
            gap = true;
        } else if !letter.is_control() && !is_invisible(letter) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(letter);
        }
    }
    out.chars().take(MOST_LETTERS).collect()
}

fn escaped(bytes: &[u8]) -> String {
    let letter = |byte: &u8| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("\\x{byte:02X}") };
    bytes.iter().map(letter).collect()
}

/// What turns the direction of writing, or has no width: with it a name looks like another one.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(text(bytes), expected);
    }

    #[test]
    fn what_is_typed_into_devices_in_japan_is_read() {
        check("本社3階".as_bytes(), "本社3階");
        let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode("本社3階 複合機①");
        check(&cp932, "本社3階 複合機①");
    }

    #[test]
    fn what_is_in_no_known_encoding_is_shown_byte_by_byte_and_never_garbled() {
        check(b"B\xfcro \xff", "B\\xFCro \\xFF");
    }

    #[test]
    fn what_is_not_meant_to_be_seen_is_left_out() {
        check(b"Cisco IOS\r\n  Version 15\x07\x1b[31m\0\0rest", "Cisco IOS Version 15[31m");
        check("x\u{202e}y\u{200b}z".as_bytes(), "xyz");
        check(b" \r\n", "");
    }

    #[test]
    fn huge_texts_are_cut_between_letters() {
        assert_eq!(text("あ".repeat(100_000).as_bytes()).chars().count(), MOST_LETTERS);
    }
}
