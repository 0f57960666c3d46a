//! `yaguractl people`: the organisation's list of people.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use http::Method;

use crate::{
    api::{Api, Body},
    error::CliError,
    output::Output,
    query::Query,
    table::{Column, column},
};

/// People.
#[derive(Debug, Subcommand)]
pub(crate) enum People {
    /// Import people from a CSV file: all of it, or nothing if anything in it is wrong
    Import {
        /// The file, in UTF-8 or CP932; `-` for the standard input.
        file: PathBuf,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
    },
}

const SHOW: &[Column] = &[
    column("encoding", "/encoding"),
    column("rows", "/rows"),
    column("created", "/created"),
    column("updated", "/updated"),
    column("unchanged", "/unchanged"),
    column("applied", "/applied"),
];

const ERRORS: &[Column] =
    &[column("LINE", "/line"), column("COLUMN", "/column"), column("ERROR", "/code"), column("VALUE", "/value")];

pub(crate) async fn run(api: &Api, output: &Output, command: People) -> Result<(), CliError> {
    let People::Import { file, dry_run } = command;
    let bytes = read(&file)?;
    let query = Query::new("/api/v1/people/import").with("dry_run", Some(dry_run));
    let imported = api.send(Method::POST, query.as_str(), Body::File("text/csv", bytes.into()), None).await?.body;
    output.one(SHOW, &imported)?;
    let errors = imported["errors"].as_array().filter(|errors| !errors.is_empty());
    let Some(errors) = errors else { return Ok(()) };
    if !output.is_json() {
        output.text("")?;
        output.list(ERRORS, errors)?;
    }
    Err(CliError::Failed(format!("nothing was imported from {}; errors: {}", file.display(), errors.len())))
}

fn read(file: &Path) -> Result<Vec<u8>, CliError> {
    let failed = |error| CliError::Usage(format!("failed to read {}: {error}", file.display()));
    if file != Path::new("-") {
        return std::fs::read(file).map_err(failed);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
