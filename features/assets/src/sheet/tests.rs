use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use jiff::{civil::date, tz::TimeZone};
use proptest::prelude::*;

use super::{Cell, Column, Words, Workbook};

fn workbook(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut book = Workbook::begin("台帳 & 資産", &["名前".to_owned(), "価格".to_owned()]).unwrap();
    let mut bytes = Vec::new();
    for row in rows {
        book.row(row).unwrap();
        bytes.extend(book.fetch());
    }
    bytes.extend(book.end().unwrap());
    bytes
}

/// The cells below the headings, as another library reads them.
fn read(bytes: Vec<u8>) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["台帳 & 資産"]);
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().skip(1).map(<[Data]>::to_vec).collect()
}

#[test]
fn a_workbook_is_read_back_with_texts_numbers_and_days() {
    let row = vec![Cell::text("=1+1 <複合機>"), Cell::Number(16.0), Cell::Day(date(2027, 3, 31)), Cell::Empty];
    let rows = read(workbook(&[row]));
    assert_eq!(rows[0][0], Data::String("=1+1 <複合機>".to_owned()), "text, not a formula");
    assert_eq!(rows[0][1], Data::Float(16.0));
    let Data::DateTime(day) = &rows[0][2] else { panic!("{:?} is no day", rows[0][2]) };
    assert_eq!(day.as_f64(), 46477.0, "Excel's number of 31 March 2027");
}

#[test]
fn in_a_csv_nothing_is_computed() {
    for dangerous in ["=1+1", "+1+1", "-rf", "@SUM(A1)", "\tx"] {
        assert_eq!(Cell::text(dangerous).plain(), format!("'{dangerous}"));
    }
    assert_eq!(Cell::Number(-5.0).plain(), "-5");
    assert_eq!(Cell::Day(date(2027, 3, 31)).plain(), "2027-03-31");
    let tokyo = TimeZone::fixed(jiff::tz::offset(9));
    assert_eq!(Cell::day(Some(1_800_000_000_000_000), &tokyo).plain(), "2027-01-15");
}

#[test]
fn columns_are_as_they_were_chosen_and_the_usual_where_none_is_known() {
    let chosen = Column::chosen("name,nothing,custom:階");
    let headings: Vec<_> = chosen.iter().map(|column| column.heading(Words::Japanese)).collect();
    assert_eq!(headings, ["機器名", "階"]);
    assert_eq!(Column::chosen("nothing"), Column::chosen(""));
    assert!(Column::chosen("").len() > 20);
}

#[test]
fn a_list_that_was_fetched_can_be_given_back() {
    let titles: Vec<String> = Column::chosen("").iter().map(|column| column.heading(Words::Japanese)).collect();
    let known = crate::import::guess(&titles);
    for (title, target) in titles.iter().zip(known).filter(|(title, _)| {
        [
            "管理番号",
            "機器名",
            "種類",
            "利用者",
            "設置場所",
            "状態",
            "メーカー",
            "型番",
            "シリアル番号",
            "IPアドレス",
            "MACアドレス",
            "購入日",
            "価格",
            "リース満了日",
            "保証期限",
            "備考",
        ]
        .contains(&title.as_str())
    }) {
        assert_ne!(target, crate::import::Target::Custom, "{title}");
    }
}

proptest! {
    #[test]
    fn any_text_comes_back_without_what_xml_cannot_say(text in "\\PC{1,40}") {
        let rows = read(workbook(&[vec![Cell::Text(text.clone()), Cell::Number(1.0)]]));
        prop_assert_eq!(&rows[0][0], &Data::String(text));
    }
}
