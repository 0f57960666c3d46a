//! One message as RFC 5424 writes it. Pure.

use yagura_vocabulary::Time;

/// Which part of a system speaks (RFC 5424, 6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facility {
    /// A log audit.
    Audit = 13,
    /// A log alert.
    Alert = 14,
}

/// How bad it is (RFC 5424, 6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Somebody must act.
    Critical = 2,
    /// Something failed.
    Error = 3,
    /// Something may fail.
    Warning = 4,
    /// Normal, but worth a look.
    Notice = 5,
    /// Normal.
    Info = 6,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which part of the system speaks.
    pub facility: Facility,
    /// How bad it is.
    pub severity: Severity,
    /// When.
    pub at: Time,
    /// Which machine speaks; empty if it does not say.
    pub host: String,
    /// What kind of message it is, such as `JOURNALHEAD`; at most 32 printable characters.
    pub id: &'static str,
    /// The text. Line breaks become blanks: many receivers take each line for a message.
    pub text: String,
}

/// Which program speaks.
const APP: &str = "yagura-server";

impl Message {
    /// The message, without the frame that TCP and TLS need.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let priority = self.facility as u8 * 8 + self.severity as u8;
        let (at, host, id) = (self.at, field(&self.host, 255), field(self.id, 32));
        let text: String = self.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // A byte order mark says that the text is UTF-8 (RFC 5424, 6.4).
        format!("<{priority}>1 {at} {host} {APP} - {id} - \u{feff}{text}").into_bytes()
    }

    /// The message in a frame of counted octets (RFC 6587, 3.4.1; RFC 5425, 4.3).
    #[must_use]
    pub fn to_frame(&self) -> Vec<u8> {
        let message = self.to_bytes();
        let mut frame = format!("{} ", message.len()).into_bytes();
        frame.extend(message);
        frame
    }
}

/// A field of the header: printable ASCII without blanks, or `-` for nothing.
fn field(text: &str, longest: usize) -> String {
    let kept: String = text.chars().filter(char::is_ascii_graphic).take(longest).collect();
    if kept.is_empty() { "-".to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(host: &str, text: &str) -> Message {
        Message {
            facility: Facility::Audit,
            severity: Severity::Notice,
            at: "2026-11-28T17:00:00Z".parse().unwrap(),
            host: host.to_owned(),
            id: "JOURNALHEAD",
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_message_is_as_the_standard_writes_it() {
        let expected =
            "<109>1 2026-11-28T17:00:00.000000Z yagura.example.jp yagura-server - JOURNALHEAD - \u{feff}会社の記録";
        assert_eq!(String::from_utf8(message("yagura.example.jp", "会社の記録").to_bytes()).unwrap(), expected);
    }

    #[test]
    fn nothing_that_somebody_names_begins_another_message_or_field() {
        let text = String::from_utf8(message("a b\n<0>", "one\r\ntwo\0").to_bytes()).unwrap();
        assert!(text.contains(" ab<0> yagura-server "), "{text}");
        assert!(text.ends_with("one  two "), "{text}");
        assert!(String::from_utf8(message("櫓", "x").to_bytes()).unwrap().contains("Z - yagura-server"));
    }

    #[test]
    fn a_frame_counts_octets_and_not_characters() {
        let message = message("h", "櫓");
        let frame = message.to_frame();
        let (count, rest) = frame.split_at(frame.iter().position(|byte| *byte == b' ').unwrap());
        assert_eq!(std::str::from_utf8(count).unwrap().parse::<usize>().unwrap(), rest.len() - 1);
        assert_eq!(rest[1..], message.to_bytes());
    }
}
