//! Which events go.

use yagura_text_index::Blocks;

use crate::{
    Query,
    embedded::{
        columns::{Column, Table},
        plan::Plan,
        read::plan,
        rows::RowView,
        segment::{Caches, Segment},
    },
};

/// What becomes of a whole segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// None of it goes.
    Stays,
    /// All of it goes.
    Goes,
    /// It has to be read.
    Depends,
}

/// Queries, made ready.
pub(super) struct Judge {
    remove: Vec<Plan>,
    hold: Vec<Plan>,
}

impl Judge {
    pub(super) fn new(remove: &[Query], hold: &[Query]) -> Self {
        let plans = |queries: &[Query]| {
            let whole = |query: &Query| plan(&Query { cursor: None, ..query.clone() }, u64::MAX >> 1);
            queries.iter().map(whole).collect()
        };
        Self { remove: plans(remove), hold: plans(hold) }
    }

    pub(super) fn whole(&self, segment: &Segment, caches: &Caches) -> Verdict {
        let touches = |plan: &Plan| {
            plan.range(&segment.entry.extent).is_some()
                && !segment.candidates(&plan.wanted, caches).is_some_and(|blocks: Blocks| blocks.is_empty())
        };
        if !self.remove.iter().any(touches) {
            return Verdict::Stays;
        }
        let all = self.remove.iter().any(|plan| plan.takes_all(&segment.entry.extent));
        if all && !self.hold.iter().any(touches) { Verdict::Goes } else { Verdict::Depends }
    }

    /// The columns that it looks at.
    pub(super) fn columns(&self) -> Vec<Column> {
        let stages = self.remove.iter().chain(&self.hold).flat_map(Plan::stages);
        let mut columns: Vec<_> = stages.flat_map(|stage| stage.columns).collect();
        columns.sort_by_key(|column| *column as usize);
        columns.dedup();
        columns
    }

    /// Whether an event is to go, and whether a legal hold keeps it.
    pub(super) fn row(&self, table: &Table, row: usize) -> (bool, bool) {
        let mut scratch = String::new();
        let view = RowView { table, row };
        let mut finds = |plan: &Plan| {
            let time = table.micros(plan.key_column(), row).unwrap_or(0);
            (plan.since..plan.until).contains(&time) && plan.matcher.matches(&view, &mut scratch)
        };
        let goes = self.remove.iter().any(&mut finds);
        (goes, goes && self.hold.iter().any(finds))
    }
}
