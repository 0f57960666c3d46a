//! The suite of every store, run on ClickHouse's engine.

use yagura_events::conformance::{run_all, run_appending, run_large};

use crate::{
    engine::engine,
    rig::{Rig, Several, fresh_database},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_on_clickhouse() {
    if let Some(engine) = engine() {
        run_all(async || Rig::at(&engine.url).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_that_share_a_clickhouse_and_a_postgresql_store_each_event_once() {
    let Some(engine) = engine() else { return };
    match std::env::var("YAGURA_TEST_POSTGRES") {
        Ok(server) => run_appending(async || Several::at(&engine.url, &fresh_database(&server).await).await).await,
        Err(_) => println!("SKIPPED on PostgreSQL: YAGURA_TEST_POSTGRES names no server"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_thousand_events_in_clickhouse_are_found_as_by_hand() {
    if let Some(engine) = engine() {
        // More than the engine keeps in one part; the embedded store is asked the same of 200,000, and a single node takes minutes for them.
        run_large(Rig::at(&engine.url).await, 60_000, 11).await;
    }
}

/// Statements for several servers cannot be run here; the engine at least reads them.
#[tokio::test(flavor = "multi_thread")]
async fn the_engine_understands_the_statements_for_a_cluster() {
    let Some(engine) = engine() else { return };
    let client = clickhouse::Client::default().with_url(&engine.url);
    let statements = yagura_events::clickhouse::statements(Some("main"));
    assert_eq!(statements.len(), 7, "{statements:?}");
    for statement in statements {
        let query = client.query("SELECT formatQuery(?)").bind(&statement);
        let formatted: String = query.fetch_one().await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert!(formatted.contains("ON CLUSTER main"), "{formatted}");
    }
    let wanted = ["insert_quorum", "distributed_foreground_insert", "insert_deduplication_token", "mutations_sync"];
    let known: Vec<String> =
        client.query("SELECT name FROM system.settings WHERE name IN ?").bind(&wanted[..]).fetch_all().await.unwrap();
    assert_eq!(known.len(), wanted.len(), "{known:?}");
}
