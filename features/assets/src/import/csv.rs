//! CSV (RFC 4180), separated by commas, semicolons or tabs, in UTF-8 or CP932.

use yagura_people::{Encoding, decode};

use super::{BadRow, Line, ListFormat, MOST_COLUMNS, MOST_ROWS, TableError};

pub(super) fn read(bytes: &[u8]) -> Result<(ListFormat, Vec<Line>, Vec<BadRow>), TableError> {
    let decoded = decode(bytes);
    let format = match decoded.encoding {
        Encoding::Utf8 => ListFormat::CsvUtf8,
        Encoding::Cp932 => ListFormat::CsvCp932,
    };
    let mut bad: Vec<BadRow> =
        decoded.bad_lines.iter().map(|line| BadRow::new(*line, None, "bad_encoding", None)).collect();
    let mut lines = Vec::new();
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&decoded.text))
        .from_reader(decoded.text.as_bytes());
    for record in reader.records() {
        match record {
            Ok(record) => {
                if record.len() > MOST_COLUMNS {
                    return Err(TableError::TooLarge(format!("{MOST_COLUMNS} columns")));
                }
                if lines.len() > MOST_ROWS + super::HEADINGS {
                    return Err(TableError::TooLarge(format!("{MOST_ROWS} rows")));
                }
                let number = record.position().map_or(0, |position| line(&decoded.text, position));
                lines.push(Line { number, cells: record.iter().map(str::to_owned).collect() });
            }
            Err(error) => {
                let line = error.position().map_or(0, |position| line(&decoded.text, position));
                bad.push(BadRow::new(line, None, "bad_csv", None));
            }
        }
    }
    Ok((format, lines, bad))
}

/// The line that a record stands in. A record's own position is before the line ends that are skipped, and before the second half of the
/// CR LF that ended the record above.
fn line(text: &str, position: &::csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|at| text.as_bytes().get(at..)).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    position.line() + skipped as u64
}

/// What stands most often in the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |letter: char| first.matches(letter).count();
    [(b'\t', count('\t')), (b';', count(';')), (b',', count(','))]
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(byte, _)| byte)
}
