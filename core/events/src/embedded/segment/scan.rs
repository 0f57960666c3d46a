//! Searching a segment: the best pages first, few columns first, texts only of the rows that are left.

use std::{
    cell::RefCell,
    ops::{ControlFlow, Range},
};

use parquet::errors::ParquetError;
use yagura_text_index::{Blocks, Needle};

use super::{Opened, pages::Window};
use crate::{
    StoreError,
    embedded::{
        columns::{Column, Table},
        limits::Limits,
        plan::{Collect, Key, Place, Plan, Ranking, Stage, Test},
        rows::{RowView, text_columns},
    },
};

/// The most pages that are read before looking again whether older ones still matter.
const FIRST_STRIDE: usize = 2;
const MAX_STRIDE: usize = 32;

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
        let mut windows = self.windows(plan, candidates);
        // The best first; the last rows of a segment are its newest.
        windows.sort_by_key(|window| (window.high, window.group, window.rows.start));
        let question = Question {
            opened: self,
            plan,
            unit,
            stages: plan.stages(),
            needles: plan.needles(),
            scratch: RefCell::default(),
        };
        let mut stride = FIRST_STRIDE;
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
    stages: Vec<Stage>,
    needles: Vec<Needle>,
    scratch: RefCell<String>,
}

/// A row that is still in question.
#[derive(Clone, Copy)]
struct Left {
    in_group: usize,
    /// Once it is known.
    key: Key,
}

impl Question<'_> {
    /// Asks about neighbouring windows of one row group.
    fn ask(&self, windows: &[Window], collector: &mut impl Collect) -> Result<ControlFlow<()>, ParquetError> {
        let group = windows[0].group;
        let ranges: Vec<_> = windows.iter().map(|window| window.rows.clone()).collect();
        let mut left = Vec::new();
        let Some((last, first)) = self.stages.split_last() else { return Ok(ControlFlow::Continue(())) };
        for (number, stage) in first.iter().enumerate() {
            let ranges = if number == 0 { ranges.clone() } else { runs(&left) };
            let before = std::mem::take(&mut left);
            let mut before = (number > 0).then(|| before.into_iter());
            let _never_broken = self.read(stage, group, &ranges, before.as_mut(), &mut |row, view| {
                if self.allows(stage.test, &mut *collector, row, view) {
                    left.push(*row);
                }
                ControlFlow::Continue(())
            })?;
            if left.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
        }
        let base = self.opened.group_start(group);
        let ranges = if first.is_empty() { ranges } else { runs(&left) };
        let mut before = (!first.is_empty()).then(|| left.into_iter());
        let unit = self.unit;
        self.read(last, group, &ranges, before.as_mut(), &mut |row, view| {
            if !self.allows(last.test, &mut *collector, row, view) {
                return ControlFlow::Continue(());
            }
            collector.add(row.key, Place { unit, row: base + row.in_group }, view)
        })
    }

    /// Tells the rows of `ranges` with the columns of a stage; `before` knows more of each of them.
    fn read(
        &self,
        stage: &Stage,
        group: usize,
        ranges: &[Range<usize>],
        mut before: Option<&mut std::vec::IntoIter<Left>>,
        tell: &mut dyn FnMut(&mut Left, &RowView<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ParquetError> {
        let mut places = ranges.iter().cloned().flatten();
        for batch in self.opened.reader(group, ranges, &stage.columns)? {
            let table = Table::new(batch?);
            let may = self.rare_word(stage).map(|needle| table.may_contain(needle));
            for (row, in_group) in (0..table.rows()).zip(&mut places) {
                let known = before.as_mut().and_then(Iterator::next);
                let mut left = known.unwrap_or(Left { in_group, key: (0, 0) });
                if may.as_ref().is_some_and(|may| !may[row]) {
                    continue;
                }
                if tell(&mut left, &RowView { table: &table, row }).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// A text that each row must have, if this stage reads all that it can stand in: asking many rows at once for it is quick.
    fn rare_word(&self, stage: &Stage) -> Option<&Needle> {
        let all = || text_columns().all(|column| stage.columns.contains(&column));
        self.needles.iter().max_by_key(|needle| needle.folded().len()).filter(|_| stage.test == Test::Texts && all())
    }

    fn allows(&self, test: Test, collector: &mut impl Collect, left: &mut Left, view: &RowView<'_>) -> bool {
        match test {
            Test::Filters => self.plan.matcher.matches_but_text(view),
            Test::Texts => self.plan.matcher.matches_text(view, &mut self.scratch.borrow_mut()),
            Test::Key => {
                let position = view.table.u64(Column::Position, view.row).unwrap_or(0);
                let time = match self.plan.ranking {
                    Ranking::Position => 0,
                    _ => view.table.micros(self.plan.key_column(), view.row).unwrap_or(0),
                };
                let id = view.table.uuid(Column::Id, view.row).unwrap_or_default();
                left.key = self.plan.key(time, id, position);
                self.plan.admits(left.key, position) && collector.wants(left.key)
            }
        }
    }
}

/// The places of rows as ranges.
fn runs(rows: &[Left]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for Left { in_group, .. } in rows {
        match runs.last_mut() {
            Some(last) if last.end == *in_group => last.end += 1,
            _ => runs.push(*in_group..in_group + 1),
        }
    }
    runs
}
