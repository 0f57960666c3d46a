//! What every feature brings, and the one list of what works.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Context as _;

/// What a feature's row may say of a system.
const STATUSES: &[&str] = &["works", "partly", "planned", "compiled, not run", "does not apply"];
const LIST: &str = "docs/features.csv";
const COLUMNS: &[&str] = &["id", "area", "feature", "linux", "windows", "macos", "scenario", "note"];

pub(super) fn violations(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let folder = root.join("features");
    for entry in fs::read_dir(&folder).context("reading the folder features")? {
        let path = entry.context("reading the folder features")?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for wanted in ["README.md", "Cargo.toml"] {
            if path.is_dir() && !path.join(wanted).is_file() {
                found.push(format!("features/{name} has no {wanted}"));
            }
        }
    }
    let list = fs::read_to_string(root.join(LIST)).with_context(|| format!("reading {LIST}"))?;
    found.extend(list_violations(&list, |scenario| root.join(scenario).is_file()));
    Ok(found)
}

fn list_violations(list: &str, scenario_exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for (index, line) in list.lines().enumerate() {
        let at = format!("{LIST}:{}", index + 1);
        let row = fields(line);
        if index == 0 || row.len() != COLUMNS.len() {
            if row != COLUMNS {
                found.push(format!("{at}: needs the columns {}", COLUMNS.join(",")));
            }
            continue;
        }
        if !ids.insert(row[0].clone()) {
            found.push(format!("{at}: {} stands there twice", row[0]));
        }
        for status in &row[3..6] {
            if !STATUSES.contains(&status.as_str()) {
                found.push(format!("{at}: \"{status}\" is no status; they are {}", STATUSES.join(", ")));
            }
        }
        for scenario in row[6].split_whitespace().filter(|scenario| !scenario_exists(scenario)) {
            found.push(format!("{at}: there is no {scenario}"));
        }
        if row[3..6].iter().any(|status| status == "works") && row[6].is_empty() {
            found.push(format!("{at}: {} works, says the row, but names no test that shows it", row[0]));
        }
    }
    found
}

/// The fields of one line of RFC 4180 text; a field spans no lines here.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            _ => field.push(c),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &str, broken: usize) {
        let list = format!("{}\n{rows}", COLUMNS.join(","));
        let found = list_violations(&list, |scenario| scenario == "scenarios/tests/a01.rs");
        assert_eq!(found.len(), broken, "{found:?}");
    }

    #[test]
    fn a_row_names_each_system_and_a_scenario_that_exists() {
        check("A01,Asset,\"one, two\",works,\"compiled, not run\",planned,scenarios/tests/a01.rs,\n", 0);
        check("A01,Asset,x,works,planned,planned,scenarios/tests/gone.rs,\n", 1);
        check("A01,Asset,x,finished,planned,planned,,\n", 1);
        check("A01,Asset,x,planned\n", 1);
    }

    #[test]
    fn what_works_names_the_test_that_shows_it() {
        check("A01,Asset,x,works,planned,planned,,\n", 1);
        check("A01,Asset,x,partly,planned,planned,,\n", 0);
    }

    #[test]
    fn each_feature_stands_there_once() {
        check("A01,a,x,planned,planned,planned,,\nA01,a,x,planned,planned,planned,,\n", 1);
    }
}
