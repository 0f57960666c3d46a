//! Which crate may name which, as the manifests say it. Features are known to the programs only.

use anyhow::Context as _;
use toml::{Table, Value};

use crate::files::File;

/// Folders whose crates stand below the features and so know none.
const BELOW: &[&str] = &[
    "engine/",
    "core/",
    "channels/",
    "agent/kit/",
    "agent/platform/",
    "agent/records/",
    "agent/sensors/",
    "server/kit/",
];

pub(super) fn violations(manifests: &[File]) -> anyhow::Result<Vec<String>> {
    let mut crates = Vec::new();
    for file in manifests {
        let manifest: Table = file.text.parse().with_context(|| format!("reading {}", file.path))?;
        if let Some(name) = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str) {
            crates.push((file.path.as_str(), name.to_owned(), manifest));
        }
    }
    let features: Vec<&str> =
        crates.iter().filter(|(path, ..)| path.starts_with("features/")).map(|(_, name, _)| name.as_str()).collect();
    let mut found = Vec::new();
    for (path, name, manifest) in &crates {
        for (dependency, sides) in dependencies(manifest) {
            if !features.contains(&dependency.as_str()) || dependency == *name {
                continue;
            }
            if BELOW.iter().any(|folder| path.starts_with(folder)) {
                found.push(format!("{path}: {name} stands below the features and must not know {dependency}"));
            }
            // What lies in the feature's own folder (its fuzz targets) is the feature.
            let own = crates.iter().any(|(other, name, _)| {
                *name == dependency && other.strip_suffix("Cargo.toml").is_some_and(|folder| path.starts_with(folder))
            });
            if !own && path.starts_with("features/") && sides.iter().any(|side| side == "agent" || side == "server") {
                found.push(format!(
                    "{path}: a feature may use the pure modules of {dependency}, not its agent or server side"
                ));
            }
        }
    }
    Ok(found)
}

/// Every ordinary dependency, for whatever system, with the cargo features asked of it.
fn dependencies(manifest: &Table) -> Vec<(String, Vec<String>)> {
    let systems = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = systems.filter_map(Value::as_table).chain([manifest]);
    let mut all = Vec::new();
    for table in tables.filter_map(|table| table.get("dependencies")).filter_map(Value::as_table) {
        for (name, value) in table {
            let sides = value.get("features").and_then(Value::as_array).into_iter().flatten();
            all.push((name.clone(), sides.filter_map(Value::as_str).map(str::to_owned).collect()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, dependency: &str, broken: usize) {
        let file = |path: &str, text: String| File { path: path.to_owned(), text };
        let manifests = [
            file("features/a/Cargo.toml", "[package]\nname = \"yagura-a\"".to_owned()),
            file(path, format!("[package]\nname = \"yagura-b\"\n[dependencies]\n{dependency}\n")),
        ];
        let found = violations(&manifests).unwrap();
        assert_eq!(found.len(), broken, "{found:?}");
    }

    #[test]
    fn what_stands_below_the_features_knows_none() {
        check("core/b/Cargo.toml", "yagura-a.workspace = true", 1);
        check("engine/b/Cargo.toml", "yagura-a = { workspace = true, optional = true }", 1);
        check("server/app/Cargo.toml", "yagura-a = { workspace = true, features = [\"server\"] }", 0);
        check("core/b/Cargo.toml", "serde.workspace = true", 0);
    }

    #[test]
    fn features_share_pure_modules_only() {
        check("features/b/Cargo.toml", "yagura-a.workspace = true", 0);
        check("features/b/Cargo.toml", "yagura-a = { workspace = true, features = [\"agent\"] }", 1);
        check("features/a/fuzz/Cargo.toml", "yagura-a = { path = \"..\", features = [\"agent\"] }", 0);
    }
}
