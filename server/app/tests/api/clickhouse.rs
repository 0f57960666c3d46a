//! Whole servers with their events in ClickHouse.

#[path = "../../../../core/events/tests/clickhouse/engine.rs"]
mod engine;

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::harness::{House, on_both_with};

/// Runs a test on every database there is, with the events in ClickHouse; says so where ClickHouse's engine is not installed.
pub(crate) fn on_clickhouse<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let Some(engine) = engine::engine() else { return };
    let events = |_: &_| {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        format!(
            "[events]\nstore = \"clickhouse\"\nurl = \"{}\"\ndatabase = \"house{number}\"\nuser = \"\"\n",
            engine.url
        )
    };
    on_both_with(events, test);
}
