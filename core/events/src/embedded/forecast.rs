//! How fast the store grows, and for how long the disk will do.

use std::collections::BTreeMap;

use super::{files::free_bytes, segment::Entry, shared::Shared};
use crate::Forecast;

/// Days that the growth is measured over, at most.
const DAYS: usize = 14;

pub(super) fn of(shared: &Shared) -> Forecast {
    let segments = shared.state().segments.clone();
    let options = &shared.options;
    let room = free_bytes(&options.dir).map(|free| free.saturating_sub(options.reserve_bytes));
    forecast(segments.iter().map(|segment| &segment.entry), room)
}

fn forecast<'a>(entries: impl Iterator<Item = &'a Entry>, room: Option<u64>) -> Forecast {
    let mut days: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for entry in entries {
        let day = days.entry(&entry.day).or_default();
        day.0 += entry.rows;
        day.1 += entry.all_bytes();
    }
    let over: Vec<_> = days.values().rev().skip(1).take(DAYS).collect();
    let Some(count) = u64::try_from(over.len()).ok().filter(|count| *count > 0) else { return Forecast::default() };
    let rows_per_day = over.iter().map(|(rows, _)| rows).sum::<u64>() / count;
    let bytes_per_day = over.iter().map(|(_, bytes)| bytes).sum::<u64>() / count;
    let days_left = room.and_then(|room| room.checked_div(bytes_per_day));
    Forecast { rows_per_day, bytes_per_day, days: count, days_left }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yagura_vocabulary::Time;

    use super::*;
    use crate::embedded::memtable::Extent;

    fn check(days: &[(&str, u64)], room: u64, expected: Forecast) {
        let time = (Time::from_seconds(0), Time::from_seconds(0));
        let entry = |(day, bytes): &(&str, u64)| Entry {
            id: Uuid::nil(),
            path: String::new(),
            day: (*day).to_owned(),
            rows: bytes / 10,
            bytes: *bytes,
            sha256: [0; 32],
            extent: Extent { position: (1, 1), occurred: time, received: time },
            sorted: true,
            companions: Vec::new(),
        };
        let entries: Vec<_> = days.iter().map(entry).collect();
        assert_eq!(forecast(entries.iter(), Some(room)), expected, "{days:?}");
    }

    #[test]
    fn the_latest_day_is_not_over_and_does_not_count() {
        check(&[("2026-11-03", 10)], 1000, Forecast::default());
        let expected = Forecast { rows_per_day: 20, bytes_per_day: 200, days: 2, days_left: Some(5) };
        check(&[("2026-11-01", 100), ("2026-11-01", 100), ("2026-11-02", 200), ("2026-11-03", 10)], 1000, expected);
    }

    #[test]
    fn only_the_last_fortnight_counts() {
        let mut days = vec![("2026-01-01", 1_000_000); 1];
        let names: Vec<String> = (1..=15).map(|day| format!("2026-11-{day:02}")).collect();
        days.extend(names.iter().map(|day| (day.as_str(), 100)));
        check(&days, 1000, Forecast { rows_per_day: 10, bytes_per_day: 100, days: 14, days_left: Some(10) });
    }
}
