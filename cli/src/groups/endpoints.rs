//! `yaguractl endpoints`: machines.

use clap::Subcommand;
use serde_json::Value;

use crate::{
    api::Api,
    error::CliError,
    output::Output,
    query::{Query, encoded},
    table::{Column, column},
};

/// Machines.
#[derive(Debug, Subcommand)]
pub(crate) enum Endpoints {
    /// List machines
    List {
        /// Part of the host name, the address or the primary user's name.
        text: Option<String>,
        /// Only these: windows, macos, linux, android, ios.
        #[arg(long)]
        os: Option<String>,
        /// Only these: online, offline, silent, pending, retired.
        #[arg(long)]
        state: Option<String>,
        /// At most so many.
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show one machine
    Show {
        /// Its id or host name.
        #[arg(value_name = "ID_OR_HOSTNAME")]
        endpoint: String,
    },
}

const LIST: &[Column] = &[
    column("HOSTNAME", "/hostname"),
    column("STATE", "/state"),
    column("OS", "/os_name"),
    column("GROUP", "/group/path"),
    column("USER", "/primary_user/name"),
    column("IP", "/ip"),
    column("AGENT", "/agent_version"),
    column("LAST SEEN (UTC)", "/last_seen"),
    column("ID", "/id"),
];

const SHOW: &[Column] = &[
    column("id", "/id"),
    column("hostname", "/hostname"),
    column("state", "/state"),
    column("os", "/os_name"),
    column("group", "/group/path"),
    column("primary user", "/primary_user/name"),
    column("ip", "/ip"),
    column("agent version", "/agent_version"),
    column("enrolled", "/enrolled_at"),
    column("last seen", "/last_seen"),
    column("hardware id", "/hardware_id"),
    column("clock ahead, ms", "/clock_skew_ms"),
    column("clone suspected", "/clone_suspected"),
];

const SENSORS: &[Column] = &[
    column("SENSOR", "/sensor"),
    column("SOURCE", "/source"),
    column("HEALTH", "/health"),
    column("REASON", "/reason"),
    column("SEEN", "/seen"),
    column("LOST", "/lost"),
];

pub(crate) async fn run(api: &Api, output: &Output, command: Endpoints) -> Result<(), CliError> {
    match command {
        Endpoints::List { text, os, state, limit } => {
            let query = Query::new("/api/v1/endpoints").with("q", text).with("os", os).with("state", state);
            output.list(LIST, &api.list(&query, limit).await?)
        }
        Endpoints::Show { endpoint } => {
            let id = id_of(api, &endpoint).await?;
            let endpoint = api.get(&Query::new(format!("/api/v1/endpoints/{}", encoded(&id)))).await?;
            output.one(SHOW, &endpoint)?;
            match endpoint["sensors"].as_array() {
                Some(sensors) if !output.is_json() && !sensors.is_empty() => {
                    output.text("")?;
                    output.list(SENSORS, sensors)
                }
                _ => Ok(()),
            }
        }
    }
}

/// The id of the endpoint with this id or host name.
pub(crate) async fn id_of(api: &Api, id_or_hostname: &str) -> Result<String, CliError> {
    if is_id(id_or_hostname) {
        return Ok(id_or_hostname.to_owned());
    }
    let found = api.list(&Query::new("/api/v1/endpoints").with("q", Some(id_or_hostname)), None).await?;
    named(&found, id_or_hostname)
        .ok_or_else(|| CliError::Failed(format!("there is no endpoint `{id_or_hostname}`, or you may not see it")))
}

/// Whether the text is a UUID, which no host name looks like.
fn is_id(text: &str) -> bool {
    text.parse::<yagura_vocabulary::id::EndpointId>().is_ok()
}

/// Of those with this very name, the one enrolled last that is not retired: ids sort by age.
fn named(endpoints: &[Value], hostname: &str) -> Option<String> {
    let same = |endpoint: &&Value| {
        endpoint["hostname"].as_str().is_some_and(|name| name.to_lowercase() == hostname.to_lowercase())
    };
    let key =
        |endpoint: &Value| (endpoint["state"] != "retired", endpoint["id"].as_str().unwrap_or_default().to_owned());
    endpoints.iter().filter(same).map(key).max().map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(hostname: &str, expected: Option<&str>) {
        let endpoints = [
            json!({"id": "1", "hostname": "PC-1", "state": "online"}),
            json!({"id": "2", "hostname": "pc-1", "state": "offline"}),
            json!({"id": "3", "hostname": "pc-1", "state": "retired"}),
            json!({"id": "4", "hostname": "pc-10", "state": "online"}),
        ];
        assert_eq!(named(&endpoints, hostname).as_deref(), expected);
    }

    #[test]
    fn a_name_means_the_machine_enrolled_last_that_is_in_service() {
        check("pc-1", Some("2"));
    }

    #[test]
    fn a_part_of_a_name_means_nothing() {
        check("pc", None);
    }
}
