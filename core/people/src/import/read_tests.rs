use super::*;

fn check(text: &str, expected: &[(u64, Option<&str>, &str, Option<&str>)]) -> File {
    let file = read(text.as_bytes());
    let expected: Vec<_> =
        expected.iter().map(|(line, column, code, value)| error(*line, *column, code, *value)).collect();
    assert_eq!(file.errors, expected);
    file
}

#[test]
fn japanese_and_english_headers_mean_the_same() {
    let japanese = check("社員番号,氏名,カナ,メール,部署\n1001,田中 花子,ﾀﾅｶ ﾊﾅｺ,hanako@example.jp,経理部\n", &[]);
    let english =
        check("employee_number,name,kana,email,department\n1001,田中 花子,ﾀﾅｶ ﾊﾅｺ,hanako@example.jp,経理部\n", &[]);
    assert_eq!(japanese.entries, english.entries);
    assert_eq!(japanese.rows, 1);
}

#[test]
fn columns_may_stand_in_any_order_beside_others() {
    let file = check("入社日,氏名,社員番号\n2020-04-01,田中,1001\n", &[]);
    assert_eq!(file.entries[0].employee_number, "1001");
    assert_eq!(file.entries[0].email, None);
}

#[test]
fn every_bad_row_is_named_with_its_line_column_and_value() {
    check(
        "社員番号,氏名,メール\n,田中,t@example.jp\n1002,,\n1003,鈴木,suzuki\n1004,佐藤\n",
        &[
            (2, Some("employee_number"), "required", Some("")),
            (3, Some("name"), "required", Some("")),
            (4, Some("email"), "bad_email", Some("suzuki")),
            (5, None, "wrong_field_count", Some("1004,佐藤")),
        ],
    );
}

#[test]
fn a_number_that_comes_twice_is_named_where_it_comes_again_whatever_its_width() {
    check("社員番号,氏名\n1001,田中\n１００１,鈴木\n", &[(3, Some("employee_number"), "duplicate", Some("1001"))]);
}

#[test]
fn a_line_is_counted_in_the_file_even_after_a_cell_of_several_lines() {
    check("社員番号,氏名,備考\n1001,田中,\"一行目\n二行目\"\n1002,,x\n", &[(4, Some("name"), "required", Some(""))]);
}

#[test]
fn a_file_without_the_needed_columns_is_refused_whole() {
    let file = check(
        "番号,カナ\n1,ア\n",
        &[(1, Some("employee_number"), "missing_column", None), (1, Some("name"), "missing_column", None)],
    );
    assert!(file.entries.is_empty());
    check("", &[(1, Some("employee_number"), "missing_column", None)]);
}

#[test]
fn cp932_is_read_like_utf_8() {
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("社員番号,氏名\r\n1001,髙橋\r\n");
    let file = read(&bytes);
    assert_eq!((file.encoding, file.entries[0].name.as_str()), (Encoding::Cp932, "髙橋"));
}
