//! The only place that writes to standard output: scripts read it, so nothing but results may stand there.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::ValueEnum;
use serde_json::Value;

use crate::{
    error::CliError,
    table::{self, Column},
};

/// How results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs: the API's own names and values.
    Json,
}

/// Where results go.
#[derive(Debug)]
pub(crate) struct Output {
    format: Format,
}

impl Output {
    /// Results in this format.
    pub(crate) const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether a program reads.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Shows a list: one JSON array, or a table.
    pub(crate) fn list(&self, columns: &[Column], items: &[Value]) -> Result<(), CliError> {
        match self.format {
            Format::Json => self.json(&Value::from(items)),
            Format::Table => self.text(&table::rows(columns, items)),
        }
    }

    /// Shows one thing: one JSON object, or its fields line by line.
    pub(crate) fn one(&self, columns: &[Column], item: &Value) -> Result<(), CliError> {
        match self.format {
            Format::Json => self.json(item),
            Format::Table => self.text(&table::fields(columns, item)),
        }
    }

    /// Writes one JSON document.
    pub(crate) fn json(&self, value: &Value) -> Result<(), CliError> {
        self.text(&format!("{value:#}"))
    }

    /// Writes a value in one line of its own, at once.
    pub(crate) fn json_line(&self, value: &Value) -> Result<(), CliError> {
        self.text(&value.to_string())
    }

    /// Writes text and ends its line. Not by `println!`, which panics when the reader has gone (`| head`).
    pub(crate) fn text(&self, text: &str) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        match writeln!(out, "{text}").and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(CliError::Closed),
            Err(error) => Err(CliError::Failed(format!("failed to write to the standard output: {error}"))),
        }
    }

    /// Tells the person something that is not part of the result.
    pub(crate) fn note(&self, text: &str) {
        eprintln!("{text}");
    }

    /// Tells why it did not work, and gives the exit status.
    pub(crate) fn failed(&self, error: &CliError) -> ExitCode {
        if !matches!(error, CliError::Closed) {
            eprintln!("yaguractl: {error}");
        }
        ExitCode::from(error.status())
    }
}
