//! When a search on a schedule runs next. Pure.

use jiff::{Span, Timestamp, civil::Weekday, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are the days of the week")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

/// At which times: on some days of the week, at one time of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// The days; none means every day.
    pub days: Vec<Day>,
    /// The time of the day, in minutes after midnight.
    pub minute: u16,
}

/// Minutes of a day.
const DAY: u16 = 24 * 60;

impl Times {
    /// Reads `08:30`.
    #[must_use]
    pub fn minute(text: &str) -> Option<u16> {
        let (hours, minutes) = text.split_once(':')?;
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let two = |text: &str| digits(text).then(|| text.parse::<u16>().ok())?;
        let (hours, minutes) = (two(hours)?, two(minutes)?);
        (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
    }

    /// Writes it as it is read.
    #[must_use]
    pub fn text(minute: u16) -> String {
        format!("{:02}:{:02}", minute % DAY / 60, minute % 60)
    }

    /// The first such time after `after`, in `zone`. A time that a change of clocks skips counts as the one an hour later; one
    /// that comes twice counts once.
    #[must_use]
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = zone.to_datetime(after).date();
        let (hour, minute) = (self.minute % DAY / 60, self.minute % 60);
        // Eight days have every day of the week, and today's once more if its time is over.
        for ahead in 0..=7 {
            let Ok(date) = today.checked_add(Span::new().days(ahead)) else { break };
            if !self.days.is_empty() && !self.days.iter().any(|day| day.weekday() == date.weekday()) {
                continue;
            }
            let (Ok(hour), Ok(minute)) = (i8::try_from(hour), i8::try_from(minute)) else { break };
            let time = date.at(hour, minute, 0, 0).to_zoned(zone.clone()).map(|zoned| zoned.timestamp());
            match time {
                Ok(time) if time > after => return time,
                _ => {}
            }
        }
        // Only at the end of the calendar, in the year 9999.
        Timestamp::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(zone: &str, days: &[Day], at: &str, after: &str, expected: &str) {
        let times = Times { days: days.to_vec(), minute: Times::minute(at).unwrap() };
        let zone = TimeZone::get(zone).unwrap();
        assert_eq!(times.next(after.parse().unwrap(), &zone), expected.parse().unwrap(), "{days:?} {at} after {after}");
    }

    #[test]
    fn every_day_means_today_if_the_time_is_still_to_come_and_else_tomorrow() {
        check("Asia/Tokyo", &[], "08:30", "2026-11-22T23:29:59Z", "2026-11-22T23:30:00Z");
        check("Asia/Tokyo", &[], "08:30", "2026-11-22T23:30:00Z", "2026-11-23T23:30:00Z");
        check("Asia/Tokyo", &[], "00:00", "2026-12-31T15:00:00Z", "2027-01-01T15:00:00Z");
    }

    #[test]
    fn days_are_those_of_the_zone() {
        // It is Monday morning in Tokyo while it is Sunday evening in UTC.
        check("Asia/Tokyo", &[Day::Mon], "08:30", "2026-11-22T20:00:00Z", "2026-11-22T23:30:00Z");
        check("Asia/Tokyo", &[Day::Mon], "08:30", "2026-11-22T23:30:00Z", "2026-11-29T23:30:00Z");
        check("Asia/Tokyo", &[Day::Fri, Day::Wed], "08:30", "2026-11-22T23:30:00Z", "2026-11-24T23:30:00Z");
    }

    #[test]
    fn a_time_that_a_change_of_clocks_skips_or_repeats_comes_once() {
        check("Europe/Berlin", &[], "02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z");
        check("Europe/Berlin", &[], "02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z");
        check("Europe/Berlin", &[], "02:30", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    }

    #[test]
    fn a_time_of_the_day_reads_back_as_it_was_written() {
        for text in ["00:00", "08:05", "23:59"] {
            assert_eq!(Times::minute(text).map(Times::text).as_deref(), Some(text));
        }
        for text in ["24:00", "8:05", "08:60", "0805", "aa:bb", "+8:00", ""] {
            assert_eq!(Times::minute(text), None, "{text}");
        }
    }
}
