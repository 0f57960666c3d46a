//! `yaguractl vulnerabilities`: what is weak, and where.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::{
    api::Api,
    error::CliError,
    groups::endpoints::id_of,
    output::Output,
    query::Query,
    table::{Column, column},
};

/// What is weak.
#[derive(Debug, Subcommand)]
pub(crate) enum Vulnerabilities {
    /// List what machines suffer from, one line for each machine and package
    List {
        /// Only of this endpoint: its id or host name.
        #[arg(long, value_name = "ID_OR_HOSTNAME")]
        endpoint: Option<String>,
        /// Only of these severities, between commas: critical, high, medium, low, unknown.
        #[arg(long)]
        severity: Option<String>,
        /// Only of this part: os, patches, `third_party`, remote.
        #[arg(long)]
        part: Option<String>,
        /// Only of this weakness: CVE-2026-1000.
        #[arg(long)]
        cve: Option<String>,
        /// Only what should have been mended by now.
        #[arg(long)]
        overdue: bool,
        /// How they stand: open, `no_fix`, `will_not_fix`, excepted, all.
        #[arg(long)]
        standing: Option<String>,
    },
}

const LIST: &[Column] = &[
    column("ENDPOINT", "/endpoint"),
    column("PACKAGE", "/package"),
    column("INSTALLED", "/installed"),
    column("FIXED", "/fixed"),
    column("SOURCE", "/source"),
    column("SEVERITY", "/severity"),
    column("CVE", "/cve"),
    column("EVIDENCE", "/evidence"),
];

/// A finding as it is printed: what other programs read keeps these eight, in this order.
fn line(item: &Value) -> Value {
    let words = |value: &Value| match value {
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    json!({
        "endpoint": item["endpoint"], "package": item["package"], "installed": item["installed"], "fixed": item["fixed"],
        "source": item["source"], "severity": item["severity"], "cve": item["cve"], "evidence": words(&item["evidence"]),
    })
}

pub(crate) async fn run(api: &Api, output: &Output, command: Vulnerabilities) -> Result<(), CliError> {
    let Vulnerabilities::List { endpoint, severity, part, cve, overdue, standing } = command;
    let asset = match endpoint {
        Some(endpoint) => Some(id_of(api, &endpoint).await?),
        None => None,
    };
    let query = Query::new("/api/v1/vulnerabilities/findings")
        .with("asset", asset)
        .with("severity", severity)
        .with("part", part)
        .with("weakness", cve)
        .with("overdue", overdue.then_some(true))
        .with("standing", standing);
    if !output.is_json() {
        let items: Vec<Value> = api.list(&query, None).await?.iter().map(line).collect();
        return output.list(LIST, &items);
    }
    // There may be millions: each page is printed before the next is asked for.
    let mut cursor: Option<String> = None;
    loop {
        let page = api.get(&query.clone().with("limit", Some(1000)).with("cursor", cursor)).await?;
        for item in page["items"].as_array().into_iter().flatten() {
            output.json_line(&line(item))?;
        }
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_what_other_programs_read_and_nothing_else() {
        let item = json!({"asset_id": "1", "endpoint": "pc-1", "package": "openssl", "installed": "3.0.11-1", "fixed": "3.0.17-1",
            "source": "debian", "severity": "high", "cve": "CVE-2026-1", "evidence": ["updater", "vendor"], "since": "x", "overdue": false});
        let expected = json!({"endpoint": "pc-1", "package": "openssl", "installed": "3.0.11-1", "fixed": "3.0.17-1",
            "source": "debian", "severity": "high", "cve": "CVE-2026-1", "evidence": "updater,vendor"});
        assert_eq!(line(&item), expected);
    }
}
