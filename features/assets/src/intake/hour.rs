//! Dates and times as agents write them: in the machine's own time, in four ways.

use jiff::{civil::DateTime, tz::Offset};
use yagura_vocabulary::Time;

use super::node::Node;

/// How far the machine's clock is from UTC; none when it does not say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zone(Offset);

impl Zone {
    /// What the machine says of itself: `<OPERATINGSYSTEM><TIMEZONE><OFFSET>+0900`. OCS says nothing: then its times are taken as
    /// UTC, which moves a date by half a day at most.
    pub(super) fn of(content: &Node) -> Self {
        let zone = content.child("operatingsystem").and_then(|system| system.child("timezone"));
        let offset = zone.and_then(|zone| zone.text("offset")).and_then(offset);
        Self(offset.unwrap_or(Offset::UTC))
    }

    /// The time that a text means: `2026-11-28 16:10:09`, `2025/04/20 00:00:00`, `2019-12-19`, or `20/04/2025`.
    pub(super) fn read(self, text: &str) -> Option<Time> {
        let (date, clock) = text.split_once([' ', 'T']).unwrap_or((text, ""));
        let mut parts = date.split(['-', '/']);
        let mut part = || parts.next()?.parse::<i16>().ok();
        let (first, month, last) = (part()?, part()?, part()?);
        let (year, day) = if first > 31 { (first, last) } else { (last, first) };
        // A machine whose clock was never set has nothing to tell.
        if !(1980..=2200).contains(&year) {
            return None;
        }
        let mut clock = clock.split(':').map(|part| part.get(..2).unwrap_or(part).parse::<i8>().unwrap_or(0));
        let mut next = || clock.next().unwrap_or(0);
        let (hour, minute, second) = (next(), next(), next());
        let civil = DateTime::new(year, month.try_into().ok()?, day.try_into().ok()?, hour, minute, second, 0).ok()?;
        Some(Time::from_seconds(self.0.to_timestamp(civil).ok()?.as_second()))
    }
}

/// `+0900`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..)?.trim_start_matches(':').parse().ok()?;
    let seconds = (hours * 60 + minutes) * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_each_way_that_agents_write_it() {
        let japan = Zone(offset("+0900").unwrap());
        for (text, wanted) in [
            ("2026-11-28 16:10:09", "2026-11-28T07:10:09.000000Z"),
            ("2026-11-28T16:10:09.123", "2026-11-28T07:10:09.000000Z"),
            ("2025/04/20 09:00:00", "2025-04-20T00:00:00.000000Z"),
            ("20/04/2025", "2025-04-19T15:00:00.000000Z"),
            ("2025-04-20", "2025-04-19T15:00:00.000000Z"),
        ] {
            assert_eq!(japan.read(text).map(|time| time.to_string()).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "1970-00-01", "0000-00-00", "1970-01-01", "2025-13-01", "Tue May 20 00:00:00", "20", "9999999-1-1"]
        {
            assert_eq!(Zone(Offset::UTC).read(text), None, "{text}");
        }
    }
}
