//! Where to divide the rows of a day so that each stretch fits into memory.

use super::{Pace, unreadable};
use crate::{
    StoreError,
    embedded::{
        columns::{Column, Table},
        segment::Opened,
        shared::Shared,
    },
};

/// The order of a day file: the hour of `occurred_at`, the endpoint, `occurred_at`, the id.
pub(super) type RowKey = (i64, u128, i64, u128);

pub(super) const HOUR: i64 = 3_600_000_000;

/// The columns that a key comes from.
pub(super) const KEY: &[Column] = &[Column::Endpoint, Column::OccurredAt, Column::Id];

/// Before every key, and after every key.
const FIRST: RowKey = (i64::MIN, 0, i64::MIN, 0);
const LAST: RowKey = (i64::MAX, u128::MAX, i64::MAX, u128::MAX);

/// One row in so many is looked at.
const STRIDE: usize = 64;
/// Rows of a stretch at most.
const STRETCH_ROWS: usize = 128 * 1024;
/// Bytes of a stretch in its files, before compression: in memory it takes a few times as many.
const STRETCH_BYTES: u64 = 64 << 20;

pub(super) fn key(table: &Table, row: usize) -> RowKey {
    let id = |column| table.uuid(column, row).unwrap_or_default().as_u128();
    let occurred = table.micros(Column::OccurredAt, row).unwrap_or(0);
    (occurred.div_euclid(HOUR), id(Column::Endpoint), occurred, id(Column::Id))
}

/// Rising bounds from before the first to after the last row. Between two neighbours there are no more than
/// [`stretch_rows`] rows and [`STRIDE`] for each source, because so many lie at most between the rows that are looked at.
pub(super) fn bounds(shared: &Shared, sources: &[Opened<'_>], pace: &Pace<'_>) -> Result<Vec<RowKey>, StoreError> {
    let mut seen = Vec::new();
    for source in sources {
        pace.at(0)?;
        let mut row = 0;
        let mut look = |table: &Table| {
            seen.extend((0..table.rows()).filter(|n| (row + n).is_multiple_of(STRIDE)).map(|n| key(table, n)));
            row += table.rows();
        };
        source.columns(KEY, &mut look).map_err(|error| unreadable(shared, source.segment(), error))?;
    }
    let bytes = sources.iter().map(Opened::uncompressed_bytes).sum::<u64>();
    Ok(divide(seen, stretch_rows(bytes, pace.total) / STRIDE))
}

/// How many rows of so many bytes in all may be in memory at a time.
fn stretch_rows(bytes: u64, rows: u64) -> usize {
    let each = (bytes / rows.max(1)).max(1);
    usize::try_from(STRETCH_BYTES / each).unwrap_or(STRETCH_ROWS).clamp(STRIDE, STRETCH_ROWS)
}

fn divide(mut seen: Vec<RowKey>, stretch: usize) -> Vec<RowKey> {
    seen.sort_unstable();
    let mut bounds = vec![FIRST];
    bounds.extend(seen.iter().step_by(stretch).skip(1));
    bounds.push(LAST);
    bounds.dedup();
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_lies_in_one_stretch_and_no_stretch_has_too_many() {
        let keys: Vec<RowKey> = (0..100).map(|n| (n * 37 % 100, 0, 0, 0)).collect();
        let bounds = divide(keys.clone(), 8);
        assert!(bounds.is_sorted_by(|a, b| a < b));
        let sizes: Vec<_> = bounds
            .windows(2)
            .map(|stretch| keys.iter().filter(|key| (stretch[0]..stretch[1]).contains(key)).count())
            .collect();
        assert_eq!(sizes.iter().sum::<usize>(), 100);
        assert!(sizes.iter().all(|size| *size <= 8), "{sizes:?}");
    }

    #[test]
    fn long_rows_make_short_stretches() {
        assert_eq!(stretch_rows(1 << 20, 10_000), STRETCH_ROWS);
        assert_eq!(stretch_rows(10_000 * 32_768, 10_000), 2048);
        assert_eq!(stretch_rows(u64::MAX, 1), STRIDE);
        assert_eq!(stretch_rows(0, 0), STRETCH_ROWS);
    }

    #[test]
    fn no_rows_have_no_bounds_between_them() {
        assert_eq!(divide(Vec::new(), 8), [FIRST, LAST]);
    }
}
