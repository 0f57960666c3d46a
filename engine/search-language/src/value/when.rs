//! Times and periods: `2026-11-01`, `2026-11`, `2026-11-01T09:00`, `7d`, `today`, `先月`.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, date},
    tz::TimeZone,
};
use yagura_vocabulary::Time;

use crate::Clock;

/// From a moment until just before another, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// It was given as a span before now, so that alone it means "until now and later".
    pub(crate) ago: bool,
}

/// The period that `text` says; `None` if it says none.
pub(crate) fn period(text: &str, clock: &Clock) -> Option<Period> {
    let text = text.trim();
    if let Some(micros) = span(text) {
        let at = clock.now.micros().saturating_sub(micros);
        return Some(Period { from: at, until: at, ago: true });
    }
    let today = clock.timestamp().to_zoned(clock.zone.clone()).date();
    if let Some((from, until)) = named(text, today) {
        return between(from, until, &clock.zone);
    }
    if matches!(text, "now" | "今" | "現在") {
        let now = clock.now.micros();
        return Some(Period { from: now, until: now, ago: false });
    }
    let text = text.replace('/', "-");
    if let Some((from, until)) = calendar(&text) {
        return between(from, until, &clock.zone);
    }
    if let Ok(time) = text.parse::<Time>() {
        return Some(Period { from: time.micros(), until: time.micros(), ago: false });
    }
    let text = text.replacen(' ', "T", 1);
    // Only what is written down to the day can go on with a time of day.
    let (day, clock_time) = text.split_once('T')?;
    if clock_time.is_empty() || calendar(day).is_none() {
        return None;
    }
    let (padded, length) = match clock_time.len() {
        1 | 2 => (format!("{day}T{clock_time:0>2}:00"), 1.hour()),
        4 | 5 => (format!("{day}T{clock_time:0>5}"), 1.minute()),
        _ => (text.clone(), 1.second()),
    };
    let from: DateTime = padded.parse().ok()?;
    let from = moment(from, &clock.zone)?;
    let until = from.checked_add(length).ok()?;
    Some(Period { from: from.as_microsecond(), until: until.as_microsecond(), ago: false })
}

/// A span of time in microseconds: `30m`, `7d`, `2週間`.
fn span(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).filter(|end| (1..=6).contains(end))?;
    let (count, unit) = text.split_at(end);
    let seconds = match unit {
        "s" | "秒" => 1,
        "m" | "min" | "分" => 60,
        "h" | "時間" => 3_600,
        "d" | "日" | "日間" => 86_400,
        "w" | "週" | "週間" => 7 * 86_400,
        _ => return None,
    };
    count.parse::<i64>().ok()?.checked_mul(seconds * 1_000_000)
}

fn named(text: &str, today: Date) -> Option<(Date, Date)> {
    let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    let first = today.first_of_month();
    let (from, length) = match text {
        "today" | "今日" | "きょう" | "本日" => (today, 1.day()),
        "yesterday" | "昨日" | "きのう" => (today.checked_sub(1.day()).ok()?, 1.day()),
        "thisweek" | "今週" => (monday, 1.week()),
        "lastweek" | "先週" => (monday.checked_sub(1.week()).ok()?, 1.week()),
        "thismonth" | "今月" => (first, 1.month()),
        "lastmonth" | "先月" => (first.checked_sub(1.month()).ok()?, 1.month()),
        _ => return None,
    };
    Some((from, from.checked_add(length).ok()?))
}

/// A day, a month or a year.
fn calendar(text: &str) -> Option<(Date, Date)> {
    let mut parts = text.split('-');
    let mut number = |most: usize| -> Option<Option<i16>> {
        let Some(part) = parts.next() else { return Some(None) };
        let digits = (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Some(part.parse().ok()) } else { None }
    };
    let year = number(4)?.filter(|year| (1970..=9998).contains(year))?;
    let (month, day) = (number(2)?, number(2)?);
    if parts.next().is_some() || text.len() < 4 {
        return None;
    }
    let small = |value: Option<i16>| i8::try_from(value.unwrap_or(1)).ok();
    let from = Date::new(year, small(month)?, small(day)?).ok()?;
    let length = match (month, day) {
        (None, _) => 1.year(),
        (Some(_), None) => 1.month(),
        _ => 1.day(),
    };
    Some((from, from.checked_add(length).ok()?))
}

fn between(from: Date, until: Date, zone: &TimeZone) -> Option<Period> {
    let start = |day: Date| moment(day.to_datetime(jiff::civil::Time::midnight()), zone).map(Timestamp::as_microsecond);
    Some(Period { from: start(from.max(date(1970, 1, 1)))?, until: start(until)?, ago: false })
}

/// A reading of the clock on the wall as a moment; what the clock skips or shows twice is taken as the calendar library does.
fn moment(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(at).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let clock = Clock { now: "2026-11-23T03:04:05Z".parse().unwrap(), zone: TimeZone::fixed(jiff::tz::offset(9)) };
        let show = |micros| Time::from_micros(micros).to_string().replace(".000000Z", "Z");
        let found = period(text, &clock).map(|found| (show(found.from), show(found.until)));
        assert_eq!(found.as_ref().map(|(from, until)| (from.as_str(), until.as_str())), expected, "{text}");
    }

    #[test]
    fn days_months_and_years_are_meant_in_the_zone_of_the_reader() {
        check("2026-11-01", Some(("2026-10-31T15:00:00Z", "2026-11-01T15:00:00Z")));
        check("2026/11/1", Some(("2026-10-31T15:00:00Z", "2026-11-01T15:00:00Z")));
        check("2026-02", Some(("2026-01-31T15:00:00Z", "2026-02-28T15:00:00Z")));
        check("2026", Some(("2025-12-31T15:00:00Z", "2026-12-31T15:00:00Z")));
    }

    #[test]
    fn a_time_of_day_is_as_long_as_it_is_exact() {
        check("2026-11-01T09", Some(("2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z")));
        check("2026-11-01T9:30", Some(("2026-11-01T00:30:00Z", "2026-11-01T00:31:00Z")));
        check("2026-11-01 09:30:15", Some(("2026-11-01T00:30:15Z", "2026-11-01T00:30:16Z")));
        check("2026-11-01T00:30:15Z", Some(("2026-11-01T00:30:15Z", "2026-11-01T00:30:15Z")));
    }

    #[test]
    fn words_and_spans_are_relative_to_now() {
        check("7d", Some(("2026-11-16T03:04:05Z", "2026-11-16T03:04:05Z")));
        check("3時間", Some(("2026-11-23T00:04:05Z", "2026-11-23T00:04:05Z")));
        check("今日", Some(("2026-11-22T15:00:00Z", "2026-11-23T15:00:00Z")));
        check("yesterday", Some(("2026-11-21T15:00:00Z", "2026-11-22T15:00:00Z")));
        check("先週", Some(("2026-11-15T15:00:00Z", "2026-11-22T15:00:00Z")));
        check("先月", Some(("2026-09-30T15:00:00Z", "2026-10-31T15:00:00Z")));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-02-30",
            "26-1-1",
            "7x",
            "9999999d",
            "2026-11-01T",
            "2026-11T09",
            "2026-11-01T25:00",
            "0000",
        ] {
            check(text, None);
        }
    }
}
