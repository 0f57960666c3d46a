//! An index never leaves out a block that has what is wanted, and leaves out most that have not.
#![expect(clippy::unwrap_used, reason = "what fails in a test must stop it")]

use std::{fs, io, ops::Range, path::Path};

use proptest::prelude::*;
use yagura_text_index::{BLOCK_ROWS, Blocks, Builder, Index, IndexError, Token, Wanted, fold};

type Fields = Vec<(&'static str, String)>;

/// One row: its texts and its exact values.
#[derive(Debug, Clone, Default)]
struct Row {
    texts: Vec<String>,
    values: Fields,
}

fn row(text: &str) -> Row {
    Row { texts: vec![text.to_owned()], values: Vec::new() }
}

fn build(rows: &[(usize, Row)]) -> Vec<u8> {
    let mut builder = Builder::default();
    for (count, row) in rows {
        for _ in 0..*count {
            row.texts.iter().for_each(|text| builder.text(text));
            row.values.iter().for_each(|(field, value)| builder.token(Token::new(field, value.as_bytes())));
            builder.end_row().unwrap();
        }
    }
    builder.finish().unwrap()
}

fn fetch(bytes: &[u8]) -> impl FnMut(Range<u64>) -> io::Result<Vec<u8>> {
    |range| {
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        bytes.get(range).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

fn ask(bytes: &[u8], wanted: &Wanted) -> Result<Blocks, IndexError> {
    let mut fetch = fetch(bytes);
    Index::open(bytes.len() as u64, &mut fetch)?.candidates(wanted, &mut fetch)
}

/// Builds blocks that each have one row of their own and many dull ones; which of them may have what is wanted?
fn check(blocks: &[Row], wanted: &Wanted, expected: &[usize]) {
    let rows: Vec<_> =
        blocks.iter().flat_map(|own| [(1, own.clone()), (BLOCK_ROWS - 1, row("nothing to see"))]).collect();
    let found = ask(&build(&rows), wanted).unwrap();
    let found: Vec<_> = (0..blocks.len()).filter(|block| found.contains(*block)).collect();
    assert_eq!(found, expected, "{wanted:?}");
}

fn texts(texts: &[&str]) -> Vec<Row> {
    texts.iter().map(|text| row(text)).collect()
}

#[test]
fn a_text_is_in_the_blocks_that_have_all_its_pieces() {
    let blocks = texts(&["極秘鳳凰計画.docx", "極秘ではない計画", "budget.XLSX", "ﾌｪﾆｯｸｽ"]);
    check(&blocks, &Wanted::text("鳳凰計画"), &[0]);
    check(&blocks, &Wanted::text("極秘"), &[0, 1]);
    check(&blocks, &Wanted::text("Budget.xls"), &[2]);
    check(&blocks, &Wanted::text("画.docx"), &[0]);
    check(&blocks, &Wanted::text("フェニックス"), &[3]);
    check(&blocks, &Wanted::text("phoenix"), &[]);
    check(&blocks, &Wanted::text("nothing to see"), &[0, 1, 2, 3]);
}

#[test]
fn what_is_too_short_rules_nothing_out() {
    let blocks = texts(&["abc", "極秘"]);
    for short in ["", "q", "qz", "鳳"] {
        check(&blocks, &Wanted::text(short), &[0, 1]);
    }
}

#[test]
fn a_piece_does_not_reach_over_two_texts() {
    let two = Row { texts: vec!["極".into(), "秘".into()], values: Vec::new() };
    check(&[two, row("極秘")], &Wanted::text("極秘"), &[1]);
}

#[test]
fn whole_values_are_found_by_field() {
    let value = |field, value: &str| Row { texts: Vec::new(), values: vec![(field, value.to_owned())] };
    let blocks = [value("ip", "192.0.2.1"), value("serial", "192.0.2.1"), value("ip", "192.0.2.2")];
    let ip = |ip| Wanted::value("ip", ip);
    check(&blocks, &ip("192.0.2.1"), &[0]);
    check(&blocks, &Wanted::or([ip("192.0.2.1"), ip("192.0.2.2")]), &[0, 2]);
    check(&blocks, &Wanted::and([ip("192.0.2.1"), ip("192.0.2.2")]), &[]);
    check(&blocks, &Wanted::or([]), &[]);
    check(&blocks, &Wanted::and([Wanted::text("nothing"), Wanted::or([ip("none"), ip("192.0.2.2")])]), &[2]);
}

#[test]
fn sections_are_counted_on() {
    let mut rows = vec![(BLOCK_ROWS * 130, row("dull"))];
    rows.push((1, row("bright")));
    let bytes = build(&rows);
    let index = Index::open(bytes.len() as u64, &mut fetch(&bytes)).unwrap();
    assert_eq!(index.blocks(), 131);
    let found = ask(&bytes, &Wanted::text("bright")).unwrap();
    assert_eq!((found.len(), found.contains(130)), (1, true));
    assert_eq!(ask(&bytes, &Wanted::text("dull")).unwrap().len(), 130);
    assert_eq!(ask(&bytes, &Wanted::All).unwrap().len(), 131);
}

#[test]
fn no_rows_have_no_blocks() {
    assert!(ask(&build(&[]), &Wanted::All).unwrap().is_empty());
}

fn golden(version: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(version)
}

fn golden_rows() -> Vec<(usize, Row)> {
    let device = Row { texts: vec!["4C53".into()], values: vec![("serial", "4C53".to_owned())] };
    let mut rows: Vec<_> = (0..20).map(|n| (BLOCK_ROWS, row(&format!("common {n}")))).collect();
    rows.extend([(1, row("極秘鳳凰計画")), (1, device)]);
    rows
}

#[test]
fn an_index_of_version_1_is_read() {
    let bytes = fs::read(golden("v1.ngx")).unwrap();
    let blocks = |wanted| (0..21).filter(|block| ask(&bytes, &wanted).unwrap().contains(*block)).collect::<Vec<_>>();
    assert_eq!(blocks(Wanted::text("鳳凰")), [20]);
    assert_eq!(blocks(Wanted::text("common")), (0..20).collect::<Vec<_>>());
    assert_eq!(blocks(Wanted::text("common 7")), [7]);
    assert_eq!(blocks(Wanted::value("serial", "4C53")), [20]);
    assert_eq!(blocks(Wanted::value("serial", "4C54")), Vec::<usize>::new());
}

#[test]
#[ignore = "writes the golden index anew, which only a new version needs"]
fn write_the_golden_index() {
    fs::write(golden("v1.ngx"), build(&golden_rows())).unwrap();
}

#[test]
fn a_changed_index_is_refused_or_answers_as_before() {
    let bytes = fs::read(golden("v1.ngx")).unwrap();
    let wanted = Wanted::and([Wanted::text("common 7"), Wanted::value("serial", "none")]);
    let wanted = [wanted, Wanted::text("鳳凰計画"), Wanted::text("common")];
    let before: Vec<_> = wanted.iter().map(|wanted| ask(&bytes, wanted).unwrap()).collect();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        for (wanted, before) in wanted.iter().zip(&before) {
            if let Ok(found) = ask(&changed, wanted) {
                assert_eq!(found, *before, "byte {at}");
            }
        }
        assert!(ask(&bytes[..at], &wanted[1]).is_err(), "cut at {at}");
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let leaf = prop_oneof![
        "[ab極秘Ａﾃﾞ]{1,5}".prop_map(|text| Wanted::text(&text)),
        "[ab]{1,2}".prop_map(|value| Wanted::value("f", value)),
        Just(Wanted::All),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let parts = prop::collection::vec(inner, 0..3);
        prop_oneof![parts.clone().prop_map(Wanted::and), parts.prop_map(Wanted::or)]
    })
}

/// The plainest reading of what is wanted.
fn has(row: &Row, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::All => true,
        Wanted::Text(part) => row.texts.iter().any(|text| fold(text).contains(part.as_str())),
        Wanted::Token(token) => row.values.iter().any(|(field, value)| Token::new(field, value.as_bytes()) == *token),
        Wanted::And(parts) => parts.iter().all(|part| has(row, part)),
        Wanted::Or(parts) => parts.iter().any(|part| has(row, part)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_block_with_a_hit_is_left_out(
        rows in prop::collection::vec((prop::collection::vec("[ab極秘ＡBﾃﾞc]{0,9}", 0..3), "[ab]{1,2}"), 1..4),
        wanted in wanted(),
    ) {
        let rows: Vec<_> = rows.into_iter().map(|(texts, value)| Row { texts, values: vec![("f", value)] }).collect();
        let blocks: Vec<_> = rows.iter().flat_map(|own| [(1, own.clone()), (BLOCK_ROWS - 1, Row::default())]).collect();
        let found = ask(&build(&blocks), &wanted).unwrap();
        for (block, row) in rows.iter().enumerate() {
            prop_assert!(found.contains(block) || !has(row, &wanted), "block {block} of {rows:?}");
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = ask(&bytes, &Wanted::text("abc"));
    }
}
