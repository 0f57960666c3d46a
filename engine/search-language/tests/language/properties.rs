//! What holds for any text whatever.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use yagura_search_language::{Clock, Names, Row, compile, complete, parse};
use yagura_vocabulary::{Event, Id, Lane, StoredEvent, Time};

/// Pieces that questions are made of, thrown together.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "user:",
        "ユーザー：",
        "kind:",
        "level:",
        "bytes",
        "time:",
        "hour:",
        "body.a.b:",
        "file=",
        "ip:",
        "端末:",
        "count",
        "foo:",
        "tanaka",
        "見積書",
        "*.xlsx",
        "a?b",
        "file.copy",
        "印刷",
        "alarm",
        "警告",
        "10MB",
        "1..5",
        "..",
        "7d",
        "2026-11-01",
        "22..5",
        "192.0.2.0/24",
        r"C:\x",
        r"\\s\t",
        "\"",
        "“",
        "”",
        "\"q\"",
        "(",
        ")",
        "（",
        "）",
        "-",
        "－",
        "!",
        ">",
        ">=",
        "<",
        "=",
        ":",
        "：",
        ",",
        " ",
        "　",
        " OR ",
        " AND ",
        " NOT ",
        "ＯＲ",
        "＊",
        "？",
        "～",
        "\u{a8}",
        "ß",
        "İ",
        "😀",
        "\u{301}",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn row() -> StoredEvent {
    let mut event = Event::new(Time::from_seconds(1_800_000_000), "f", "file.copy");
    event.subject = Some("見積書.xlsx".into());
    StoredEvent {
        id: Id::new(),
        endpoint: Id::new(),
        epoch: uuid::Uuid::nil(),
        lane: Lane::Bulk,
        seq: 1,
        received_at: Time::from_seconds(0),
        person: None,
        event: event.with("a", serde_json::json!({"b": 7})),
    }
}

fn clock() -> Clock {
    Clock { now: Time::from_seconds(1_800_000_000), zone: TimeZone::UTC }
}

fn check(text: &str) {
    match parse(text) {
        Ok(node) => {
            let canonical = node.to_string();
            let again = parse(&canonical).unwrap_or_else(|fault| panic!("{text:?} -> {canonical:?}: {fault}"));
            assert_eq!(again, node, "{text:?} -> {canonical:?}");
            let expr = compile(&node, &clock(), &Names::default()).unwrap();
            let row = row();
            let matches = expr.matches(&row, &mut String::new());
            let narrow = expr.narrow();
            if matches {
                assert!(narrow.since.is_none_or(|at| row.micros(yagura_search_language::Column::OccurredAt) >= at));
                assert!(narrow.levels.is_none_or(|levels| levels.contains(&"recorded".to_owned())));
            }
        }
        Err(fault) => {
            assert!(text.get(fault.at.clone()).is_some(), "{text:?}: {fault:?} points between no characters");
            assert!(!fault.to_string().contains('{'), "{fault}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_question_reads_back_as_itself_or_its_fault_points_into_it(text in pieces()) {
        check(&text);
    }

    #[test]
    fn no_text_whatever_breaks_the_reader(text in "\\PC{0,60}") {
        check(&text);
    }

    #[test]
    fn completion_replaces_what_ends_at_the_caret(text in pieces(), caret in 0usize..80) {
        let found = complete(&text, caret);
        prop_assert!(text.get(found.at.clone()).is_some());
        prop_assert!(found.at.end <= caret.min(text.len()));
    }
}
