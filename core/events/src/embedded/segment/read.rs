//! Reading a segment: only the pages that can matter, only the columns that are asked about.

use std::{
    fs::File,
    ops::{ControlFlow, Range},
};

use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection},
    },
    errors::ParquetError,
    file::page_index::column_index::ColumnIndexMetaData,
};

use super::{
    MetadataCache, Segment,
    probe::{Probe, probes},
};
use crate::{
    FeedItem, StoreError,
    embedded::{
        columns::{Column, Table},
        limits::Limits,
        plan::{Collect, Place, Plan, Ranking},
        rows::RowView,
    },
};

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 1024;
/// The most pages that are read before looking again whether older ones still matter.
const MAX_STRIDE: usize = 16;

/// A segment with its file open.
pub(crate) struct Opened<'a> {
    segment: &'a Segment,
    file: File,
    metadata: ArrowReaderMetadata,
    leaves: Vec<Option<usize>>,
}

/// Neighbouring rows of one row group that share a page of the key column.
#[derive(Debug)]
struct Window {
    group: usize,
    rows: Range<usize>,
    low: i64,
    high: i64,
}

impl<'a> Opened<'a> {
    pub(crate) fn open(segment: &'a Segment, cache: &MetadataCache) -> Result<Self, StoreError> {
        let file = File::open(&segment.path).map_err(StoreError::file("open", &segment.path))?;
        let metadata = cache.load(segment, &file)?;
        let root = metadata.parquet_schema().root_schema().get_fields();
        let leaf = |column: &Column| root.iter().position(|field| field.name() == column.name());
        let leaves = Column::ALL.iter().map(leaf).collect();
        Ok(Self { segment, file, metadata, leaves })
    }

    /// Offers what matches to `collector`; breaks when that has seen enough.
    pub(crate) fn scan(
        &self,
        plan: &Plan,
        unit: usize,
        collector: &mut impl Collect,
        limits: &Limits<'_>,
    ) -> Result<ControlFlow<()>, StoreError> {
        self.try_scan(plan, unit, collector, limits).map_err(StoreError::segment("search", &self.segment.path))
    }

    fn try_scan(
        &self,
        plan: &Plan,
        unit: usize,
        collector: &mut impl Collect,
        limits: &Limits<'_>,
    ) -> Result<ControlFlow<()>, ParquetError> {
        let mut windows = self.windows(plan)?;
        // The best first; the last rows of a segment are its newest.
        windows.sort_by_key(|window| (window.high, window.group, window.rows.start));
        let columns = plan.columns();
        let mut stride = 1;
        while let Some(window) = windows.last() {
            if limits.stopped() || !collector.wants_up_to(window.high) || limits.leave(window.high) {
                break;
            }
            let mut taken = windows.split_off(windows.len().saturating_sub(stride));
            taken.retain(|window| collector.wants_up_to(window.high));
            limits.read(taken.iter().map(|window| window.rows.len()).sum());
            if self.scan_windows(plan, unit, &columns, taken, collector)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            stride = (stride * 2).min(MAX_STRIDE);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn scan_windows(
        &self,
        plan: &Plan,
        unit: usize,
        columns: &[Column],
        mut windows: Vec<Window>,
        collector: &mut impl Collect,
    ) -> Result<ControlFlow<()>, ParquetError> {
        windows.sort_by_key(|window| (window.group, window.rows.start));
        let mut scratch = String::new();
        for windows in windows.chunk_by(|a, b| a.group == b.group) {
            let group = windows[0].group;
            let base = self.group_start(group);
            let ranges: Vec<_> = windows.iter().map(|window| window.rows.clone()).collect();
            let mut rows = ranges.iter().cloned().flatten();
            for batch in self.reader(group, &ranges, columns)? {
                let table = Table::new(batch?);
                for (row, in_group) in (0..table.rows()).zip(&mut rows) {
                    let position = table.u64(Column::Position, row).unwrap_or(0);
                    let time = match plan.ranking {
                        Ranking::Position => 0,
                        _ => table.micros(plan.key_column(), row).unwrap_or(0),
                    };
                    let key = plan.key(time, table.uuid(Column::Id, row).unwrap_or_default(), position);
                    let view = RowView { table: &table, row };
                    if plan.admits(key, position)
                        && collector.wants(key)
                        && plan.matcher.matches(&view, &mut scratch)
                        && collector.add(key, Place { unit, row: base + in_group }, &view).is_break()
                    {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
        Ok(ControlFlow::Continue(()))
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

    fn reader(
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

    fn group_rows(&self, group: usize) -> usize {
        usize::try_from(self.metadata.metadata().row_group(group).num_rows()).unwrap_or(0)
    }

    fn group_start(&self, group: usize) -> usize {
        (0..group).map(|before| self.group_rows(before)).sum()
    }

    /// What has to be read.
    fn windows(&self, plan: &Plan) -> Result<Vec<Window>, ParquetError> {
        let probes = probes(&plan.matcher);
        let mut found = Vec::new();
        for group in 0..self.metadata.metadata().num_row_groups() {
            let mut windows = self.pages(plan, group);
            windows.retain(|window| {
                plan.wants(window.low, window.high) && probes.iter().all(|probe| self.allows(probe, window))
            });
            if !windows.is_empty() && self.blooms_allow(&probes, group)? {
                found.append(&mut windows);
            }
        }
        Ok(found)
    }

    /// The pages of the key column; the whole row group if there is no index of them.
    fn pages(&self, plan: &Plan, group: usize) -> Vec<Window> {
        let index = self.metadata.metadata().page_index_for_row_group(group);
        let rows = self.group_rows(group);
        let whole = || vec![Window { group, rows: 0..rows, low: i64::MIN, high: i64::MAX }];
        let Some(leaf) = self.leaves[plan.key_column() as usize] else { return whole() };
        let (Some(ColumnIndexMetaData::INT64(keys)), Some(pages)) =
            (index.column_index(leaf), index.page_locations(leaf))
        else {
            return whole();
        };
        let starts: Vec<_> = pages.iter().map(|page| usize::try_from(page.first_row_index).unwrap_or(0)).collect();
        let ends = starts.iter().skip(1).copied().chain([rows]);
        let window = |(page, (start, end))| {
            let (low, high) = match (keys.min_value(page), keys.max_value(page), plan.ranking) {
                (Some(min), Some(max), Ranking::Position) => (-max, -min),
                (Some(min), Some(max), _) => (*min, *max),
                _ => (i64::MIN, i64::MAX),
            };
            Window { group, rows: start..end, low, high }
        };
        starts.iter().copied().zip(ends).enumerate().map(window).collect()
    }

    /// Whether the statistics of the pages in `window` allow a row that meets `probe`.
    fn allows(&self, probe: &Probe, window: &Window) -> bool {
        let index = self.metadata.metadata().page_index_for_row_group(window.group);
        probe.columns.iter().any(|column| {
            // A column that an older file does not have has no value there.
            let Some(leaf) = self.leaves[*column as usize] else { return false };
            let (Some(values), Some(pages)) = (index.column_index(leaf), index.page_locations(leaf)) else {
                return true;
            };
            let start_of = |page: usize| pages.get(page).map_or(usize::MAX, |page| page.first_row_index as usize);
            (0..pages.len())
                .filter(|page| start_of(*page) < window.rows.end && start_of(*page + 1) > window.rows.start)
                .any(|page| probe.page(values, page))
        })
    }

    fn blooms_allow(&self, probes: &[Probe], group: usize) -> Result<bool, ParquetError> {
        for probe in probes.iter().filter(|probe| probe.columns.iter().all(|column| Column::BLOOMED.contains(column))) {
            let mut allowed = false;
            for column in &probe.columns {
                let Some(leaf) = self.leaves[*column as usize] else { continue };
                let builder =
                    ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.try_clone()?, self.metadata.clone());
                let filter = builder.get_row_group_column_bloom_filter(group, leaf)?;
                allowed |= filter.is_none_or(|filter| probe.bloom(&filter));
            }
            if !allowed {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
