//! A file as lines of the dictionary.

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use yagura_assets::import::{BadRow, ListFormat, MAX_FILE, Table, TableError};
use yagura_server_kit::{ApiError, Code};

use crate::dictionary::{Entry, columns, entry};

/// A file, read.
pub(super) struct File {
    pub format: ListFormat,
    pub good: Vec<Entry>,
    pub bad: Vec<BadRow>,
}

/// Reads a request's body: CSV in UTF-8 or CP932, or a workbook.
pub(super) async fn receive(body: Body) -> Result<File, ApiError> {
    let too_large = |_| ApiError::new(Code::TooLarge, format!("a dictionary has at most {MAX_FILE} bytes"));
    let bytes = to_bytes(body, MAX_FILE).await.map_err(too_large)?;
    let read = tokio::task::spawn_blocking(move || Table::read(&bytes).map(|table| file(&table)));
    let read = read.await.map_err(|error| ApiError::unavailable(&error))?;
    let file = read.map_err(|error: TableError| {
        let code = if matches!(error, TableError::TooLarge(_)) { Code::TooLarge } else { Code::Invalid };
        ApiError::new(code, error.to_string()).with("", "unreadable", Some(error.to_string()))
    })?;
    file.ok_or_else(|| {
        ApiError::invalid("", "no_columns", "no line has the titles 製品 and 分類, or product and class")
    })
}

/// `None` without a column for the product and one for its class.
fn file(table: &Table) -> Option<File> {
    let found = columns(&table.titles);
    let ([Some(_), _, Some(_), _, _], mut bad) = (found, table.bad().to_vec()) else { return None };
    let (mut good, mut keys) = (Vec::new(), BTreeSet::new());
    for (line, cells) in table.lines() {
        match entry(&found, cells) {
            Ok(entry) if keys.insert(entry.key()) => good.push(entry),
            Ok(entry) => bad.push(BadRow::new(line, None, "duplicate", Some(&entry.product))),
            Err(fault) => {
                let title = fault.column.and_then(|at| found[at]).and_then(|at| table.titles.get(at));
                bad.push(BadRow::new(line, title.map(String::as_str), fault.code, Some(&fault.value)));
            }
        }
    }
    bad.sort_by_key(|bad| bad.line);
    Some(File { format: table.format, good, bad })
}
