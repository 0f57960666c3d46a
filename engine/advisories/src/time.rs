//! Times as feeds write them.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    fmt::strtime,
    tz::Offset,
};

/// Microseconds since 1970 of a time or a day; a day is its beginning. Without an offset it is UTC, which is what the
/// NVD, Red Hat and the others mean that leave it out.
pub(crate) fn micros(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_microsecond());
    }
    if let Ok(at) = strtime::parse("%Y-%m-%dT%H:%M:%S%z", text).and_then(|parsed| parsed.to_timestamp()) {
        return Some(at.as_microsecond());
    }
    let civil = if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Date::strptime("%Y%m%d", text).ok()?.to_datetime(jiff::civil::Time::midnight())
    } else {
        text.parse::<DateTime>().ok()?
    };
    Offset::UTC.to_timestamp(civil).ok().map(Timestamp::as_microsecond)
}

/// The day of a time, `2024-01-31`.
pub(crate) fn day(text: &str) -> Option<String> {
    let at = Timestamp::from_microsecond(micros(text)?).ok()?;
    Some(Offset::UTC.to_datetime(at).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: Option<&str>) {
        let wanted = wanted.map(|it| it.parse::<Timestamp>().unwrap().as_microsecond());
        assert_eq!(micros(text), wanted, "{text}");
    }

    #[test]
    fn all_ways_of_feeds_to_write_a_time_are_read() {
        check("2024-01-09T18:15:45.123", Some("2024-01-09T18:15:45.123Z"));
        check("2024-01-09T18:15:45Z", Some("2024-01-09T18:15:45Z"));
        check("2024-01-09T15:04+09:00", Some("2024-01-09T06:04:00Z"));
        check("2024-01-31T00:00:00+0000", Some("2024-01-31T00:00:00Z"));
        check("2024-01-09 00:00:00 UTC", Some("2024-01-09T00:00:00Z"));
        check("2024-01-09", Some("2024-01-09T00:00:00Z"));
        check("20240109", Some("2024-01-09T00:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "unknown", "2024-13-01", "20241301", "-", "2024"] {
            check(text, None);
        }
    }

    #[test]
    fn a_day_is_that_of_utc() {
        assert_eq!(day("2024-01-31T00:00:00+0000").as_deref(), Some("2024-01-31"));
        assert_eq!(day("yesterday"), None);
    }
}
