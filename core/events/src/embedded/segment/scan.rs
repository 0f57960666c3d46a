//! Searching a segment: the best pages first, cheap columns first, texts only of the rows that are left.

use std::ops::{ControlFlow, Range};

use parquet::errors::ParquetError;
use yagura_text_index::Blocks;

use super::{Opened, pages::Window};
use crate::{
    StoreError,
    embedded::{
        columns::{Column, Table},
        limits::Limits,
        plan::{Collect, Key, Place, Plan, Ranking},
        rows::RowView,
    },
};

/// The most pages that are read before looking again whether older ones still matter.
const MAX_STRIDE: usize = 16;

impl Opened<'_> {
    /// Offers what matches to `collector`; breaks when that has seen enough.
    pub(crate) fn scan(
        &self,
        plan: &Plan,
        candidates: Option<&Blocks>,
        unit: usize,
        collector: &mut impl Collect,
        limits: &Limits<'_>,
    ) -> Result<ControlFlow<()>, StoreError> {
        self.try_scan(plan, candidates, unit, collector, limits)
            .map_err(StoreError::segment("search", &self.segment().path))
    }

    fn try_scan(
        &self,
        plan: &Plan,
        candidates: Option<&Blocks>,
        unit: usize,
        collector: &mut impl Collect,
        limits: &Limits<'_>,
    ) -> Result<ControlFlow<()>, ParquetError> {
        let mut windows = self.windows(plan, candidates)?;
        // The best first; the last rows of a segment are its newest.
        windows.sort_by_key(|window| (window.high, window.group, window.rows.start));
        let question = Question::new(self, plan, unit);
        let mut stride = 1;
        while let Some(window) = windows.last() {
            if limits.stopped() || !collector.wants_up_to(window.high) || limits.leave(window.high) {
                break;
            }
            let mut taken = windows.split_off(windows.len().saturating_sub(stride));
            taken.retain(|window| collector.wants_up_to(window.high));
            limits.read(taken.iter().map(|window| window.rows.len()).sum());
            taken.sort_by_key(|window| (window.group, window.rows.start));
            for windows in taken.chunk_by(|a, b| a.group == b.group) {
                if question.ask(windows, collector)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            stride = (stride * 2).min(MAX_STRIDE);
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// A plan asked of one segment.
struct Question<'a> {
    opened: &'a Opened<'a>,
    plan: &'a Plan,
    unit: usize,
    /// What is read of every row of a page.
    first: Vec<Column>,
    /// What is read of the rows that are left after that; nothing, if the first columns decide.
    then: Vec<Column>,
}

/// A row that the first columns allow.
struct Left {
    in_group: usize,
    key: Key,
}

impl<'a> Question<'a> {
    fn new(opened: &'a Opened<'a>, plan: &'a Plan, unit: usize) -> Self {
        let (first, then) = plan.stages();
        Self { opened, plan, unit, first, then }
    }

    /// Asks about neighbouring windows of one row group.
    fn ask(&self, windows: &[Window], collector: &mut impl Collect) -> Result<ControlFlow<()>, ParquetError> {
        let Self { opened, plan, .. } = self;
        let group = windows[0].group;
        let ranges: Vec<_> = windows.iter().map(|window| window.rows.clone()).collect();
        let mut places = ranges.iter().cloned().flatten();
        let mut left = Vec::new();
        let base = opened.group_start(group);
        let mut scratch = String::new();
        for batch in opened.reader(group, &ranges, &self.first)? {
            let table = Table::new(batch?);
            for (row, in_group) in (0..table.rows()).zip(&mut places) {
                let view = RowView { table: &table, row };
                let (key, position) = self.key(&table, row);
                if !plan.admits(key, position) || !collector.wants(key) || !plan.matcher.matches_but_text(&view) {
                    continue;
                }
                if !self.then.is_empty() {
                    left.push(Left { in_group, key });
                } else if plan.matcher.matches_text(&view, &mut scratch)
                    && collector.add(key, Place { unit: self.unit, row: base + in_group }, &view).is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        if left.is_empty() { Ok(ControlFlow::Continue(())) } else { self.look_closer(group, &left, collector) }
    }

    fn look_closer(
        &self,
        group: usize,
        left: &[Left],
        collector: &mut impl Collect,
    ) -> Result<ControlFlow<()>, ParquetError> {
        let base = self.opened.group_start(group);
        let ranges = runs(left.iter().map(|left| left.in_group));
        let mut rows = left.iter();
        let mut scratch = String::new();
        for batch in self.opened.reader(group, &ranges, &self.then)? {
            let table = Table::new(batch?);
            for (row, left) in (0..table.rows()).zip(&mut rows) {
                let view = RowView { table: &table, row };
                if collector.wants(left.key)
                    && self.plan.matcher.matches_text(&view, &mut scratch)
                    && collector.add(left.key, Place { unit: self.unit, row: base + left.in_group }, &view).is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn key(&self, table: &Table, row: usize) -> (Key, u64) {
        let position = table.u64(Column::Position, row).unwrap_or(0);
        let time = match self.plan.ranking {
            Ranking::Position => 0,
            _ => table.micros(self.plan.key_column(), row).unwrap_or(0),
        };
        (self.plan.key(time, table.uuid(Column::Id, row).unwrap_or_default(), position), position)
    }
}

/// Rising numbers as ranges.
fn runs(numbers: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some(last) if last.end == number => last.end += 1,
            _ => runs.push(number..number + 1),
        }
    }
    runs
}
