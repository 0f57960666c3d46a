//! The invariants of ARCHITECTURE.md that a program can check.

mod documents;
mod features;
mod graph;
mod licences;
mod manifests;
mod sizes;
mod source;

use std::{path::Path, process::ExitCode};

use crate::{files, say};

/// Checks everything and prints what is wrong, one line each, and what is only worth knowing.
///
/// # Errors
/// When git or cargo do not run here, or answer with something unreadable.
pub(crate) fn run(root: &Path) -> anyhow::Result<ExitCode> {
    let code = files::read(root, &[".rs", ".ts", ".tsx"])?;
    let metadata = graph::metadata(root)?;
    let mut violations = source::violations(&code);
    violations.extend(manifests::violations(&files::read(root, &["Cargo.toml"])?)?);
    violations.extend(graph::violations(root)?);
    violations.extend(licences::violations(&metadata, &files::read(root, &["package-lock.json"])?)?);
    violations.extend(features::violations(root)?);
    violations.extend(documents::violations(&files::read(root, &[".md"])?, &files::names(root)?));
    for line in sizes::report(&code) {
        say(&format!("tidy: {line}"));
    }
    for violation in &violations {
        say(&format!("tidy: {violation}"));
    }
    if violations.is_empty() {
        say("tidy: every rule holds");
        Ok(ExitCode::SUCCESS)
    } else {
        say(&format!("tidy: {} rules broken", violations.len()));
        Ok(ExitCode::FAILURE)
    }
}
