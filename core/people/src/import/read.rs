//! Reading a list of people: every row that cannot be used is named, none is guessed at. Pure.

use std::collections::HashMap;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;

use super::encoding::{Encoding, decode};

/// The columns, as they are called in errors, with all the names they may have in a header.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("employee_number", &["employee_number", "社員番号"]),
    ("name", &["name", "氏名"]),
    ("kana", &["kana", "カナ"]),
    ("email", &["email", "メール"]),
    ("department", &["department", "部署"]),
];
/// Longest cell, in characters.
const LONGEST: usize = 200;
/// How much of a bad cell is shown, in characters.
const SHOWN: usize = 100;
/// Most people in one file.
const MOST: usize = 200_000;

/// One thing that is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RowError {
    /// Line of the file, from 1: the header's is 1.
    pub line: u64,
    /// `employee_number`, `name`, ...; none when the whole row is meant.
    pub column: Option<String>,
    /// `required`, `too_long`, `bad_email`, `bad_character`, `duplicate`, `wrong_field_count`, `bad_encoding`, `bad_csv`,
    /// `missing_column`, `duplicate_column`, `too_many`.
    pub code: String,
    /// What stands there.
    pub value: Option<String>,
}

/// One person of the file. `None` in the last three means that the file has no such column, so what is known stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub employee_number: String,
    pub name: String,
    pub kana: Option<String>,
    pub email: Option<String>,
    pub department: Option<String>,
}

/// The file, read.
#[derive(Debug)]
pub(crate) struct File {
    pub encoding: Encoding,
    /// Rows after the header, good and bad.
    pub rows: u64,
    pub entries: Vec<Entry>,
    pub errors: Vec<RowError>,
}

fn error(line: u64, column: Option<&str>, code: &str, value: Option<&str>) -> RowError {
    let value = value.map(|value| value.chars().take(SHOWN).collect());
    RowError { line, column: column.map(str::to_owned), code: code.to_owned(), value }
}

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8]) -> File {
    let decoded = decode(bytes);
    let errors = decoded.bad_lines.iter().map(|line| error(*line, None, "bad_encoding", None)).collect();
    let mut file = File { encoding: decoded.encoding, rows: 0, entries: Vec::new(), errors };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(decoded.text.as_bytes());
    let mut records = reader.records();
    let Some(Ok(header)) = records.next() else {
        file.errors.push(error(1, Some("employee_number"), "missing_column", None));
        return file;
    };
    let Some(places) = places(&header, &mut file.errors) else { return file };
    let mut seen = HashMap::new();
    for record in records {
        file.rows += 1;
        let record = match record {
            Ok(record) => record,
            Err(failed) => {
                let line = failed.position().map_or(0, csv::Position::line);
                file.errors.push(error(line, None, "bad_csv", None));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if file.rows as usize > MOST {
            file.errors.push(error(line, None, "too_many", None));
            break;
        }
        if record.len() != header.len() {
            let value = record.iter().collect::<Vec<_>>().join(",");
            file.errors.push(error(line, None, "wrong_field_count", Some(&value)));
            continue;
        }
        let Some(entry) = entry(&record, places, line, &mut file.errors) else { continue };
        if seen.insert(entry.employee_number.clone(), line).is_some() {
            file.errors.push(error(line, Some("employee_number"), "duplicate", Some(&entry.employee_number)));
            continue;
        }
        file.entries.push(entry);
    }
    file.errors.sort_by_key(|error| error.line);
    file
}

/// Where each column of [`COLUMNS`] stands. Columns that we do not know are the organisation's own business.
fn places(header: &csv::StringRecord, errors: &mut Vec<RowError>) -> Option<[Option<usize>; 5]> {
    let before = errors.len();
    let mut places = [None; 5];
    for (n, title) in header.iter().enumerate() {
        let plain = title.trim().nfkc().collect::<String>().to_lowercase();
        let Some(column) = COLUMNS.iter().position(|(_, names)| names.contains(&plain.as_str())) else { continue };
        if places[column].replace(n).is_some() {
            errors.push(error(1, Some(COLUMNS[column].0), "duplicate_column", Some(title)));
        }
    }
    for column in 0..2 {
        if places[column].is_none() {
            errors.push(error(1, Some(COLUMNS[column].0), "missing_column", None));
        }
    }
    (errors.len() == before).then_some(places)
}

fn entry(
    record: &csv::StringRecord,
    places: [Option<usize>; 5],
    line: u64,
    errors: &mut Vec<RowError>,
) -> Option<Entry> {
    let before = errors.len();
    let mut cells: [Option<String>; 5] = Default::default();
    for (n, cell) in cells.iter_mut().enumerate() {
        *cell = places[n].map(|place| record.get(place).unwrap_or_default().trim().to_owned());
        let Some(text) = cell.as_deref() else { continue };
        let wrong = if text.is_empty() {
            (n < 2).then_some("required")
        } else if text.chars().count() > LONGEST {
            Some("too_long")
        } else if text.chars().any(char::is_control) {
            Some("bad_character")
        } else {
            (COLUMNS[n].0 == "email" && !is_email(text)).then_some("bad_email")
        };
        if let Some(code) = wrong {
            errors.push(error(line, Some(COLUMNS[n].0), code, Some(text)));
        }
    }
    if errors.len() > before {
        return None;
    }
    let [employee_number, name, kana, email, department] = cells;
    // A number typed with a Japanese keyboard is the same number.
    let employee_number = employee_number?.nfkc().collect();
    Some(Entry { employee_number, name: name?, kana, email, department })
}

/// Whether mail could be sent there, as far as the form of the address says (RFC 5321 section 4.1.2, without quoted names).
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    !name.is_empty()
        && !name.contains('@')
        && !domain.is_empty()
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.chars().any(|letter| letter.is_whitespace() || matches!(letter, ',' | ';' | '<' | '>'))
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
