//! What is wrong with a text, and where.

use yagura_search_language::{Code, MAX_BYTES, MAX_DEPTH, MAX_TERMS, parse};

/// `at` is the piece of the text that the fault points at.
fn check(text: &str, code: Code, at: &str, meant: Option<&str>) {
    let fault = parse(text).expect_err(text);
    assert_eq!((fault.code, &text[fault.at.clone()], fault.meant), (code, at, meant), "{text}: {fault}");
}

#[test]
fn a_misspelt_field_is_named_with_what_was_meant() {
    check("a usr:tanaka", Code::UnknownField, "usr", Some("user"));
    check("ユーサー:田中", Code::UnknownField, "ユーサー", Some("ユーザー"));
    check("colour:red", Code::UnknownField, "colour", None);
}

#[test]
fn a_value_that_is_none_is_pointed_at() {
    check("bytes>large", Code::NotANumber, "large", None);
    check("since:someday", Code::NotATime, "someday", None);
    check("time:2026-11-01..then", Code::NotATime, "2026-11-01..then", None);
    check("hour:25", Code::NotAnHour, "25", None);
    check("weekday:xyz", Code::NotAWeekday, "xyz", None);
    check("ip:300.1.1.1", Code::NotAnAddress, "300.1.1.1", None);
    check("process:1", Code::NotAnId, "1", None);
    check("level:alrm", Code::UnknownLevel, "alrm", Some("alarm"));
    check("kind:file.coyp", Code::UnknownKind, "file.coyp", Some("file.copy"));
    check("user>a", Code::NotComparable, "a", None);
    check("bytes:5..1", Code::EmptyRange, "5..1", None);
    check("kind:(file.copy OR x)", Code::UnknownKind, "x", None);
}

#[test]
fn a_text_that_ends_too_early_says_what_is_missing() {
    check("user:", Code::ExpectedValue, "user:", None);
    check("(user:)", Code::ExpectedValue, "user:", None);
    check("user: OR a", Code::ExpectedValue, "user: ", None);
    check("kind:,", Code::ExpectedValue, ",", None);
    check("a OR", Code::ExpectedTerm, "", None);
    check("a AND", Code::ExpectedTerm, "", None);
    check("OR a", Code::ExpectedTerm, "", None);
    check("NOT", Code::ExpectedTerm, "", None);
    check("()", Code::ExpectedTerm, "", None);
    check("a \"b", Code::UnclosedQuote, "\"b", None);
    check("a (b", Code::UnclosedGroup, "(", None);
    check("a （b", Code::UnclosedGroup, "（", None);
    check("a b)", Code::UnopenedGroup, ")", None);
}

#[test]
fn the_place_is_told_in_characters_too() {
    let text = "端末:kei 利用:x";
    let fault = parse(text).unwrap_err();
    assert_eq!(fault.characters(text), 7..9);
}

#[test]
fn length_depth_and_number_are_bounded() {
    let deep = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&deep(MAX_DEPTH)).is_ok());
    assert_eq!(parse(&deep(MAX_DEPTH + 1)).unwrap_err().code, Code::TooDeep);
    assert_eq!(parse(&"NOT ".repeat(MAX_DEPTH + 1)).unwrap_err().code, Code::TooDeep);
    assert!(parse(&"a ".repeat(MAX_TERMS)).is_ok());
    assert_eq!(parse(&"a ".repeat(MAX_TERMS + 1)).unwrap_err().code, Code::TooMany);
    assert_eq!(parse(&"a".repeat(MAX_BYTES + 1)).unwrap_err().code, Code::TooLong);
}
