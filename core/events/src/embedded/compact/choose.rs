//! Which segments become a day file next.

use crate::embedded::segment::Entry;

/// Segments of one day to be made into one day file, as indexes into `entries`; `None` if there are none.
///
/// The oldest day first: as many of its unsorted segments, in the order of positions, as `max_rows` allow; and those of
/// its day files that are no larger than what comes to them, so that a row is rewritten only when its file doubles.
pub(super) fn choose(entries: &[&Entry], latest_too: bool, max_rows: u64) -> Option<Vec<usize>> {
    let latest = entries.iter().map(|entry| &entry.day).max()?;
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|index| (&entries[*index].day, entries[*index].extent.position));
    let open = |index: &usize| entries[*index].day == *latest && !latest_too;
    let day = &entries[*order.iter().find(|index| !entries[**index].sorted && !open(index))?].day;
    let mut rows = 0;
    let mut chosen = Vec::new();
    let of_day = |index: &&usize| entries[**index].day == *day;
    for index in order.iter().filter(of_day).filter(|index| !entries[**index].sorted) {
        rows += entries[*index].rows;
        if rows > max_rows && !chosen.is_empty() {
            rows -= entries[*index].rows;
            break;
        }
        chosen.push(*index);
    }
    let mut files: Vec<_> = order.iter().filter(of_day).filter(|index| entries[**index].sorted).collect();
    files.sort_by_key(|index| entries[**index].rows);
    for index in files {
        let file = entries[*index].rows;
        if file > rows || rows + file > max_rows {
            break;
        }
        rows += file;
        chosen.push(*index);
    }
    Some(chosen)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yagura_vocabulary::Time;

    use super::*;
    use crate::embedded::memtable::Extent;

    /// Segments as (day, rows); a day file has a `*` before its day.
    fn check(segments: &[(&str, u64)], latest_too: bool, expected: Option<&[usize]>) {
        let time = (Time::from_seconds(0), Time::from_seconds(0));
        let entry = |(position, (day, rows)): (u64, &(&str, u64))| Entry {
            id: Uuid::from_u128(position.into()),
            path: String::new(),
            day: day.trim_start_matches('*').to_owned(),
            rows: *rows,
            bytes: 0,
            sha256: [0; 32],
            extent: Extent { position: (position, position), occurred: time, received: time },
            sorted: day.starts_with('*'),
            companions: Vec::new(),
        };
        let entries: Vec<_> = (1..).zip(segments).map(entry).collect();
        assert_eq!(choose(&entries.iter().collect::<Vec<_>>(), latest_too, 1000).as_deref(), expected, "{segments:?}");
    }

    #[test]
    fn the_oldest_day_that_is_over_is_compacted() {
        check(&[("3", 5)], false, None);
        check(&[("2", 5), ("1", 9), ("1", 7), ("3", 5)], false, Some(&[1, 2]));
        check(&[("*1", 9), ("2", 5), ("3", 5)], false, Some(&[1]));
        check(&[("*1", 9), ("*2", 5), ("3", 5)], false, None);
    }

    #[test]
    fn the_latest_day_is_compacted_when_it_is_asked_for() {
        check(&[("1", 5), ("1", 5)], true, Some(&[0, 1]));
        check(&[("*1", 5)], true, None);
    }

    #[test]
    fn a_day_file_is_not_larger_than_allowed() {
        check(&[("1", 600), ("1", 400), ("1", 1), ("2", 1)], false, Some(&[0, 1]));
        check(&[("1", 2000), ("1", 1), ("2", 1)], false, Some(&[0]));
    }

    #[test]
    fn a_day_file_is_rewritten_only_when_it_doubles() {
        check(&[("*1", 100), ("1", 60), ("1", 50), ("2", 1)], false, Some(&[1, 2, 0]));
        check(&[("*1", 111), ("1", 60), ("1", 50), ("2", 1)], false, Some(&[1, 2]));
        check(&[("*1", 150), ("*1", 100), ("1", 110), ("2", 1)], false, Some(&[2, 1, 0]));
    }
}
