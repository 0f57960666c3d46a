//! `yaguractl commands`: orders to endpoints.

use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::endpoints::id_of;
use crate::{
    api::Api,
    error::CliError,
    output::Output,
    query::{Query, encoded},
    table::{Column, column},
    when::span,
};

const PATH: &str = "/api/v1/commands";

/// Orders to endpoints.
#[derive(Debug, Subcommand)]
pub(crate) enum Commands {
    /// Give an order
    Run {
        /// What: inventory.refresh, notice.show, ...
        name: String,
        /// Id or host name of a machine; may be given several times.
        #[arg(long = "endpoint", required = true, value_name = "ID_OR_HOSTNAME")]
        endpoints: Vec<String>,
        /// The arguments, a JSON object.
        #[arg(long, value_name = "JSON", value_parser = object)]
        args: Option<Value>,
        /// For how long it waits for machines that are off: 2h, 30d.
        #[arg(long, value_parser = span)]
        expires: Option<Duration>,
    },
    /// List orders, newest first
    List {
        /// Id or host name of a machine.
        #[arg(long)]
        endpoint: Option<String>,
        /// queued, nudged, fetched, accepted, done, failed, expired or cancelled.
        #[arg(long)]
        state: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show one order and how it went
    Show {
        /// Its id.
        id: String,
    },
    /// Take an order back that has not been begun
    Cancel {
        /// Its id.
        id: String,
    },
}

const LIST: &[Column] = &[
    column("CREATED (UTC)", "/created_at"),
    column("NAME", "/name"),
    column("HOSTNAME", "/endpoint/hostname"),
    column("STATE", "/state"),
    column("BY", "/created_by"),
    column("ERROR", "/error"),
    column("ID", "/id"),
];

const SHOW: &[Column] = &[
    column("id", "/id"),
    column("name", "/name"),
    column("hostname", "/endpoint/hostname"),
    column("state", "/state"),
    column("arguments", "/args"),
    column("created", "/created_at"),
    column("by", "/created_by"),
    column("expires", "/expires_at"),
    column("result", "/result"),
    column("error", "/error"),
];

const HISTORY: &[Column] = &[column("TIME (UTC)", "/at"), column("STATE", "/state")];

pub(crate) async fn run(api: &Api, output: &Output, command: Commands) -> Result<(), CliError> {
    match command {
        Commands::Run { name, endpoints, args, expires } => {
            let mut ids = Vec::with_capacity(endpoints.len());
            for endpoint in &endpoints {
                ids.push(id_of(api, endpoint).await?);
            }
            let mut order = json!({"name": name, "endpoints": ids, "args": args.unwrap_or_else(|| json!({}))});
            if let Some(expires) = expires {
                order["expires_in_s"] = expires.as_secs().into();
            }
            let page = api.post(PATH, order).await?;
            output.list(LIST, page["items"].as_array().map(Vec::as_slice).unwrap_or_default())
        }
        Commands::List { endpoint, state, limit } => {
            let query = Query::new(PATH).with("endpoint", endpoint).with("state", state);
            output.list(LIST, &api.list(&query, Some(limit)).await?)
        }
        Commands::Show { id } => show(output, &api.get(&Query::new(format!("{PATH}/{}", encoded(&id)))).await?),
        Commands::Cancel { id } => {
            let path = format!("{PATH}/{}/cancel", encoded(&id));
            show(output, &api.post(&path, json!({})).await?)
        }
    }
}

fn show(output: &Output, command: &Value) -> Result<(), CliError> {
    output.one(SHOW, command)?;
    match command["history"].as_array() {
        Some(history) if !output.is_json() => {
            output.text("")?;
            output.list(HISTORY, history)
        }
        _ => Ok(()),
    }
}

/// Reads a JSON object.
fn object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("it is JSON, but not an object such as {\"title\": \"...\"}".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
