//! Workbooks of Excel (ECMA-376), the first sheet: cells as they are shown, dates as dates, formulas by the value they had when saved.

use std::io::{Cursor, Read as _};

use calamine::{Data, DataRef, Reader as _, Xlsx};

use super::{BadRow, Line, ListFormat, MOST_COLUMNS, MOST_ROWS, MOST_TEXT, TableError};

/// Most bytes of all parts of a workbook when they are unpacked.
const MOST_UNPACKED: u64 = 128 << 20;
/// Most parts of a workbook.
const MOST_PARTS: usize = 2_000;
/// Most cells that are looked at.
const MOST_CELLS: usize = MOST_ROWS * MOST_COLUMNS;

pub(super) fn read(bytes: &[u8]) -> Result<(ListFormat, Vec<Line>, Vec<BadRow>), TableError> {
    measure(bytes)?;
    let broken = |error: calamine::XlsxError| TableError::Workbook(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheet = book.sheet_names().into_iter().next().ok_or(TableError::Empty)?;
    let merged = book.merge_cells_by_sheet_name(&sheet).unwrap_or_default();
    let mut bad = Vec::new();
    for area in merged {
        // A value that stands for several rows or columns is nobody's in particular.
        for row in area.start.0..=area.end.0.min(area.start.0.saturating_add(1_000)) {
            bad.push(BadRow::new(u64::from(row) + 1, None, "merged", None));
        }
    }
    let mut lines: Vec<Line> = Vec::new();
    let (mut text, mut seen) = (0, 0);
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(broken)?;
    // Cell by cell: the range of a sheet with one cell in its last corner would fill the memory.
    while let Some(record) = cells.next_cell_with_formula_metadata().map_err(broken)? {
        let (row, column) = record.pos;
        seen += 1;
        if seen > MOST_CELLS {
            return Err(TableError::TooLarge(format!("{MOST_CELLS} cells")));
        }
        let value = shown(&record.value);
        if record.formula.is_some() && value.is_empty() {
            bad.push(BadRow::new(u64::from(row) + 1, None, "no_value", None));
        }
        if value.is_empty() {
            continue;
        }
        let column = column as usize;
        if column >= MOST_COLUMNS {
            return Err(TableError::TooLarge(format!("{MOST_COLUMNS} columns")));
        }
        text += value.len();
        if text > MOST_TEXT {
            return Err(TableError::TooLarge(format!("{MOST_TEXT} bytes of text")));
        }
        let number = u64::from(row) + 1;
        if lines.last().is_none_or(|last| last.number != number) {
            if lines.len() > MOST_ROWS + super::HEADINGS {
                return Err(TableError::TooLarge(format!("{MOST_ROWS} rows")));
            }
            lines.push(Line { number, cells: Vec::new() });
        }
        let Some(line) = lines.last_mut() else { continue };
        if line.cells.len() <= column {
            line.cells.resize(column + 1, String::new());
        }
        line.cells[column] = value;
    }
    Ok((ListFormat::Xlsx, lines, bad))
}

/// Unpacks all parts once and throws them away: what a part says of its own size may be a lie.
fn measure(bytes: &[u8]) -> Result<(), TableError> {
    let broken = |error: &dyn std::fmt::Display| TableError::Workbook(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MOST_PARTS {
        return Err(TableError::TooLarge(format!("{MOST_PARTS} parts")));
    }
    let mut left = MOST_UNPACKED + 1;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| broken(&error))?;
        left -= std::io::copy(&mut part.take(left), &mut std::io::sink()).map_err(|error| broken(&error))?;
        if left == 0 {
            return Err(TableError::TooLarge(format!("{MOST_UNPACKED} bytes when it is unpacked")));
        }
    }
    Ok(())
}

/// A cell as people read it. A date is written as a date, whatever form the sheet shows it in.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) => text.clone(),
        DataRef::Empty => String::new(),
        other => Data::from(other.clone()).to_string(),
    }
}
