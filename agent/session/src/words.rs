//! The few words of the session program, in the person's language.

use std::env;

use jiff::{Timestamp, tz::TimeZone};
use yagura_vocabulary::Time;

/// The person's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Japanese,
    /// English, also for all other languages.
    English,
}

impl Language {
    /// From `LC_ALL`, `LC_MESSAGES` or `LANG`, the first that is set.
    #[must_use]
    pub fn of_environment() -> Self {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        Self::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        if locale == "ja" || locale.starts_with("ja_") { Self::Japanese } else { Self::English }
    }

    /// As the agent knows it: `ja`, `en`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.pick("ja", "en")
    }

    pub(crate) fn notice(self) -> &'static str {
        self.pick("お知らせ", "Notice")
    }

    pub(crate) fn received(self) -> &'static str {
        self.pick("時刻", "Time")
    }

    pub(crate) fn mine(self) -> &'static str {
        self.pick("記録内容を見る", "What is recorded")
    }

    pub(crate) fn close(self) -> &'static str {
        self.pick("閉じる", "Close")
    }

    /// A time as people say it, in the machine's time zone: `11月17日（火）8:30`.
    pub(crate) fn time(self, time: Time, zone: &TimeZone) -> String {
        const DAYS: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];
        let Ok(time) = Timestamp::from_microsecond(time.micros()) else { return String::new() };
        let time = time.to_zoned(zone.clone());
        match self {
            Self::Japanese => {
                let weekday = usize::try_from(time.weekday().to_sunday_zero_offset()).unwrap_or_default();
                let (month, day, hour, minute) = (time.month(), time.day(), time.hour(), time.minute());
                format!("{month}月{day}日（{}）{hour}:{minute:02}", DAYS[weekday % 7])
            }
            Self::English => time.strftime("%a %-d %b, %-H:%M").to_string(),
        }
    }

    fn pick<'a>(self, japanese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Japanese => japanese,
            Self::English => english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_locale() {
        for (locale, code) in [("ja_JP.UTF-8", "ja"), ("ja", "ja"), ("jam_JM", "en"), ("C.UTF-8", "en"), ("", "en")] {
            assert_eq!(Language::of_locale(locale).code(), code, "{locale}");
        }
    }

    #[test]
    fn times_are_written_as_people_say_them() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let time = Time::from_seconds(1_795_392_000);
        assert_eq!(Language::Japanese.time(time, &zone), "11月23日（月）9:00");
        assert_eq!(Language::English.time(time, &zone), "Mon 23 Nov, 9:00");
    }
}
