//! Which pages of a segment can have what is asked for, by its statistics and its index.

use std::ops::Range;

use parquet::file::page_index::column_index::ColumnIndexMetaData;
use yagura_text_index::{BLOCK_ROWS, Blocks};

use super::{
    Opened,
    probe::{Probe, probes},
};
use crate::embedded::{
    columns::Column,
    plan::{Plan, Ranking},
};

/// Neighbouring rows of one row group that share a page of the key column.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) group: usize,
    pub(super) rows: Range<usize>,
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Window {
    /// The parts of it that lie in the blocks which an index has named. `base` is the first row of the row group.
    fn within(self, candidates: &Blocks, base: usize) -> impl Iterator<Item = Self> {
        let blocks = (base + self.rows.start) / BLOCK_ROWS..(base + self.rows.end).div_ceil(BLOCK_ROWS);
        blocks.filter(|block| candidates.contains(*block)).map(move |block| {
            let start = (block * BLOCK_ROWS).saturating_sub(base).max(self.rows.start);
            let end = ((block + 1) * BLOCK_ROWS - base).min(self.rows.end);
            Self { rows: start..end, ..self }
        })
    }
}

impl Opened<'_> {
    /// What has to be read; only `candidates`, if an index has named them.
    pub(super) fn windows(&self, plan: &Plan, candidates: Option<&Blocks>) -> Vec<Window> {
        let probes = probes(&plan.matcher);
        let mut found = Vec::new();
        let mut base = 0;
        for group in 0..self.groups() {
            let windows = self.pages(plan.key_column(), plan.ranking, group).into_iter();
            let windows = windows.filter(|window| {
                plan.wants(window.low, window.high) && probes.iter().all(|probe| self.allows(probe, window))
            });
            match candidates {
                Some(candidates) => found.extend(windows.flat_map(|window| window.within(candidates, base))),
                None => found.extend(windows),
            }
            base += self.group_rows(group);
        }
        found
    }

    /// The pages of a column that keys come from; the whole row group if there is no index of them.
    pub(super) fn pages(&self, column: Column, ranking: Ranking, group: usize) -> Vec<Window> {
        let index = self.metadata.metadata().page_index_for_row_group(group);
        let rows = self.group_rows(group);
        let whole = || vec![Window { group, rows: 0..rows, low: i64::MIN, high: i64::MAX }];
        let Some(leaf) = self.leaves[column as usize] else { return whole() };
        let (Some(ColumnIndexMetaData::INT64(keys)), Some(pages)) =
            (index.column_index(leaf), index.page_locations(leaf))
        else {
            return whole();
        };
        let starts: Vec<_> = pages.iter().map(|page| usize::try_from(page.first_row_index).unwrap_or(0)).collect();
        let ends = starts.iter().skip(1).copied().chain([rows]);
        let window = |(page, (start, end))| {
            let (low, high) = match (keys.min_value(page), keys.max_value(page), ranking) {
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
}
