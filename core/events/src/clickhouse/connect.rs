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

/// Makes the tables that are not there.
pub(super) async fn prepare(client: &Client, options: &ClickHouseOptions) -> Result<(), StoreError> {
    let template = match &options.cluster {
        None => SINGLE,
        Some(_) => CLUSTER,
    };
    if options.cluster.is_none() {
        let make = client.clone().with_database("default").query("CREATE DATABASE IF NOT EXISTS ?");
        make.bind(Identifier(&options.database)).execute().await.map_err(remote("make the database"))?;
    }
    for statement in filled_in(template, options.cluster.as_deref()) {
        client.query_raw(&statement).execute().await.map_err(remote("make the tables"))?;
    }
    Ok(())
}

/// A cluster's name as it stands in a statement. What no name has is left out of it.
pub(super) fn name_of(cluster: &str) -> String {
    format!("`{}`", cluster.replace(['`', '\\', ';', '\'', '?', '{', '}'], ""))
}

/// The statements that make the tables, and for a cluster those that let them have two kinds of disks, for administrators who
/// want to run them by themselves.
#[must_use]
pub fn statements(cluster: Option<&str>) -> Vec<String> {
    match cluster {
        None => filled_in(SINGLE, None),
        Some(_) => [CLUSTER, TIERS].into_iter().flat_map(|template| filled_in(template, cluster)).collect(),
    }
}

/// The statements of a template, filled in.
fn filled_in(template: &str, cluster: Option<&str>) -> Vec<String> {
    let cluster = cluster.map(name_of).unwrap_or_default();
    let without_comments =
        |text: &str| text.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    let text = without_comments(template).replace("{columns}", &without_comments(COLUMNS));
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
        assert_eq!(statements.len(), 1);
        assert!(statements[0].contains("texts_grams") && !statements[0].contains("--"), "{}", statements[0]);
    }
}
