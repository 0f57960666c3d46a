//! The programs' own build graphs: what cargo really builds into each.

use std::{collections::BTreeSet, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use serde_json::Value;

/// A program, and what must not be in it.
const KEPT_OUT: &[(&str, &[&str])] = &[
    (
        "yagura-agent",
        &["axum", "sqlx", "sqlx-core", "utoipa", "yagura-server-kit", "parquet", "arrow-array", "clickhouse"],
    ),
    (
        "yagura-session",
        &["axum", "sqlx", "sqlx-core", "utoipa", "yagura-server-kit", "parquet", "arrow-array", "aya", "clickhouse"],
    ),
    ("yagura-server", &["aya", "aya-obj", "yagura-sensors", "yagura-platform", "yagura-agent-kit"]),
    // It reads the catalogue of an event store to verify it off line, hence sqlx.
    ("yaguractl", &["axum", "utoipa", "aya", "yagura-platform", "yagura-server-kit", "clickhouse"]),
];

pub(super) fn violations(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for (program, kept_out) in KEPT_OUT {
        let tree =
            cargo(root, &["tree", "--locked", "-p", program, "-e", "normal", "--prefix", "none", "--no-dedupe"])?;
        found.extend(intruders(&tree, kept_out).iter().map(|name| format!("{program} is built with {name}, which must stay out of it (see: cargo tree -p {program} -e normal -i {name})")));
    }
    Ok(found)
}

/// Those of `kept_out` that stand in the output of `cargo tree --prefix none`.
fn intruders<'a>(tree: &str, kept_out: &[&'a str]) -> BTreeSet<&'a str> {
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    kept_out.iter().copied().filter(|name| names.contains(name)).collect()
}

/// What `cargo metadata` says of the workspace and everything it uses.
///
/// # Errors
/// When cargo does not run, or Cargo.lock is not up to date.
pub(super) fn metadata(root: &Path) -> anyhow::Result<Value> {
    let json = cargo(root, &["metadata", "--locked", "--format-version", "1"])?;
    serde_json::from_str(&json).context("reading the answer of cargo metadata")
}

fn cargo(root: &Path, args: &[&str]) -> anyhow::Result<String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let what = || format!("running cargo {}", args.join(" "));
    let output = Command::new(program).args(args).current_dir(root).output().with_context(what)?;
    ensure!(output.status.success(), "{}: {}", what(), String::from_utf8_lossy(&output.stderr).trim());
    String::from_utf8(output.stdout).with_context(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_deep_in_the_graph_is_seen() {
        let tree = "yagura-agent v0.1.0 (/x)\nyagura-kit v0.1.0 (/y)\nsqlx v0.9.0\n";
        assert_eq!(intruders(tree, &["axum", "sqlx"]), BTreeSet::from(["sqlx"]));
    }

    #[test]
    fn a_crate_with_a_similar_name_is_not_taken_for_it() {
        assert_eq!(intruders("axum-core v0.5.0\n", &["axum"]), BTreeSet::new());
    }
}
