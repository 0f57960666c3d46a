//! Lists of assets that an organisation keeps by itself, in CSV or in a workbook: what has no agent, and what no agent knows.
//!
//! All of it is pure. [`Table::read`] takes a file's bytes, [`guess`] says which column is what by its title, [`rows`] makes rows of it.
//! A row that cannot be used is named with its line and the reason, and costs no other row.

mod csv;
mod day;
mod mapping;
mod row;
mod words;
mod workbook;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::{
    mapping::{Target, guess},
    row::{Row, rows},
};

/// Largest file, in bytes.
pub const MAX_FILE: usize = 16 << 20;
/// Most rows of a file.
pub const MOST_ROWS: usize = 20_000;
/// Most columns.
const MOST_COLUMNS: usize = 100;
/// Most text of a whole table, in bytes: a workbook may name one long text in every cell.
const MOST_TEXT: usize = 64 << 20;
/// Within so many lines the titles are looked for: people put a heading above them.
const HEADINGS: usize = 10;

/// A file that cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It has no rows.
    #[error("the file is empty")]
    Empty,
    /// More than is taken.
    #[error("the file has more than {0}")]
    TooLarge(String),
    /// It is no workbook, though it begins like one.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadRow {
    /// Line of the file, or row of the sheet, from 1.
    pub line: u64,
    /// The title of the column; none when the whole row is meant.
    pub column: Option<String>,
    /// `required`, `too_long`, `bad_date`, `bad_mac`, `bad_ip`, `unknown_kind`, `unknown_standing`, `duplicate`, `merged`, `no_value`,
    /// `wrong_field_count`, `bad_encoding`, `bad_csv`; from applying: `other_number`.
    pub code: String,
    /// What stands there, cut.
    pub value: Option<String>,
}

impl BadRow {
    /// How much of a bad cell is shown, in characters.
    const SHOWN: usize = 100;

    /// A fault in a line.
    #[must_use]
    pub fn new(line: u64, column: Option<&str>, code: &str, value: Option<&str>) -> Self {
        let value = value.map(|value| value.chars().take(Self::SHOWN).collect());
        Self { line, column: column.map(str::to_owned), code: code.to_owned(), value }
    }
}

/// What a file was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListFormat {
    /// CSV in UTF-8.
    CsvUtf8,
    /// CSV in CP932, as Japanese spreadsheets write it.
    CsvCp932,
    /// A workbook of Excel; its first sheet counts.
    Xlsx,
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// Where it stands, from 1.
    number: u64,
    cells: Vec<String>,
}

/// A file as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it was.
    pub format: ListFormat,
    /// The titles of its columns.
    pub titles: Vec<String>,
    /// The line of the titles, from 1.
    pub title_line: u64,
    lines: Vec<Line>,
    /// Lines that cannot be used whatever the columns are.
    bad: Vec<BadRow>,
}

impl Table {
    /// Reads a file: a workbook if it is one, else CSV.
    ///
    /// # Errors
    /// When nothing of it can be used.
    pub fn read(bytes: &[u8]) -> Result<Self, TableError> {
        let is_archive = bytes.starts_with(b"PK\x03\x04");
        let (format, mut lines, mut bad) = if is_archive { workbook::read(bytes)? } else { csv::read(bytes)? };
        if lines.len() > MOST_ROWS + HEADINGS {
            return Err(TableError::TooLarge(format!("{MOST_ROWS} rows")));
        }
        // The line with the most titles that we know; the first one where none is known.
        let known = |line: &Line| guess(&line.cells).iter().filter(|target| target.is_known()).count();
        let best = (0..lines.len().min(HEADINGS)).max_by_key(|at| (known(&lines[*at]), std::cmp::Reverse(*at)));
        let best = best.ok_or(TableError::Empty)?;
        let rest = lines.split_off(best + 1);
        let head = lines.pop().ok_or(TableError::Empty)?;
        bad.retain(|one| one.line > head.number);
        let titles: Vec<String> = head.cells.iter().map(|title| title.trim().to_owned()).collect();
        let mut table = Self { format, titles, title_line: head.number, lines: Vec::new(), bad };
        table.take(rest);
        Ok(table)
    }

    /// Sorts lines that can be used from those that cannot.
    fn take(&mut self, lines: Vec<Line>) {
        let spoilt: std::collections::BTreeSet<u64> = self.bad.iter().map(|bad| bad.line).collect();
        for mut line in lines {
            while line.cells.len() > self.titles.len() && line.cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                line.cells.pop();
            }
            if line.cells.iter().all(|cell| cell.trim().is_empty()) || spoilt.contains(&line.number) {
                continue;
            }
            let short = self.format != ListFormat::Xlsx && line.cells.len() < self.titles.len();
            if short || line.cells.len() > self.titles.len() {
                let value = line.cells.join(",");
                self.bad.push(BadRow::new(line.number, None, "wrong_field_count", Some(&value)));
                continue;
            }
            line.cells.resize(self.titles.len(), String::new());
            self.lines.push(line);
        }
    }

    /// How many lines it has below the titles, good and bad.
    #[must_use]
    pub fn len(&self) -> usize {
        let bad: std::collections::BTreeSet<u64> = self.bad.iter().map(|bad| bad.line).collect();
        self.lines.len() + bad.len()
    }

    /// The lines below the titles that can be used, each with its place in the file, from 1; a cell for each title.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &[String])> {
        self.lines.iter().map(|line| (line.number, line.cells.as_slice()))
    }

    /// Lines that cannot be used whatever their columns are.
    #[must_use]
    pub fn bad(&self) -> &[BadRow] {
        &self.bad
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first lines below the titles, as they stand there.
    #[must_use]
    pub fn first(&self, count: usize) -> Vec<Vec<String>> {
        let cut = |cell: &String| cell.chars().take(BadRow::SHOWN).collect();
        self.lines.iter().take(count).map(|line| line.cells.iter().map(cut).collect()).collect()
    }
}

#[cfg(test)]
mod tests;
