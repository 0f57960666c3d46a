//! `yaguractl feeds`: where it is known from what is weak.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use crate::{
    api::{Api, Body},
    error::CliError,
    output::Output,
    query::{Query, encoded},
    source::Source,
    table::{Column, column},
};

/// Feeds of vulnerabilities.
#[derive(Debug, Subcommand)]
pub(crate) enum Feeds {
    /// List feeds: how old each is, and what failed
    List,
    /// Import a feed from a file, and wait until it is taken over
    Import {
        /// The feed's id, as `feeds list` shows it.
        feed: String,
        /// The file, plain or packed as gzip, zstd, bzip2, xz or zip; `-` for the standard input.
        file: PathBuf,
        /// Its SHA-256 in hexadecimal digits: a file with another one is refused.
        #[arg(long)]
        sha256: Option<String>,
        /// Its `.minisig`, where the feed has a public key.
        #[arg(long, value_name = "FILE")]
        signature: Option<PathBuf>,
        /// Do not wait.
        #[arg(long)]
        no_wait: bool,
    },
    /// Show the last imports and how they went
    Status,
    /// Write down a key by which the publisher knows us, as the NVD hands one out
    Key {
        /// The feed's id, as `feeds list` shows it.
        feed: String,
        /// A file with the key; `-` for the standard input. Never on the command line, where others see it.
        #[arg(required_unless_present = "remove")]
        file: Option<PathBuf>,
        /// Take the key away instead.
        #[arg(long, conflicts_with = "file")]
        remove: bool,
    },
}

const LIST: &[Column] = &[
    column("FEED", "/id"),
    column("NAME", "/name"),
    column("STATE", "/state"),
    column("ENABLED", "/enabled"),
    column("GOOD", "/good_at"),
    column("RECORDS", "/records"),
    column("FAILURE", "/failure"),
];

const STATUS: &[Column] = &[
    column("IMPORT", "/id"),
    column("FEED", "/feed"),
    column("STATE", "/state"),
    column("READ", "/read"),
    column("CHANGED", "/changed"),
    column("SKIPPED", "/skipped"),
    column("STARTED", "/started_at"),
    column("FAILURE", "/failure"),
];

const ONE: &[Column] = &[
    column("import", "/id"),
    column("feed", "/feed"),
    column("state", "/state"),
    column("read", "/read"),
    column("changed", "/changed"),
    column("skipped", "/skipped"),
    column("failure", "/failure"),
];

const KEY: &[Column] = &[column("feed", "/id"), column("name", "/name"), column("key", "/has_api_key")];

/// How often is looked whether an import has ended.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) async fn run(api: &Api, output: &Output, command: Feeds) -> Result<(), CliError> {
    match command {
        Feeds::List => output.list(LIST, &api.list(&Query::new("/api/v1/vulnerabilities/feeds"), None).await?),
        Feeds::Status => output.list(STATUS, &api.list(&Query::new("/api/v1/vulnerabilities/imports"), None).await?),
        Feeds::Key { feed, file, remove: _ } => {
            let key = file.as_deref().map(read).transpose()?.unwrap_or_default();
            let path = format!("/api/v1/vulnerabilities/feeds/{}", encoded(&feed));
            let known = api.get(&Query::new(path.clone())).await?;
            let body = json!({"url": known["url"], "every_s": known["every_s"], "enabled": known["enabled"],
                "public_key": known["public_key"], "api_key": key.trim()});
            let changed = api.send(Method::PUT, &path, Body::Json(body), known["etag"].as_str()).await?.body;
            output.one(KEY, &changed)
        }
        Feeds::Import { feed, file, sha256, signature, no_wait } => {
            let source = Source::open(&file)?;
            let signature = signature.map(|file| read(&file)).transpose()?;
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
            let query = Query::new(format!("/api/v1/vulnerabilities/feeds/{}/import", encoded(&feed)))
                .with("name", name)
                .with("sha256", sha256)
                .with("signature", signature);
            let begun = api.upload(query.as_str(), source).await?.body;
            let id = begun["import_id"].as_str().unwrap_or_default().to_owned();
            let ended = end(api, &id, no_wait).await?;
            output.one(ONE, &ended)?;
            match ended["state"].as_str() {
                Some("done" | "running") => Ok(()),
                _ => Err(CliError::Failed(format!("{} was not taken over; what was known stays", file.display()))),
            }
        }
    }
}

/// The import when it has ended, or as it is now.
async fn end(api: &Api, id: &str, no_wait: bool) -> Result<Value, CliError> {
    loop {
        let import = api.get(&Query::new(format!("/api/v1/vulnerabilities/imports/{}", encoded(id)))).await?;
        if no_wait || import["state"] != "running" {
            return Ok(import);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn read(file: &Path) -> Result<String, CliError> {
    let failed = |error| CliError::Usage(format!("failed to read {}: {error}", file.display()));
    let is_input = file == Path::new("-");
    let text = if is_input { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    text.map_err(failed)
}
