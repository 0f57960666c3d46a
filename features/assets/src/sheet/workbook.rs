//! A workbook with one sheet (Office Open XML, ECMA-376), written while its rows come: nothing of it is kept in memory but what waits to
//! be fetched. Four small parts and the rows; a library for all that workbooks can do would be ten times as much as the rest.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::civil::{Date, date};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

use super::Cell;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Style 1 is bold, style 2 a day.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>"#;
/// The head stays where it is while one scrolls.
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><sheetData>"#;
const FOOT: &str = "</sheetData></worksheet>";

/// The first day of Excel's calendar, so that its faults before March 1900 do not matter.
const EPOCH: Date = date(1899, 12, 30);
/// Longest text of a cell (Excel's own limit), in characters.
const LONGEST: usize = 32_767;

/// What was written and not fetched yet.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<Vec<u8>>>);

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A workbook in the making.
pub(crate) struct Workbook {
    zip: ZipWriter<StreamWriter<Waiting>>,
    waiting: Waiting,
}

impl Workbook {
    /// Begins one whose sheet has this name and these headings.
    pub(crate) fn begin(name: &str, headings: &[String]) -> io::Result<Self> {
        let waiting = Waiting::default();
        let mut zip = ZipWriter::new_stream(waiting.clone());
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let book = format!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{}" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
            escaped(name)
        );
        for (part, content) in [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", ROOT),
            ("xl/workbook.xml", &book),
            ("xl/_rels/workbook.xml.rels", RELATIONS),
            ("xl/styles.xml", STYLES),
        ] {
            zip.start_file(part, options)?;
            zip.write_all(content.as_bytes())?;
        }
        zip.start_file("xl/worksheets/sheet1.xml", options)?;
        zip.write_all(HEAD.as_bytes())?;
        let mut row = String::from("<row>");
        for heading in headings {
            text(&mut row, heading, 1);
        }
        row.push_str("</row>");
        zip.write_all(row.as_bytes())?;
        Ok(Self { zip, waiting })
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let mut row = String::from("<row>");
        for cell in cells {
            match cell {
                Cell::Empty => row.push_str("<c/>"),
                // Text is text here: no spreadsheet computes an inline string.
                Cell::Text(words) | Cell::Moment(words) => text(&mut row, words, 0),
                Cell::Number(number) => row.push_str(&format!("<c><v>{number}</v></c>")),
                Cell::Day(day) => match day.since(EPOCH) {
                    Ok(span) => row.push_str(&format!("<c s=\"2\"><v>{}</v></c>", span.get_days())),
                    Err(_) => row.push_str("<c/>"),
                },
            }
        }
        row.push_str("</row>");
        self.zip.write_all(row.as_bytes())
    }

    /// What has been written since it was asked last.
    pub(crate) fn fetch(&mut self) -> Vec<u8> {
        mem::take(&mut *self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends it; the rest of its bytes.
    pub(crate) fn end(mut self) -> io::Result<Vec<u8>> {
        self.zip.write_all(FOOT.as_bytes())?;
        self.zip.finish()?;
        Ok(mem::take(&mut *self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn text(row: &mut String, words: &str, style: u8) {
    let short: String = words.chars().take(LONGEST).collect();
    row.push_str(&format!(
        "<c s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
        escaped(&short)
    ));
}

/// As XML has it. What XML 1.0 cannot say is left out.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(letter),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}
