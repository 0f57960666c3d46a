//! Reading a segment: only the pages that can matter, only the columns that are asked about.

use std::{
    fs::File,
    ops::{Range, RangeInclusive},
};

use arrow_array::RecordBatch;
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection},
    },
    errors::ParquetError,
};

use super::{Caches, Segment};
use crate::{
    FeedItem, StoreError,
    embedded::{
        columns::{Column, Table},
        plan::Ranking,
    },
};

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 1024;

/// A segment with its file open.
pub(crate) struct Opened<'a> {
    segment: &'a Segment,
    pub(super) file: File,
    pub(super) metadata: ArrowReaderMetadata,
    /// Where each column is in this file.
    pub(super) leaves: Vec<Option<usize>>,
}

impl<'a> Opened<'a> {
    pub(crate) fn open(segment: &'a Segment, cache: &Caches) -> Result<Self, StoreError> {
        let file = File::open(&segment.path).map_err(StoreError::file("open", &segment.path))?;
        let metadata = cache.metadata(segment, &file)?;
        let root = metadata.parquet_schema().root_schema().get_fields();
        let leaf = |column: &Column| root.iter().position(|field| field.name() == column.name());
        let leaves = Column::ALL.iter().map(leaf).collect();
        Ok(Self { segment, file, metadata, leaves })
    }

    /// The rows at these places of the file, which must rise.
    pub(crate) fn rows(&self, places: &[usize]) -> Result<Vec<FeedItem>, StoreError> {
        self.try_rows(places).map_err(StoreError::segment("read rows of", &self.segment.path))
    }

    fn try_rows(&self, places: &[usize]) -> Result<Vec<FeedItem>, ParquetError> {
        let mut items = Vec::with_capacity(places.len());
        let mut left = places;
        for group in 0..self.metadata.metadata().num_row_groups() {
            let base = self.group_start(group);
            let end = base + self.group_rows(group);
            let (here, later) = left.split_at(left.partition_point(|place| *place < end));
            left = later;
            if here.is_empty() {
                continue;
            }
            let ranges: Vec<_> = here.iter().map(|place| place - base..place - base + 1).collect();
            for batch in self.reader(group, &ranges, Column::ALL)? {
                let table = Table::new(batch?);
                items.extend((0..table.rows()).map(|row| table.item(row)));
            }
        }
        Ok(items)
    }

    /// All rows as columns, in the order of the file.
    pub(crate) fn batches(&self) -> Result<ParquetRecordBatchReader, StoreError> {
        let open = || {
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.try_clone()?, self.metadata.clone());
            builder.with_batch_size(BATCH_ROWS).build()
        };
        open().map_err(StoreError::segment("read", &self.segment.path))
    }

    /// The segment that this is.
    pub(crate) const fn segment(&self) -> &Segment {
        self.segment
    }

    /// How many row groups it has.
    pub(crate) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// How many bytes its columns have before compression.
    pub(crate) fn uncompressed_bytes(&self) -> u64 {
        let groups = self.metadata.metadata().row_groups();
        groups.iter().map(|group| u64::try_from(group.total_byte_size()).unwrap_or(0)).sum()
    }

    /// The rows of a row group whose pages have times of `occurred_at` within `times`.
    pub(crate) fn pages_within(&self, group: usize, times: &RangeInclusive<i64>) -> Vec<Range<usize>> {
        let mut pages = self.pages(Column::OccurredAt, Ranking::Occurred, group);
        pages.retain(|page| page.low <= *times.end() && page.high >= *times.start());
        pages.into_iter().map(|page| page.rows).collect()
    }

    /// Tells some columns of some rows of a row group.
    pub(crate) fn read(
        &self,
        group: usize,
        ranges: &[Range<usize>],
        columns: &[Column],
        tell: &mut dyn FnMut(RecordBatch) -> Result<(), ParquetError>,
    ) -> Result<(), StoreError> {
        let mut read = || {
            if ranges.is_empty() {
                return Ok(());
            }
            self.reader(group, ranges, columns)?.try_for_each(|batch| tell(batch?))
        };
        read().map_err(StoreError::segment("read", &self.segment.path))
    }

    /// Tells some columns of all rows.
    pub(crate) fn columns(&self, columns: &[Column], tell: &mut dyn FnMut(&Table)) -> Result<(), StoreError> {
        for group in 0..self.groups() {
            let all = 0..self.group_rows(group);
            self.read(group, std::slice::from_ref(&all), columns, &mut |batch| {
                tell(&Table::new(batch));
                Ok(())
            })?;
        }
        Ok(())
    }

    pub(super) fn reader(
        &self,
        group: usize,
        ranges: &[Range<usize>],
        columns: &[Column],
    ) -> Result<ParquetRecordBatchReader, ParquetError> {
        let selection = RowSelection::from_consecutive_ranges(ranges.iter().cloned(), self.group_rows(group));
        let leaves = columns.iter().filter_map(|column| self.leaves[*column as usize]);
        let mask = ProjectionMask::leaves(self.metadata.parquet_schema(), leaves);
        ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.try_clone()?, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_row_selection(selection)
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .build()
    }

    pub(super) fn group_rows(&self, group: usize) -> usize {
        usize::try_from(self.metadata.metadata().row_group(group).num_rows()).unwrap_or(0)
    }

    pub(super) fn group_start(&self, group: usize) -> usize {
        (0..group).map(|before| self.group_rows(before)).sum()
    }
}
