//! The rows of one stretch, from all sources, sorted.

use std::ops::Range;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use arrow_select::interleave::interleave_record_batch;

use super::{
    bounds::{HOUR, KEY, RowKey, key},
    unreadable,
};
use crate::{
    StoreError,
    embedded::{
        columns::{Column, Table, to_today},
        segment::Opened,
        shared::Shared,
    },
};

/// Rows that are sorted into one batch.
const BATCH_ROWS: usize = 8192;

/// Rows in memory, and their order.
#[derive(Default)]
pub(super) struct Gathered {
    batches: Vec<RecordBatch>,
    /// Key, batch and row.
    order: Vec<(RowKey, usize, usize)>,
}

/// The rows whose keys are within `stretch`.
pub(super) fn gather(shared: &Shared, sources: &[Opened<'_>], stretch: &Range<RowKey>) -> Result<Gathered, StoreError> {
    let mut gathered = Gathered::default();
    for source in sources {
        gathered.take(source, stretch).map_err(|error| unreadable(shared, source.segment(), error))?;
    }
    gathered.order.sort_unstable();
    Ok(gathered)
}

impl Gathered {
    pub(super) fn rows(&self) -> u64 {
        self.order.len() as u64
    }

    /// The rows in their order.
    pub(super) fn sorted(&self) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> {
        let batches: Vec<_> = self.batches.iter().collect();
        self.order.chunks(BATCH_ROWS).map(move |rows| {
            let rows: Vec<_> = rows.iter().map(|(_, batch, row)| (*batch, *row)).collect();
            interleave_record_batch(&batches, &rows)
        })
    }

    fn take(&mut self, source: &Opened<'_>, stretch: &Range<RowKey>) -> Result<(), StoreError> {
        // The hours themselves are included: keys of one hour lie on both sides of a bound.
        let times = stretch.start.0.saturating_mul(HOUR)..=stretch.end.0.saturating_add(1).saturating_mul(HOUR);
        for group in 0..source.groups() {
            let pages = source.pages_within(group, &times);
            let mut keys = Vec::new();
            let mut rows: Vec<Range<usize>> = Vec::new();
            let mut places = pages.iter().cloned().flatten();
            source.read(group, &pages, KEY, &mut |batch| {
                let table = Table::new(batch);
                for (row, place) in (0..table.rows()).zip(&mut places) {
                    let key = key(&table, row);
                    if !stretch.contains(&key) {
                        continue;
                    }
                    keys.push(key);
                    match rows.last_mut() {
                        Some(last) if last.end == place => last.end += 1,
                        _ => rows.push(place..place + 1),
                    }
                }
                Ok(())
            })?;
            let mut keys = keys.into_iter();
            source.read(group, &rows, Column::ALL, &mut |batch| {
                let number = self.batches.len();
                self.order.extend((0..batch.num_rows()).zip(&mut keys).map(|(row, key)| (key, number, row)));
                self.batches.push(to_today(&batch)?);
                Ok(())
            })?;
        }
        Ok(())
    }
}
