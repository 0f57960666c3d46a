//! When a scan ends although there is more: nobody waits any more, or its budget is used up.

use std::{
    cell::Cell,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use crate::Budget;

/// What ends a scan early.
pub(crate) struct Limits<'a> {
    /// Set when nobody waits for the answer any more.
    stop: &'a AtomicBool,
    budget: Budget,
    began: Instant,
    rows: Cell<u64>,
    /// The scan must get below keys that begin with this, so that going on from where it ended comes to an end.
    start: i64,
    frontier: Cell<Option<i64>>,
}

impl<'a> Limits<'a> {
    pub(crate) fn new(stop: &'a AtomicBool, budget: Budget, start: i64) -> Self {
        Self { stop, budget, began: Instant::now(), rows: Cell::new(0), start, frontier: Cell::new(None) }
    }

    pub(crate) fn unlimited(stop: &'a AtomicBool) -> Self {
        Self::new(stop, Budget::UNLIMITED, i64::MAX)
    }

    /// Whether nobody waits any more.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// So many rows were read.
    pub(crate) fn read(&self, rows: usize) {
        self.rows.set(self.rows.get() + rows as u64);
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows.get()
    }

    /// Whether to leave what is left, whose best key begins with `best`. Remembers it, if so.
    pub(crate) fn leave(&self, best: i64) -> bool {
        let spent = self.rows() >= self.budget.rows || self.began.elapsed() >= self.budget.time;
        if spent && best < self.start && self.rows() > 0 {
            self.frontier.set(self.frontier.get().max(Some(best)));
            return true;
        }
        false
    }

    /// The best beginning of a key among what was left; everything better has been looked at.
    pub(crate) fn frontier(&self) -> Option<i64> {
        self.frontier.get()
    }
}
