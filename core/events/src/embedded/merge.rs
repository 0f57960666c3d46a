//! Merging small segments, so that a year of use leaves hundreds of files and not hundreds of thousands.

use super::{
    columns::to_today,
    compact::unreadable,
    segment::{Arrangement, Entry, Opened, Segment, SegmentWriter},
    shared::Shared,
};
use crate::StoreError;
use std::sync::Arc;

/// Which segments to merge next, as indexes into `entries`; `None` if it would not pay.
///
/// `fan_in` or more neighbours of like size on the latest day, in the order of positions. Days that are over become day
/// files (`compact`).
pub(crate) fn choose(entries: &[&Entry], fan_in: usize, max_rows: u64) -> Option<Vec<usize>> {
    let latest = entries.iter().map(|entry| &entry.day).max()?;
    let mut day: Vec<usize> = (0..entries.len()).filter(|index| entries[*index].day == *latest).collect();
    day.sort_by_key(|index| entries[*index].extent.position);
    (0..=tier(max_rows, fan_in)).find_map(|limit| {
        // Two segments that are each no more than half as large as allowed always fit together.
        let small = |index: &usize| entries[*index].rows <= max_rows / 2 && tier(entries[*index].rows, fan_in) <= limit;
        let runs = day.split(|index| !small(index)).map(|run| fitting(run, entries, max_rows));
        let pays = |run: &Vec<usize>| {
            let rows = |index: &usize| entries[*index].rows;
            let largest = run.iter().map(rows).max().unwrap_or(0);
            // A row is then rewritten only when its segment doubles at least.
            run.len() >= fan_in.max(2) && run.iter().map(rows).sum::<u64>() >= 2 * largest
        };
        runs.into_iter().find(pays)
    })
}

fn fitting(run: &[usize], entries: &[&Entry], max_rows: u64) -> Vec<usize> {
    let mut rows = 0;
    let fits = |index: &&usize| {
        rows += entries[**index].rows;
        rows <= max_rows
    };
    run.iter().take_while(fits).copied().collect()
}

fn tier(rows: u64, fan_in: usize) -> u32 {
    rows.max(1).ilog(fan_in.max(2) as u64)
}

/// Writes the rows of `run` as one segment.
pub(crate) fn merge(shared: &Shared, run: &[Arc<Segment>]) -> Result<Entry, StoreError> {
    let rows = run.iter().map(|segment| segment.entry.rows).sum();
    let extent = run.iter().map(|segment| segment.entry.extent).reduce(super::memtable::Extent::with);
    let extent = extent.ok_or(StoreError::Stopped)?;
    let mut writer = SegmentWriter::create(&shared.options.dir, extent, rows, Arrangement::Hot)?;
    for segment in run {
        copy(shared, segment, &mut writer)?;
    }
    writer.finish(&shared.gate)
}

fn copy(shared: &Shared, segment: &Segment, to: &mut SegmentWriter) -> Result<(), StoreError> {
    let unreadable = |error: StoreError| unreadable(shared, segment, error);
    let opened = Opened::open(segment, &shared.caches).map_err(unreadable)?;
    for batch in opened.batches().map_err(unreadable)? {
        let batch = batch.and_then(|batch| to_today(&batch));
        let batch = batch.map_err(|error| unreadable(StoreError::segment("read", &segment.path)(error.into())))?;
        to.write(&batch)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yagura_vocabulary::Time;

    use super::*;
    use crate::embedded::memtable::Extent;

    fn check(segments: &[(&str, u64)], expected: Option<&[usize]>) {
        let time = (Time::from_seconds(0), Time::from_seconds(0));
        let entries: Vec<_> = (1..)
            .zip(segments)
            .map(|(position, (day, rows))| Entry {
                id: Uuid::from_u128(position.into()),
                path: String::new(),
                day: (*day).to_owned(),
                rows: *rows,
                bytes: 0,
                sha256: [0; 32],
                extent: Extent { position: (position, position), occurred: time, received: time },
                sorted: false,
                companions: Vec::new(),
            })
            .collect();
        let entries: Vec<_> = entries.iter().collect();
        assert_eq!(choose(&entries, 4, 1000).as_deref(), expected, "{segments:?}");
    }

    #[test]
    fn neighbours_of_like_size_are_merged_when_there_are_enough_of_them() {
        check(&[("2", 9); 3], None);
        check(&[("2", 9); 4], Some(&[0, 1, 2, 3]));
        check(&[("2", 300), ("2", 9), ("2", 9), ("2", 9)], None);
        check(&[("2", 300), ("2", 200), ("2", 90), ("2", 90)], Some(&[0, 1, 2, 3]));
        check(&[("2", 300), ("2", 9), ("2", 9), ("2", 9), ("2", 9)], Some(&[1, 2, 3, 4]));
    }

    #[test]
    fn a_day_that_is_over_is_left_alone() {
        check(&[("1", 9), ("1", 9), ("1", 9), ("1", 9), ("2", 9)], None);
        check(&[("1", 9), ("2", 9), ("2", 9), ("2", 9), ("2", 9)], Some(&[1, 2, 3, 4]));
    }

    #[test]
    fn merging_comes_to_an_end() {
        let mut sizes = vec![10u64; 400];
        let mut merges = 0;
        loop {
            let time = (Time::from_seconds(0), Time::from_seconds(0));
            let entries: Vec<_> = (1..)
                .zip(&sizes)
                .map(|(position, rows)| Entry {
                    id: Uuid::from_u128(position.into()),
                    path: String::new(),
                    day: "1".to_owned(),
                    rows: *rows,
                    bytes: 0,
                    sha256: [0; 32],
                    extent: Extent { position: (position, position), occurred: time, received: time },
                    sorted: false,
                    companions: Vec::new(),
                })
                .collect();
            let Some(run) = choose(&entries.iter().collect::<Vec<_>>(), 4, 1000) else { break };
            assert!(run.len() > 1);
            let merged: u64 = run.iter().map(|index| sizes[*index]).sum();
            assert!(merged <= 1000);
            sizes.splice(run[0]..=run[run.len() - 1], [merged]);
            merges += 1;
            assert!(merges < 400);
        }
        assert!(sizes.len() < 16, "{sizes:?}");
    }
}
