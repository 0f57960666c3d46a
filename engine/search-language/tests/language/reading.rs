//! Text to canonical text: the same question, whatever the manner of writing.

use yagura_search_language::parse;

fn check(text: &str, canonical: &str) {
    let node = parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    assert_eq!(node.to_string(), canonical, "{text}");
}

#[test]
fn words_and_phrases_stand_side_by_side() {
    check("見積書 \"price list\"", "見積書 \"price list\"");
    check("a AND b", "a b");
    check("  ", "");
}

#[test]
fn fields_go_by_either_language_and_any_width() {
    check("ユーザー:田中 端末:kei-014", "user:田中 endpoint:kei-014");
    check("ユーザー：田中　端末：kei-014", "user:田中 endpoint:kei-014");
    check("ｆｉｌｅ：＊．xlsx", "file:*．xlsx");
    check("user: tanaka", "user:tanaka");
}

#[test]
fn negation_is_a_word_or_a_sign() {
    check("-kind:file.open", "NOT kind:file.open");
    check("NOT a", "NOT a");
    check("ＮＯＴ a", "NOT a");
    check("NOT (a OR b)", "NOT (a OR b)");
    check("user!=root", "NOT user=root");
    check("NOT NOT a", "NOT NOT a");
}

#[test]
fn or_binds_weaker_than_and() {
    check("a b OR c", "a b OR c");
    check("a (b OR c)", "a (b OR c)");
    check("a　ＯＲ　b", "a OR b");
    check("（a ＯＲ b）c", "(a OR b) c");
    check("((a b)) c", "a b c");
}

#[test]
fn a_field_before_a_group_is_about_each_of_its_words() {
    check(
        "user:(tanaka OR sato) -kind:(file.open file.copy)",
        "(user:tanaka OR user:sato) NOT (kind:file.open kind:file.copy)",
    );
}

#[test]
fn comparisons_and_ranges_have_one_form() {
    check("bytes>10MB", "bytes>10MB");
    check("bytes:>10MB", "bytes>10MB");
    check("サイズ＞＝１０ＭＢ", "bytes>=10MB");
    check("bytes:1MB..5MB", "bytes:1MB..5MB");
    check("サイズ：1MB～5MB", "bytes:1MB..5MB");
    check("bytes:..5MB", "bytes:..5MB");
    check("time:2026-11-01..2026-11-07", "time:2026-11-01..2026-11-07");
    check("hour:22..5", "hour:22..5");
    check("body.size>100 body.name:x", "body.size>100 body.name:x");
}

#[test]
fn backslashes_and_paths_need_no_care() {
    check(r"C:\temp", r"C:\temp");
    check(r"file:C:\temp\new", r"file:C:\temp\new");
    check(r"\\server\share", r"\\server\share");
    check(r"user:EXAMPLE\tanaka", r"user:EXAMPLE\tanaka");
    check("file:\"C:\\Program Files\\\"", "file:\"C:\\Program Files\\\"");
    check("https://example.com/?a=b", "https://example.com/?a=b");
}

#[test]
fn what_looks_like_language_within_a_word_is_text() {
    check("marker-123", "marker-123");
    check("12:30", "12:30");
    check("報告(1).xlsx", "報告(1).xlsx");
    check("(報告(1).xlsx)", "報告(1).xlsx");
    check("--force", "--force");
    check("A=B", "A=B");
    check("a - b", "a - b");
    check("or and", "or and");
    check("件名：見積", "件名：見積");
    check("どうですか？", "どうですか？");
    check(r#""say ""hello""""#, r#""say ""hello""""#);
    check("“two words”", "\"two words\"");
}
