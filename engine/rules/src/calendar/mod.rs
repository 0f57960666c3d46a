//! When an organisation works: shifts, holidays of the state and its own.

pub mod japan;

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use yagura_vocabulary::{Time, words};

words! {
    /// A day of the week.
    #[expect(missing_docs, reason = "they are the days of the week")]
    Day {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

impl Day {
    fn of(weekday: Weekday) -> Self {
        Self::ALL[usize::from(weekday.to_monday_zero_offset().unsigned_abs()).min(6)]
    }
}

/// A time of the day in minutes after midnight, written `08:30`. `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(u16);

const DAY_MINUTES: u16 = 24 * 60;

impl FromStr for Clock {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a time of the day looks like 08:30";
        let (hour, minute) = text.split_once(':').ok_or(wrong)?;
        let number = |text: &str| {
            let two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            two.then(|| text.parse::<u16>().ok()).flatten().ok_or(wrong)
        };
        let (hour, minute) = (number(hour)?, number(minute)?);
        let all = hour * 60 + minute;
        if minute < 60 && all <= DAY_MINUTES { Ok(Self(all)) } else { Err(wrong) }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A stretch of time on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// On which days it begins; none means every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// When it begins.
    pub from: Clock,
    /// When it is over. No later than `from`, it is over on the next day.
    pub to: Clock,
}

impl Span {
    fn begins_on(&self, day: Day) -> bool {
        self.days.is_empty() || self.days.contains(&day)
    }

    /// Whether a time of the day lies in a span that began on the same day, or on the day before.
    fn holds(&self, minute: u16, today: bool, yesterday: bool) -> bool {
        let Clock(from) = self.from;
        let Clock(to) = self.to;
        if from < to {
            return today && (from..to).contains(&minute);
        }
        today && minute >= from || yesterday && minute < to
    }
}

/// When an organisation works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// Name of the time zone in the IANA database, or an offset, `+09:00`.
    pub time_zone: String,
    /// When people work. A night shift belongs to the day on which it begins.
    pub shifts: Vec<Span>,
    /// Whether Japan's public holidays are free.
    pub japanese_holidays: bool,
    /// Days on which nobody works besides: `2026-12-29`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Date>,
    /// Days on which people work although it is a holiday or the wrong day of the week: as on a Monday.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Date>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Tokyo".to_owned(),
            shifts: vec![Span {
                days: vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri],
                from: Clock(8 * 60),
                to: Clock(19 * 60),
            }],
            japanese_holidays: true,
            closed: Vec::new(),
            open: Vec::new(),
        }
    }
}

impl Calendar {
    /// The time zone, if this machine knows it. Japan's is known everywhere.
    #[must_use]
    pub fn zone(&self) -> Option<TimeZone> {
        let japan =
            matches!(self.time_zone.as_str(), "Asia/Tokyo" | "Japan").then(|| TimeZone::fixed(jiff::tz::offset(9)));
        japan.or_else(|| offset(&self.time_zone).map(TimeZone::fixed)).or_else(|| TimeZone::get(&self.time_zone).ok())
    }

    /// On which day of the week people work as on this date; `None` when nobody does.
    #[must_use]
    pub fn works_as(&self, date: Date) -> Option<Day> {
        let day = Day::of(date.weekday());
        if self.open.contains(&date) {
            // A holiday that is worked on is worked as the day it is; on a Saturday or Sunday people work as on a Monday.
            let usual = self.shifts.iter().any(|shift| shift.begins_on(day));
            return Some(if usual { day } else { Day::Mon });
        }
        let free = self.closed.contains(&date) || self.japanese_holidays && japan::holiday(date).is_some();
        (!free).then_some(day)
    }
}

/// Reads `+09:00`, `-03:30`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let Clock(minutes) = rest.parse().ok()?;
    Offset::from_seconds(sign * i32::from(minutes) * 60).ok()
}

/// A calendar whose time zone was found.
#[derive(Debug, Clone)]
pub struct Almanac {
    calendar: Calendar,
    zone: TimeZone,
}

/// A moment as the organisation's clocks show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    date: Date,
    minute: u16,
}

impl Almanac {
    /// `None` if this machine does not know the time zone.
    #[must_use]
    pub fn new(calendar: Calendar) -> Option<Self> {
        let zone = calendar.zone()?;
        Some(Self { calendar, zone })
    }

    /// The time zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A moment on the organisation's clocks; times that no calendar has are its first or last.
    #[must_use]
    pub fn local(&self, time: Time) -> Local {
        let stamp = Timestamp::from_microsecond(time.micros()).unwrap_or(if time.micros() < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        let local = self.zone.to_datetime(stamp);
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        Local { date: local.date(), minute }
    }

    /// Whether people work.
    #[must_use]
    pub fn is_business(&self, local: Local) -> bool {
        let today = self.calendar.works_as(local.date);
        let yesterday = local.date.yesterday().ok().and_then(|date| self.calendar.works_as(date));
        let begins = |shift: &Span, day: Option<Day>| day.is_some_and(|day| shift.begins_on(day));
        self.calendar
            .shifts
            .iter()
            .any(|shift| shift.holds(local.minute, begins(shift, today), begins(shift, yesterday)))
    }

    /// Whether the moment lies in one of these spans, holidays or not.
    #[must_use]
    pub fn is_within(&self, spans: &[Span], local: Local) -> bool {
        let today = Day::of(local.date.weekday());
        let yesterday = local.date.yesterday().ok().map(|date| Day::of(date.weekday()));
        let begins = |span: &Span, day: Option<Day>| day.is_some_and(|day| span.begins_on(day));
        spans.iter().any(|span| span.holds(local.minute, span.begins_on(today), begins(span, yesterday)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks at times of Japan.
    fn check(calendar: &Calendar, times: &[(&str, bool)]) {
        let almanac = Almanac::new(calendar.clone()).unwrap();
        for (time, expected) in times {
            let time: Time = format!("{time}:00+09:00").parse().unwrap();
            assert_eq!(almanac.is_business(almanac.local(time)), *expected, "{time}");
        }
    }

    #[test]
    fn people_work_on_weekdays_and_not_on_holidays() {
        check(
            &Calendar::default(),
            &[
                ("2026-11-27T07:59", false),
                ("2026-11-27T08:00", true),
                ("2026-11-27T18:59", true),
                ("2026-11-27T19:00", false),
                ("2026-11-28T10:00", false),
                ("2026-11-23T10:00", false),
                ("2026-11-24T10:00", true),
            ],
        );
    }

    #[test]
    fn a_night_shift_belongs_to_the_day_it_begins_on() {
        let night = Span { days: vec![Day::Fri], from: Clock(22 * 60), to: Clock(6 * 60) };
        let calendar = Calendar { shifts: vec![night], ..Calendar::default() };
        check(
            &calendar,
            &[
                ("2026-11-27T05:00", false),
                ("2026-11-27T22:00", true),
                ("2026-11-28T05:59", true),
                ("2026-11-28T06:00", false),
                ("2026-11-28T22:30", false),
            ],
        );
    }

    #[test]
    fn the_organisations_own_days_count_more_than_the_weeks() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let calendar = Calendar {
            closed: vec![date("2026-12-29")],
            open: vec![date("2026-11-28"), date("2026-11-23")],
            ..Calendar::default()
        };
        check(
            &calendar,
            &[
                ("2026-12-29T10:00", false),
                ("2026-11-28T10:00", true),
                ("2026-11-23T10:00", true),
                ("2026-11-28T20:00", false),
            ],
        );
    }

    #[test]
    fn a_shift_may_last_a_whole_day() {
        let always = Span { days: vec![], from: Clock(0), to: Clock(DAY_MINUTES) };
        let calendar = Calendar { shifts: vec![always], japanese_holidays: false, ..Calendar::default() };
        check(&calendar, &[("2026-11-28T00:00", true), ("2026-11-28T23:59", true)]);
    }

    #[test]
    fn times_of_the_day_are_read_and_written_alike() {
        for (text, expected) in
            [("08:30", Some(510)), ("24:00", Some(1440)), ("24:01", None), ("8:30", None), ("+8:00", None)]
        {
            assert_eq!(text.parse::<Clock>().ok(), expected.map(Clock), "{text}");
        }
        assert_eq!(Clock(510).to_string(), "08:30");
    }

    #[test]
    fn zones_are_names_or_offsets() {
        let hour = |zone: &str| {
            let almanac = Almanac::new(Calendar { time_zone: zone.to_owned(), ..Calendar::default() })?;
            Some(almanac.local("2026-11-27T00:00:00Z".parse().unwrap()).minute / 60)
        };
        assert_eq!(hour("Asia/Tokyo"), Some(9));
        assert_eq!(hour("-03:00"), Some(21));
        assert_eq!(hour("Nowhere/At all"), None);
    }

    #[test]
    fn times_that_no_calendar_has_are_judged_all_the_same() {
        let almanac = Almanac::new(Calendar::default()).unwrap();
        for micros in [i64::MIN, i64::MAX] {
            let _ = almanac.is_business(almanac.local(Time::from_micros(micros)));
        }
    }
}
