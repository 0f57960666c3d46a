//! Licences of everything that is built in, as SPDX expressions. A licence not listed here is refused until somebody has
//! read it.

use anyhow::Context as _;
use serde_json::Value;

use crate::files::File;

/// Licences that let Yagura be shipped under Apache-2.0 without conditions on its own source.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    // libbz2-rs-sys: BSD in other words, with the names of its sources kept.
    "bzip2-1.0.6",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

pub(super) fn violations(metadata: &Value, locks: &[File]) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().context("cargo metadata names no packages")? {
        let name = package["name"].as_str().unwrap_or_default();
        found.extend(refused(name, package["license"].as_str()));
    }
    for lock in locks {
        let content: Value = serde_json::from_str(&lock.text).with_context(|| format!("reading {}", lock.path))?;
        let packages = content["packages"].as_object().with_context(|| format!("{} names no packages", lock.path))?;
        for (path, package) in packages {
            if package["resolved"].as_str().is_some_and(|address| address.contains("://")) {
                found.push(format!(
                    "{}: {path} names the host it came from (run npm with the repository's .npmrc)",
                    lock.path
                ));
            }
            // Tools stay on the machine that builds; links are our own workspaces.
            if path.starts_with("node_modules/") && package["dev"] != true && package["link"] != true {
                found.extend(refused(path, package["license"].as_str()));
            }
        }
    }
    Ok(found)
}

fn refused(name: &str, licence: Option<&str>) -> Option<String> {
    match licence {
        None => Some(format!("{name} names no licence")),
        Some(expression) if !permits(expression) => {
            Some(format!("{name} is under {expression}, which is not on the list of licences"))
        }
        Some(_) => None,
    }
}

/// Whether the SPDX expression leaves a choice that is allowed. `/` is cargo's older word for OR.
fn permits(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    any(&mut rest) == Some(true) && rest.is_empty()
}

// The three levels of the grammar; none, where the expression breaks off.

fn any(words: &mut &[&str]) -> Option<bool> {
    let mut answer = all(words)?;
    while take(words, "OR") {
        answer |= all(words)?;
    }
    Some(answer)
}

fn all(words: &mut &[&str]) -> Option<bool> {
    let mut answer = one(words)?;
    while take(words, "AND") {
        answer &= one(words)?;
    }
    Some(answer)
}

fn one(words: &mut &[&str]) -> Option<bool> {
    if take(words, "(") {
        let answer = any(words)?;
        return take(words, ")").then_some(answer);
    }
    let (licence, rest) = words.split_first()?;
    *words = rest;
    if take(words, "WITH") {
        // An exception only ever gives more freedom than the licence itself.
        *words = words.get(1..)?;
    }
    Some(ALLOWED.contains(licence))
}

fn take(words: &mut &[&str], wanted: &str) -> bool {
    match words.split_first() {
        Some((word, rest)) if *word == wanted => {
            *words = rest;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, permitted: bool) {
        assert_eq!(permits(expression), permitted, "{expression}");
    }

    #[test]
    fn one_free_choice_is_enough() {
        check("MIT", true);
        check("MIT/Apache-2.0", true);
        check("GPL-3.0-only OR MIT", true);
        check("Apache-2.0 WITH LLVM-exception OR MIT", true);
    }

    #[test]
    fn everything_joined_by_and_must_be_free() {
        check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
        check("MIT AND GPL-2.0-only", false);
        check("MIT AND (GPL-2.0-only OR MPL-2.0)", false);
    }

    #[test]
    fn copyleft_and_unreadable_expressions_are_refused() {
        for expression in ["AGPL-3.0-only", "GPL-2.0", "MPL-2.0", "", "MIT OR", "SEE LICENSE IN x"] {
            check(expression, false);
        }
    }
}
