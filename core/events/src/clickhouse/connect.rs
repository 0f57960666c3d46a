//! The client, and the tables it finds or makes.

use std::time::Duration;

use clickhouse::{Client, sql::Identifier};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};

use super::{ClickHouseOptions, remote};
use crate::StoreError;

const COLUMNS: &str = include_str!("../../clickhouse/columns.sql");
const SINGLE: &str = include_str!("../../clickhouse/single.sql");
const TIERS: &str = include_str!("../../clickhouse/tiers.sql");
const CLUSTER: &str = include_str!("../../clickhouse/cluster.sql");

const VERSION: &str = include_str!("../../clickhouse/version.sql");
/// What was changed since the tables were first released, by the number that a store has after it. A step is made anew where a crash
/// came before it was noted, so each of its statements may be run twice.
const STEPS: &[(u32, &str)] = &[(2, include_str!("../../clickhouse/step-2.sql"))];

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The table that is read and inserted into.
pub(super) const TABLE: &str = "events";

/// A client for reading and inserting; nothing is asked yet.
pub(super) fn client(options: &ClickHouseOptions) -> Result<Client, StoreError> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT));
    let client = match &options.tls {
        Some(tls) if options.url.starts_with("https://") => {
            connector.enforce_http(false);
            let builder = HttpsConnectorBuilder::new().with_tls_config((**tls).clone()).https_only().enable_http1();
            let connector = builder.wrap_connector(connector);
            Client::with_http_client(HttpClient::builder(TokioExecutor::new()).build(connector))
        }
        None if options.url.starts_with("https://") => {
            let reason = "the address begins with https://, but nobody to trust was given".to_owned();
            return Err(StoreError::Remote { action: "connect", reason });
        }
        _ => Client::with_http_client(HttpClient::builder(TokioExecutor::new()).build(connector)),
    };
    let client = client
        .with_url(&options.url)
        .with_database(&options.database)
        // Thousands of endpoints may stand in one question.
        .with_setting("max_query_size", "33554432")
        // Who reads goes away when nobody waits for the answer.
        .with_setting("cancel_http_readonly_queries_on_client_close", "1");
    // Without a user, the server takes its default one; an empty header would be a user without a name.
    Ok(if options.user.is_empty() { client } else { client.with_user(&options.user).with_password(&options.password) })
}

/// Makes the tables that are not there, and brings those of an older release to the shape of today.
pub(super) async fn prepare(client: &Client, options: &ClickHouseOptions) -> Result<(), StoreError> {
    let template = match &options.cluster {
        None => SINGLE,
        Some(_) => CLUSTER,
    };
    if options.cluster.is_none() {
        let make = client.clone().with_database("default").query("CREATE DATABASE IF NOT EXISTS ?");
        make.bind(Identifier(&options.database)).execute().await.map_err(remote("make the database"))?;
    }
    let cluster = options.cluster.as_deref();
    for statement in filled_in(template, cluster).into_iter().chain(filled_in(VERSION, cluster)) {
        client.query_raw(&statement).execute().await.map_err(remote("make the tables"))?;
    }
    let done = client.query("SELECT max(version) FROM events_version").fetch_one::<u32>();
    let done = done.await.map_err(remote("read the version of the tables"))?;
    for (version, step) in STEPS.iter().filter(|(version, _)| *version > done) {
        tracing::info!(version, "the tables of the events are changed");
        for statement in filled_in(step, cluster) {
            client.query_raw(&statement).execute().await.map_err(remote("change the tables"))?;
        }
        let note = client.query("INSERT INTO events_version (version) SELECT toUInt32(?)").bind(version);
        note.execute().await.map_err(remote("note the version of the tables"))?;
    }
    match options.cold_after_days {
        Some(days) => tier(client, options, days).await,
        None => Ok(()),
    }
}

/// Lets the rows move to the large disk after so many days, if it is not so already: saying it again would look at all rows anew.
async fn tier(client: &Client, options: &ClickHouseOptions, days: u32) -> Result<(), StoreError> {
    let table = if options.cluster.is_some() { "events_local" } else { TABLE };
    let asked = client.query("SELECT engine_full FROM system.tables WHERE database = ? AND name = ?");
    let engine: String = asked
        .bind(&options.database)
        .bind(table)
        .fetch_one()
        .await
        .map_err(remote("read which disks the events are on"))?;
    if is_tiered(&engine, days) {
        return Ok(());
    }
    for statement in tiers(options.cluster.as_deref(), days) {
        client.query_raw(&statement).execute().await.map_err(remote("let events move to the large disk"))?;
    }
    Ok(())
}

/// Whether a table, as the server describes it, moves its rows after so many days.
fn is_tiered(engine: &str, days: u32) -> bool {
    let engine = engine.replace(' ', "");
    engine.contains(&format!("toIntervalDay({days})TOVOLUME'cold'")) && engine.contains("storage_policy='tiered'")
}

/// The statements that let rows move to the large disk after so many days.
fn tiers(cluster: Option<&str>, days: u32) -> Vec<String> {
    filled_in(&TIERS.replace("{days}", &days.to_string()), cluster)
}

/// So many days are in the statements for administrators.
const USUAL_DAYS: u32 = 60;

/// A cluster's name as it stands in a statement. What no name has is left out of it.
pub(super) fn name_of(cluster: &str) -> String {
    format!("`{}`", cluster.replace(['`', '\\', ';', '\'', '?', '{', '}'], ""))
}

/// The statements that make the tables, and those that let them have two kinds of disks, for administrators who want to run them by
/// themselves.
#[must_use]
pub fn statements(cluster: Option<&str>) -> Vec<String> {
    let first = if cluster.is_some() { CLUSTER } else { SINGLE };
    let steps = STEPS.iter().map(|(_, step)| *step);
    let tables = [first, VERSION].into_iter().chain(steps).flat_map(|template| filled_in(template, cluster));
    tables.chain(tiers(cluster, USUAL_DAYS)).collect()
}

/// The statements of a template, filled in.
fn filled_in(template: &str, cluster: Option<&str>) -> Vec<String> {
    let (table, engine) = match cluster {
        None => ("events", "MergeTree"),
        Some(_) => {
            ("events_local", "ReplicatedMergeTree('/clickhouse/tables/{database}/events_version', '{shard}-{replica}')")
        }
    };
    let on_cluster = cluster.map(|name| format!(" ON CLUSTER {}", name_of(name))).unwrap_or_default();
    let cluster = cluster.map(name_of).unwrap_or_default();
    let without_comments =
        |text: &str| text.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    let text = without_comments(template).replace("{columns}", &without_comments(COLUMNS));
    let text = text.replace("{engine}", engine).replace("{table}", table).replace("{on_cluster}", &on_cluster);
    let text = text.replace("{cluster}", &cluster);
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_has_a_replicated_table_and_one_that_finds_the_shard() {
        let statements = filled_in(CLUSTER, Some("main`; DROP TABLE x"));
        let [local, distributed] = statements.as_slice() else { panic!("two statements: {statements:?}") };
        assert!(local.contains("events_local ON CLUSTER `main DROP TABLE x`"), "{local}");
        assert!(local.contains("'/clickhouse/tables/{shard}/{database}/events_local', '{replica}'"), "{local}");
        assert!(distributed.contains("Distributed(`main DROP TABLE x`, currentDatabase(), events_local"));
    }

    #[test]
    fn one_server_has_one_table_with_every_column() {
        let statements = statements(None);
        assert!(statements[0].contains("texts_grams") && !statements[0].contains("--"), "{}", statements[0]);
        assert!(statements.iter().all(|statement| !statement.contains('{')), "{statements:?}");
    }

    #[test]
    fn a_table_that_moves_its_rows_already_is_left_alone() {
        let engine = "MergeTree PARTITION BY month ORDER BY (hour) \
                      TTL toDateTime(intDiv(received_at, 1000000)) + toIntervalDay(60) TO VOLUME 'cold' \
                      SETTINGS storage_policy = 'tiered', index_granularity = 8192";
        assert!(is_tiered(engine, 60));
        assert!(!is_tiered(engine, 6) && !is_tiered(engine, 90));
        assert!(!is_tiered("MergeTree PARTITION BY month ORDER BY (hour) SETTINGS index_granularity = 8192", 60));
    }

    #[test]
    fn steps_rise_from_the_first_release_on() {
        let numbers: Vec<_> = STEPS.iter().map(|(version, _)| *version).collect();
        assert_eq!(numbers, (2..2 + u32::try_from(STEPS.len()).unwrap()).collect::<Vec<_>>());
    }
}
