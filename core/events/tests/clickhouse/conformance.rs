//! The suite of every store, run on ClickHouse's engine.

use yagura_events::conformance::{run_all, run_large};

use crate::{engine::engine, rig::Rig};

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_on_clickhouse() {
    if let Some(engine) = engine() {
        run_all(async || Rig::at(&engine.url).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_thousand_events_in_clickhouse_are_found_as_by_hand() {
    if let Some(engine) = engine() {
        run_large(Rig::at(&engine.url).await, 200_000, 11).await;
    }
}
