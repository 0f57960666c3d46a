use std::io::{Cursor, Write as _};

use jiff::tz::TimeZone;
use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

const LIST: &str = "管理番号,機器名,種類,メーカー,型番,シリアル番号,MACアドレス,設置場所,状態,リース満了日,階\n\
    P-001,2F 複合機,複合機,富士フイルム,Apeos C2570,FX12345,00-1A-2B-3C-4D-5E,本社2F,使用中,令和9年3月31日,2\n\
    R-001,支店ルーター,ルーター,ヤマハ,RTX830,S3X00012,00:1a:2b:3c:4d:5f,大阪支店,使用中,2028/12/31,1\n";

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn read(bytes: &[u8]) -> (Vec<Row>, Vec<BadRow>) {
    let table = Table::read(bytes).unwrap();
    rows(&table, &guess(&table.titles), &tokyo())
}

/// The faults of a list with these lines below its titles.
#[track_caller]
fn check(titles: &str, lines: &str, expected: &[(u64, Option<&str>, &str)]) -> Vec<Row> {
    let (good, bad) = read(format!("{titles}\n{lines}").as_bytes());
    let found: Vec<_> = bad.iter().map(|one| (one.line, one.column.as_deref(), one.code.as_str())).collect();
    assert_eq!(found, expected);
    good
}

/// A workbook with this sheet, as small as one can be.
fn workbook(sheet: &str) -> Vec<u8> {
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        (
            "[Content_Types].xml",
            r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="台帳" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/styles.xml",
            r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#,
        ),
    ];
    let whole = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{sheet}</worksheet>"#
    );
    for (name, text) in
        parts.iter().map(|(name, text)| (*name, *text)).chain([("xl/worksheets/sheet1.xml", whole.as_str())])
    {
        to.start_file(name, SimpleFileOptions::default()).unwrap();
        to.write_all(text.as_bytes()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

fn text(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[test]
fn a_list_in_japanese_is_understood_by_its_titles() {
    let (good, bad) = read(LIST.as_bytes());
    assert_eq!(bad, []);
    let printer = &good[0];
    assert_eq!(printer.inventory_number, "P-001");
    assert_eq!(printer.texts["kind"], "printer");
    assert_eq!(printer.texts["mac"], "00:1a:2b:3c:4d:5e");
    assert_eq!(printer.texts["standing"], "in_use");
    assert_eq!(printer.days["lease_until"].unwrap().to_string(), "2027-03-30T15:00:00.000000Z", "midnight in Tokyo");
    assert_eq!(printer.custom["階"], "2");
    assert_eq!(good[1].texts["kind"], "network");
}

#[test]
fn cp932_tabs_and_a_heading_above_the_titles_make_no_difference() {
    let plain = read(LIST.as_bytes());
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(LIST);
    assert_eq!(read(&cp932), plain);
    assert_eq!(Table::read(&cp932).unwrap().format, ListFormat::CsvCp932);
    assert_eq!(read(LIST.replace(',', "\t").as_bytes()), plain);
    let marked = [b"\xef\xbb\xbf".as_slice(), LIST.as_bytes()].concat();
    assert_eq!(read(&marked), plain);
    let headed = format!("IT資産台帳（2026年11月）,,,,,,,,,,\n,,,,,,,,,,\n{LIST}");
    let table = Table::read(headed.as_bytes()).unwrap();
    assert_eq!((table.title_line, table.len()), (3, 2));
}

#[test]
fn english_titles_mean_the_same() {
    let titles = "Asset_Tag,Host name,Type,Manufacturer,Model,S/N,MAC,IP,User,Location,Status,Lease end,Warranty end,Purchase date,Cost,Notes,Colour";
    let wanted = [
        Target::InventoryNumber,
        Target::Name,
        Target::Kind,
        Target::Vendor,
        Target::Model,
        Target::Serial,
        Target::Mac,
        Target::Ip,
        Target::Person,
        Target::Place,
        Target::Standing,
        Target::LeaseUntil,
        Target::WarrantyUntil,
        Target::BoughtAt,
        Target::Price,
        Target::Note,
        Target::Custom,
    ];
    assert_eq!(guess(&titles.split(',').map(str::to_owned).collect::<Vec<_>>()), wanted);
}

#[test]
fn every_bad_row_is_named_with_its_line_and_reason_and_costs_no_other() {
    let long = "あ".repeat(201);
    let good = check(
        "管理番号,名称,種類,状態,リース期限,MACアドレス,IP",
        &format!(
            "A1,プリンター,printer,使用中,2027/3/31,,\n\
             ,名無し,,,,,\n\
             A1,二つ目,,,,,\n\
             A2,x,宇宙船,,,,\n\
             A3,x,,どこか,,,\n\
             A4,x,,,27/3/31,,\n\
             A5,x,,,,zz,\n\
             A6,x,,,,,300.1.1.1\n\
             A7,{long},,,,,\n\
             A8,x\n\
             Ａ９,全角の番号,,,,,192.0.2.9\n"
        ),
        &[
            (3, None, "required"),
            (4, None, "duplicate"),
            (5, Some("種類"), "unknown_kind"),
            (6, Some("状態"), "unknown_standing"),
            (7, Some("リース期限"), "bad_date"),
            (8, Some("MACアドレス"), "bad_mac"),
            (9, Some("IP"), "bad_ip"),
            (10, Some("名称"), "too_long"),
            (11, None, "wrong_field_count"),
        ],
    );
    let numbers: Vec<_> = good.iter().map(|row| row.inventory_number.as_str()).collect();
    assert_eq!(numbers, ["A1", "A9"]);
}

#[test]
fn a_line_keeps_its_number_whatever_ends_the_lines_above_it() {
    for end in ["\n", "\r\n"] {
        let list = ["管理番号,リース満了日", "P-1,2027/1/1", "", "P-2,来年", "P-3,来年"].join(end);
        let lines: Vec<u64> = read(list.as_bytes()).1.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [4, 5]);
    }
}

#[test]
fn an_empty_cell_takes_away_and_a_missing_column_leaves() {
    let good = check("管理番号,設置場所,リース期限", "A1,,\n", &[]);
    assert_eq!(good[0].texts["place"], "");
    assert_eq!(good[0].days["lease_until"], None);
    assert!(!good[0].texts.contains_key("person") && !good[0].days.contains_key("warranty_until"));
}

#[test]
fn a_workbook_is_read_with_its_dates_and_the_values_of_its_formulas() {
    let sheet = format!(
        "<sheetData><row r=\"1\">{}{}{}{}</row><row r=\"2\">{}{}<c r=\"C2\" s=\"1\"><v>46477</v></c><c r=\"D2\"><f>1+1</f><v>2</v></c></row>\
         <row r=\"4\">{}{}<c r=\"D4\"><f>1+1</f></c></row></sheetData>",
        text("A1", "管理番号"),
        text("B1", "機器名"),
        text("C1", "リース満了日"),
        text("D1", "階"),
        text("A2", "P-001"),
        text("B2", "複合機"),
        text("A4", "P-002"),
        text("B4", "値のない式"),
    );
    let (good, bad) = read(&workbook(&sheet));
    assert_eq!(bad, [BadRow::new(4, None, "no_value", None)]);
    assert_eq!(good.len(), 1);
    assert_eq!(good[0].days["lease_until"].unwrap().to_string(), "2027-03-30T15:00:00.000000Z");
    assert_eq!(good[0].custom["階"], "2");
}

#[test]
fn rows_over_which_a_cell_is_merged_are_named() {
    let sheet = format!(
        "<sheetData><row r=\"1\">{}{}</row><row r=\"2\">{}{}</row><row r=\"3\">{}</row><row r=\"4\">{}{}</row></sheetData>\
         <mergeCells count=\"1\"><mergeCell ref=\"B2:B3\"/></mergeCells>",
        text("A1", "管理番号"),
        text("B1", "設置場所"),
        text("A2", "P-001"),
        text("B2", "本社"),
        text("A3", "P-002"),
        text("A4", "P-003"),
        text("B4", "支店"),
    );
    let (good, bad) = read(&workbook(&sheet));
    assert_eq!(bad, [BadRow::new(2, None, "merged", None), BadRow::new(3, None, "merged", None)]);
    assert_eq!(good[0].inventory_number, "P-003");
}

#[test]
fn a_sheet_with_one_cell_in_its_last_corner_costs_nothing() {
    let sheet = format!(
        "<sheetData><row r=\"1\">{}</row><row r=\"1048576\">{}</row></sheetData>",
        text("A1", "管理番号"),
        text("A1048576", "P-001")
    );
    assert_eq!(read(&workbook(&sheet)).0[0].line, 1_048_576);
    let wide = format!("<sheetData><row r=\"1\">{}</row></sheetData>", text("XFD1", "管理番号"));
    assert_eq!(Table::read(&workbook(&wide)), Err(TableError::TooLarge("100 columns".to_owned())));
}

#[test]
fn a_workbook_that_is_a_bomb_is_not_unpacked() {
    let blanks = " ".repeat(140 << 20);
    let bomb = workbook(&blanks);
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    assert!(matches!(Table::read(&bomb), Err(TableError::TooLarge(_))));
}

#[test]
fn what_is_no_list_is_refused() {
    assert_eq!(Table::read(b""), Err(TableError::Empty));
    assert!(matches!(Table::read(b"PK\x03\x04 not really"), Err(TableError::Workbook(_))));
    let long = "管理番号\n".to_owned() + &"A\n".repeat(MOST_ROWS + 20);
    assert!(matches!(Table::read(long.as_bytes()), Err(TableError::TooLarge(_))));
}

proptest! {
    #[test]
    fn any_bytes_are_a_list_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300), archive in any::<bool>()) {
        let bytes = if archive { [b"PK\x03\x04".as_slice(), &bytes].concat() } else { bytes };
        if let Ok(table) = Table::read(&bytes) {
            let (good, bad) = rows(&table, &guess(&table.titles), &tokyo());
            prop_assert!(good.len() <= table.len() && good.iter().all(|row| !row.inventory_number.is_empty()));
            drop(bad);
        }
    }

    #[test]
    fn every_line_is_a_row_or_is_named(cells in proptest::collection::vec("[a-z0-9/年月日あ=]{0,6}", 1..30)) {
        let lines: String = cells.iter().enumerate().map(|(at, cell)| format!("N{at},{cell},x\n")).collect();
        let (good, bad) = read(format!("管理番号,リース期限,備考\n{lines}").as_bytes());
        prop_assert_eq!(good.len() + bad.len(), cells.len());
    }
}
