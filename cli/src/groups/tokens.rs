//! `yaguractl tokens`: API tokens.

use std::time::Duration;

use clap::Subcommand;
use serde_json::json;

use crate::{
    api::Api,
    error::CliError,
    output::Output,
    query::{Query, encoded},
    table::{Column, column},
    when::span,
};

const PATH: &str = "/api/v1/tokens";

/// API tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Tokens {
    /// List tokens
    List,
    /// Make a token; its secret is shown once
    Create {
        /// What it is for.
        label: String,
        /// A permission such as endpoints.read; may be given several times, or several with commas.
        #[arg(long = "scope", required = true, value_delimiter = ',')]
        scopes: Vec<String>,
        /// For how long: 12h, 90d; at most a year.
        #[arg(long, default_value = "90d", value_parser = span)]
        expires: Duration,
        /// Why logs are read with it; required with events.read.
        #[arg(long)]
        purpose: Option<String>,
    },
    /// Make a token worthless
    Revoke {
        /// Its id.
        id: String,
    },
}

const LIST: &[Column] = &[
    column("LABEL", "/label"),
    column("SCOPES", "/scopes"),
    column("BY", "/created_by"),
    column("EXPIRES (UTC)", "/expires_at"),
    column("LAST USED (UTC)", "/last_used_at"),
    column("REVOKED (UTC)", "/revoked_at"),
    column("ID", "/id"),
];

const CREATED: &[Column] = &[
    column("id", "/token/id"),
    column("label", "/token/label"),
    column("scopes", "/token/scopes"),
    column("expires", "/token/expires_at"),
    column("secret", "/secret"),
];

const SHOW: &[Column] = &[column("id", "/id"), column("label", "/label"), column("revoked", "/revoked_at")];

pub(crate) async fn run(api: &Api, output: &Output, command: Tokens) -> Result<(), CliError> {
    match command {
        Tokens::List => output.list(LIST, &api.list(&Query::new(PATH), None).await?),
        Tokens::Create { label, scopes, expires, purpose } => {
            let new = json!({"label": label, "scopes": scopes, "expires_in_s": expires.as_secs(), "purpose": purpose});
            output.one(CREATED, &api.post(PATH, new).await?)
        }
        Tokens::Revoke { id } => {
            let path = format!("{PATH}/{}/revoke", encoded(&id));
            output.one(SHOW, &api.post(&path, json!({})).await?)
        }
    }
}
