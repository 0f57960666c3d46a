//! What a person reads when a rule answers.

use std::fmt::Write as _;

use jiff::Timestamp;
use yagura_vocabulary::Event;

use crate::calendar::Almanac;

/// A placeholder's value is cut after so many characters: a pop-up is no place for a whole command line.
const LONGEST_VALUE: usize = 200;

/// The placeholders, and what each stands for.
pub const PLACEHOLDERS: [&str; 6] = ["%APP%", "%FILE%", "%TIME%", "%USER%", "%RULE%", "%HASH%"];

/// What stands behind the placeholders of a pop-up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// `%APP%`: the program's file name.
    pub app: String,
    /// `%FILE%`: what was acted on: a path, a title, an address.
    pub file: String,
    /// `%TIME%`: when, on the organisation's clocks, to the second.
    pub time: String,
    /// `%USER%`: whose account it was.
    pub user: String,
    /// `%RULE%`: what people call the rule.
    pub rule: String,
    /// `%HASH%`: SHA-256 of the file.
    pub hash: String,
}

impl Values {
    /// Of an event to which a rule of this name answered.
    #[must_use]
    pub fn of(event: &Event, rule: &str, almanac: &Almanac) -> Self {
        let clean = |text: Option<&str>| clean(text.unwrap_or_default());
        let stamp = Timestamp::from_microsecond(event.occurred_at.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
        let image = event.image.as_deref();
        Self {
            app: clean(image.map(|image| image.rsplit(['/', '\\']).next().unwrap_or(image))),
            // Of a program that was started, the program itself.
            file: clean(event.target.as_deref().or(event.subject.as_deref()).or(image)),
            time: almanac.zone().to_datetime(stamp).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            user: clean(event.account.as_ref().map(|account| account.name.as_str())),
            rule: clean_all(rule),
            hash: clean(event.hash_sha256.as_deref()),
        }
    }

    fn get(&self, placeholder: &str) -> Option<&str> {
        Some(match placeholder {
            "APP" => &self.app,
            "FILE" => &self.file,
            "TIME" => &self.time,
            "USER" => &self.user,
            "RULE" => &self.rule,
            "HASH" => &self.hash,
            _ => return None,
        })
    }
}

/// Puts values into a text. What is no placeholder stays as it is, a value is never read for placeholders again, and one that is
/// not known is a dash.
#[must_use]
pub fn fill(text: &str, values: &Values) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        filled.push_str(before);
        let named = after.split_once('%').and_then(|(name, after)| Some((values.get(name)?, after)));
        match named {
            Some((value, after)) => {
                filled.push_str(if value.is_empty() { "-" } else { value });
                rest = after;
            }
            None => {
                filled.push('%');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn clean(text: &str) -> String {
    let mut cleaned = clean_all(text);
    if let Some((at, _)) = cleaned.char_indices().nth(LONGEST_VALUE) {
        cleaned.truncate(at);
        cleaned.push('…');
    }
    cleaned
}

/// Without what would break the lines of a window, or turn the direction of writing to make one name look like another.
fn clean_all(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') {
            let _infallible = write!(cleaned, "\\u{{{:x}}}", u32::from(c));
        } else {
            cleaned.push(c);
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use yagura_vocabulary::{Account, Time};

    use super::*;
    use crate::calendar::Calendar;

    fn sample() -> Event {
        let mut event = Event::new("2026-11-27T01:02:03Z".parse::<Time>().unwrap(), "operation_log", "file.copy");
        event.image = Some("/usr/bin/cp".to_owned());
        event.subject = Some("/home/tanaka/見積.xlsx".to_owned());
        event.target = Some("/media/usb/見積.xlsx".to_owned());
        event.account = Some(Account { name: "tanaka".to_owned(), id: "1000".to_owned() });
        event
    }

    fn check(event: &Event, text: &str, expected: &str) {
        let almanac = Almanac::new(Calendar::default()).unwrap();
        assert_eq!(fill(text, &Values::of(event, "持ち出し", &almanac)), expected);
    }

    #[test]
    fn placeholders_become_what_happened() {
        check(
            &sample(),
            "%USER%さん: %TIME% に %APP% で %FILE% (%RULE%, %HASH%)",
            "tanakaさん: 2026-11-27 10:02:03 に cp で /media/usb/見積.xlsx (持ち出し, -)",
        );
    }

    #[test]
    fn what_is_no_placeholder_stays() {
        check(&sample(), "100% of %NOTHING% is 50%", "100% of %NOTHING% is 50%");
        check(&sample(), "%%APP%%", "%cp%");
    }

    #[test]
    fn a_file_name_can_neither_bring_in_placeholders_nor_break_the_window() {
        let mut event = sample();
        event.target = Some("a\nb%USER%\u{202E}cod.exe".to_owned());
        check(&event, "%FILE%", "a\\u{a}b%USER%\\u{202e}cod.exe");
        event.target = Some("あ".repeat(4096));
        check(&event, "%FILE%", &format!("{}…", "あ".repeat(200)));
    }

    proptest! {
        #[test]
        fn text_without_a_percent_sign_stays_as_it_is(text in "[^%]*") {
            prop_assert_eq!(fill(&text, &Values::default()), text);
        }
    }
}
