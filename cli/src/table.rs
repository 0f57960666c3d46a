//! Tables of what the API answers.

use comfy_table::{Table, presets};
use serde_json::Value;

/// One column: its title, and where its value stands in an item (a JSON Pointer).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    title: &'static str,
    pointer: &'static str,
}

impl Column {
    /// Where its value stands.
    pub(crate) const fn pointer(&self) -> &'static str {
        self.pointer
    }
}

/// A column.
pub(crate) const fn column(title: &'static str, pointer: &'static str) -> Column {
    Column { title, pointer }
}

/// A table with a line for each item.
pub(crate) fn rows(columns: &[Column], items: &[Value]) -> String {
    let mut table = plain();
    table.set_header(columns.iter().map(|column| column.title));
    for item in items {
        table.add_row(columns.iter().map(|column| cell(item.pointer(column.pointer))));
    }
    trimmed(&mut table)
}

/// A table with a line for each field of one item.
pub(crate) fn fields(columns: &[Column], item: &Value) -> String {
    let mut table = plain();
    for column in columns {
        table.add_row([column.title.to_owned(), cell(item.pointer(column.pointer))]);
    }
    trimmed(&mut table)
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// Without the blanks that fill the last column, which only get in the way of copying.
fn trimmed(table: &mut Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A value as text in one line.
pub(crate) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::String(text)) => harmless(short_time(text)),
        Some(Value::Array(items)) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let items: Vec<_> = items.iter().map(|item| cell(Some(item))).collect();
            if items.is_empty() { "-".to_owned() } else { items.join(", ") }
        }
        Some(other) => harmless(&other.to_string()),
    }
}

/// Names and command lines come from machines that others use: what could steer a terminal, or turn the direction of the text
/// round to look like another name, is shown as a question mark.
fn harmless(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|letter| if steers(letter) { '?' } else { letter }).collect()
}

/// The API's times without their microseconds, which only programs need.
fn short_time(text: &str) -> &str {
    let is_time = text.len() == 27
        && text.is_ascii()
        && text.ends_with('Z')
        && text.as_bytes()[19] == b'.'
        && text.as_bytes()[10] == b'T';
    if is_time { &text[..19] } else { text }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    fn check(shown: &str, expected: &Expect) {
        expected.assert_eq(shown);
    }

    const COLUMNS: &[Column] =
        &[column("HOSTNAME", "/hostname"), column("USER", "/user/name"), column("SEEN", "/seen"), column("ON", "/on")];

    #[test]
    fn wide_letters_keep_the_columns_straight() {
        let items = [
            json!({"hostname": "経理-014", "user": {"name": "田中 花子"}, "seen": "2026-11-23T08:30:00.000000Z", "on": true}),
            json!({"hostname": "pc-2", "user": null, "seen": null, "on": false}),
        ];
        check(
            &rows(COLUMNS, &items),
            &expect![[r#"
             HOSTNAME  USER       SEEN                 ON
             経理-014  田中 花子  2026-11-23T08:30:00  yes
             pc-2      -          -                    no"#]],
        );
    }

    #[test]
    fn one_item_is_shown_field_by_field() {
        let item = json!({"hostname": "pc-2", "user": {"name": "鈴木"}, "seen": ["a", "b"], "on": []});
        check(
            &fields(COLUMNS, &item),
            &expect![[r#"
             HOSTNAME  pc-2
             USER      鈴木
             SEEN      a, b
             ON        -"#]],
        );
    }

    #[test]
    fn what_could_steer_a_terminal_is_not_printed() {
        assert_eq!(cell(Some(&json!("a\u{1b}[2Jb\nc"))), "a?[2Jb?c");
        assert_eq!(cell(Some(&json!("\u{202e}fdp.exe"))), "?fdp.exe");
    }
}
