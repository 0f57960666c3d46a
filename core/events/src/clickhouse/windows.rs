//! Stretches of time, the newest first, so that a question with a budget can end between two of them.

use std::time::Instant;

use yagura_vocabulary::Time;

use super::{
    Inner,
    condition::{column, newest_first, times},
    remote,
    sql::Sql,
};
use crate::{Budget, Order, StoreError};

/// Micros of the first stretch, and how much longer each one is than the one before.
const FIRST: i64 = 3_600_000_000;
const GROWTH: i64 = 4;
/// A stretch is not made shorter than this to fit a budget of rows.
const SHORTEST: i64 = 1_000_000;

/// The stretches of one question.
pub(super) struct Windows {
    order: Order,
    /// What every row must be to be looked at: visible, and within the times of the question.
    scope: Sql,
    since: Option<Time>,
    until: Option<Time>,
    budget: Budget,
    began: Instant,
    span: i64,
    /// Rows in the stretches so far.
    pub(super) rows: u64,
}

/// Rows from `since` to before `until`; `None` for no bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) since: Option<Time>,
    pub(super) until: Option<Time>,
}

impl Windows {
    pub(super) fn new(order: Order, scope: Sql, since: Option<Time>, until: Option<Time>, budget: Budget) -> Self {
        Self { order, scope, since, until, budget, began: Instant::now(), span: FIRST, rows: 0 }
    }

    /// Whether the budget is used up, so that no other stretch may be begun; true only after the first one.
    pub(super) fn spent(&self) -> bool {
        self.span > FIRST && (self.rows >= self.budget.rows || self.began.elapsed() >= self.budget.time)
    }

    /// The next stretch that has rows; `None` when there is none.
    pub(super) async fn next(&mut self, inner: &Inner) -> Result<Option<Window>, StoreError> {
        if self.budget == Budget::UNLIMITED {
            let whole = Window { since: self.since, until: self.until };
            let first = self.span == FIRST;
            self.span = i64::MAX;
            return Ok(first.then_some(whole));
        }
        let Some(newest) = self.newest(inner).await? else { return Ok(None) };
        let until = Time::from_micros(newest.micros().saturating_add(1));
        let mut span = self.span;
        let window = loop {
            let since = Time::from_micros(until.micros().saturating_sub(span))
                .max(self.since.unwrap_or(Time::from_micros(i64::MIN)));
            let window = Window { since: Some(since), until: Some(until) };
            let rows = self.count(inner, window).await?;
            let left = self.budget.rows.saturating_sub(self.rows);
            if rows <= left.saturating_mul(2) || span <= SHORTEST {
                self.rows += rows;
                break window;
            }
            span /= GROWTH * GROWTH;
        };
        self.span = self.span.saturating_mul(GROWTH);
        self.until = window.since;
        Ok(Some(window))
    }

    /// The time of the newest row that is left.
    async fn newest(&self, inner: &Inner) -> Result<Option<Time>, StoreError> {
        let mut parts = times(self.order, self.since, self.until);
        parts.push(self.scope.clone());
        let sql = Sql::new(&format!("SELECT {} FROM events WHERE ", column(self.order)));
        let sql = sql.then(Sql::all(parts)).and_then(newest_first(self.order)).and_then(" LIMIT 1");
        let newest: Option<i64> =
            sql.query(&inner.client).fetch_optional().await.map_err(remote("look for the newest event"))?;
        Ok(newest.map(Time::from_micros))
    }

    async fn count(&self, inner: &Inner, window: Window) -> Result<u64, StoreError> {
        let mut parts = times(self.order, window.since, window.until);
        parts.push(self.scope.clone());
        let sql = Sql::new("SELECT count() FROM events WHERE ").then(Sql::all(parts));
        sql.query(&inner.client).fetch_one().await.map_err(remote("count the events of a time"))
    }
}
