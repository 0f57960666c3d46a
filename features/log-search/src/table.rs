//! Events as a table that a spreadsheet opens: CSV (RFC 4180) in UTF-8 with a byte order mark, which Excel needs to tell it
//! from the system's code page.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

/// What begins the file.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

macro_rules! columns {
    ($($name:literal $japanese:literal $english:literal),+ $(,)?) => {
        /// The columns that a table can have, by the API's names of the fields.
        pub const COLUMNS: &[&str] = &[$($name),+];

        /// What stands above a column.
        #[must_use]
        pub fn heading(name: &str, japanese: bool) -> Option<&'static str> {
            match name {
                $($name => Some(if japanese { $japanese } else { $english }),)+
                _ => None,
            }
        }
    };
}

columns! {
    "occurred_at" "発生" "Occurred",
    "received_at" "受信" "Received",
    "level" "重さ" "Level",
    "user" "誰" "Who",
    "hostname" "端末" "Endpoint",
    "kind" "操作" "What",
    "subject" "対象" "Object",
    "target" "移動先" "To",
    "image" "プログラム" "Program",
    "command_line" "コマンド" "Command",
    "parent_image" "親プログラム" "Parent program",
    "hash_sha256" "SHA-256" "SHA-256",
    "signer" "署名者" "Signer",
    "remote_ip" "接続先アドレス" "Remote address",
    "remote_port" "接続先ポート" "Remote port",
    "remote_host" "接続先" "Remote host",
    "device_serial" "機器のシリアル番号" "Device serial",
    "bytes" "バイト数" "Bytes",
    "count" "回数" "Count",
    "rule" "ルール" "Rule",
    "class" "区分" "Class",
    "feature" "機能" "Feature",
    "user_id" "アカウントID" "Account id",
    "pid" "PID" "PID",
    "process_guid" "プロセス" "Process",
    "parent_guid" "親プロセスの番号" "Parent process id",
    "logon_session" "サインイン" "Sign-in",
    "endpoint" "端末の番号" "Endpoint id",
    "person" "人の番号" "Person id",
    "epoch" "通し番号の代" "Epoch",
    "lane" "経路" "Lane",
    "seq" "通し番号" "Number",
    "inferred" "推定" "Inferred",
    "truncated" "切り詰め" "Truncated",
    "id" "記録の番号" "Record id",
    "body" "詳細" "Details",
}

/// The columns of a table for which none were chosen.
pub const USUAL: &[&str] = &[
    "occurred_at",
    "level",
    "user",
    "hostname",
    "kind",
    "subject",
    "target",
    "image",
    "command_line",
    "rule",
    "bytes",
    "body",
    "id",
];

/// Events as rows.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<String>,
    japanese: bool,
    zone: TimeZone,
}

impl Table {
    /// A table with these columns; unknown ones are left out. Times are shown in this zone.
    #[must_use]
    pub fn new(columns: &[String], japanese: bool, zone: TimeZone) -> Self {
        let known: Vec<_> = columns.iter().filter(|name| COLUMNS.contains(&name.as_str())).cloned().collect();
        let columns = if known.is_empty() { USUAL.iter().map(|name| (*name).to_owned()).collect() } else { known };
        Self { columns, japanese, zone }
    }

    /// The first line.
    #[must_use]
    pub fn head(&self) -> Vec<u8> {
        line(self.columns.iter().map(|name| heading(name, self.japanese).unwrap_or(name).to_owned()))
    }

    /// The line of an event, given as the API gives it.
    #[must_use]
    pub fn line(&self, event: &Value) -> Vec<u8> {
        line(self.columns.iter().map(|name| harmless(self.cell(name, event.get(name)))))
    }

    fn cell(&self, name: &str, value: Option<&Value>) -> String {
        match value {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if name.ends_with("_at") => self.time(text),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Object(members)) if members.is_empty() => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// A time as spreadsheets understand it.
    fn time(&self, text: &str) -> String {
        text.parse::<Timestamp>().map_or_else(
            |_| text.to_owned(),
            |time| self.zone.to_datetime(time).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        )
    }
}

/// A text that a spreadsheet takes for text: what it would take for a formula gets an apostrophe in front.
#[must_use]
pub fn harmless(text: String) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if formula && text.parse::<f64>().is_err() { format!("'{text}") } else { text }
}

/// A line of such a table: its cells in quotes where they need some.
#[must_use]
pub fn line(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory fails for nothing but a wrong number of cells, and there is one line.
    let written = writer.write_record(cells).is_ok();
    writer.into_inner().ok().filter(|_| written).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn table(columns: &[&str]) -> Table {
        let columns: Vec<_> = columns.iter().map(|name| (*name).to_owned()).collect();
        Table::new(&columns, true, TimeZone::fixed(jiff::tz::offset(9)))
    }

    fn check(name: &str, value: &Value, expected: &str) {
        let line = table(&[name]).line(&json!({name: value}));
        assert_eq!(String::from_utf8(line).unwrap(), format!("{expected}\r\n"));
    }

    #[test]
    fn what_a_spreadsheet_would_compute_stays_text() {
        check("subject", &json!("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        check("command_line", &json!("-rf /"), "'-rf /");
        check("subject", &json!("@SUM(A1)"), "'@SUM(A1)");
        check("subject", &json!("＝1+1"), "'＝1+1");
        check("subject", &json!("a=b"), "a=b");
    }

    #[test]
    fn a_number_stays_a_number() {
        check("bytes", &json!(1024), "1024");
        check("subject", &json!("-5"), "-5");
    }

    #[test]
    fn times_are_shown_in_the_zone_of_the_organisation() {
        check("occurred_at", &json!("2026-11-23T00:15:02.123456Z"), "2026-11-23 09:15:02.123");
    }

    #[test]
    fn what_is_missing_is_an_empty_cell() {
        let line = table(&["user", "rule", "body"]).line(&json!({"user": null, "body": {}}));
        assert_eq!(line, b",,\r\n");
    }

    #[test]
    fn headings_are_in_the_language_of_the_reader_and_unknown_columns_are_left_out() {
        assert_eq!(table(&["occurred_at", "nothing", "user"]).head(), "発生,誰\r\n".as_bytes());
        assert_eq!(table(&["nothing"]).head(), table(USUAL).head());
    }

    proptest! {
        #[test]
        fn any_text_reads_back_as_it_was_or_with_its_apostrophe(text: String) {
            let line = table(&["subject", "target"]).line(&json!({"subject": text, "target": "end"}));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_slice());
            let record = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(record[0].strip_prefix('\'').filter(|rest| *rest == text).unwrap_or(&record[0]), text.as_str());
            prop_assert_eq!(&record[1], "end");
        }
    }
}
