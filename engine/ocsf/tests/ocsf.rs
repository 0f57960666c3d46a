//! What becomes of events in the words of OCSF, and of many of them in a file.

#![expect(clippy::unwrap_used, reason = "a test that meets something unexpected is to fail where it does")]

use std::sync::Arc;

use arrow_schema::{DataType, Fields};
use expect_test::expect_file;
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    file::{reader::FileReader as _, serialized_reader::SerializedFileReader},
    record::RowAccessor as _,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use yagura_ocsf::{Class, LakeFile, schema, to_ocsf};

fn event(kind: &str, more: &Value) -> Value {
    let mut event = json!({
        "id": "0193a0f0-0000-7000-8000-000000000001", "endpoint": "0193a0f0-0000-7000-8000-0000000000e0",
        "hostname": "PC-KEI-014", "kind": kind, "occurred_at": "2026-11-23T00:15:02.123456Z",
        "received_at": "2026-11-23T00:15:04Z", "user": "EXAMPLE\\tanaka", "user_id": "S-1-5-21-1-1001", "level": "recorded",
        "rule": null, "feature": "operation_log", "epoch": "00000000-0000-0000-0000-000000000007", "lane": "operation",
        "seq": 7, "process_guid": "00000000-0000-0000-0000-0000000000aa", "pid": 4242,
        "image": "C:\\Windows\\explorer.exe", "inferred": false, "truncated": false, "body": {},
    });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn examples() -> Vec<Value> {
    vec![
        event(
            "process.start",
            &json!({"command_line": "explorer.exe /n", "parent_image": "C:\\Windows\\userinit.exe",
                "parent_guid": "00000000-0000-0000-0000-0000000000ab", "hash_sha256": "ab".repeat(32), "signer": "Example"}),
        ),
        event(
            "file.copy",
            &json!({"level": "prohibited", "rule": "USBへの持ち出し", "subject": "\\\\fs01\\営業\\見積書.xlsx",
                "target": "E:\\見積書.xlsx", "bytes": 51200, "device_serial": "AA00112233", "body": {"medium": "usb"}}),
        ),
        event("session.failed", &json!({"level": "alarm", "remote_ip": "192.0.2.7"})),
        event("net.connect", &json!({"remote_ip": "2001:db8::1", "remote_port": 443, "remote_host": "example.jp"})),
        event(
            "web.upload",
            &json!({"subject": "https://drive.example/upload", "remote_host": "drive.example", "bytes": 9}),
        ),
        event("software.install", &json!({"subject": "7-Zip 26.00", "signer": "Igor"})),
        event("print.job", &json!({"subject": "見積書.xlsx", "count": 3, "body": {"pages": 12}})),
    ]
}

#[test]
fn events_read_as_their_class_says() {
    let examples = examples();
    let lines = examples.iter().map(|event| {
        let record = to_ocsf(event);
        format!("{}\n", serde_json::to_string_pretty(&record.members).unwrap())
    });
    expect_file!["../golden/records.v1.json"].assert_eq(&lines.collect::<String>());
}

#[test]
fn the_columns_of_each_class_are_as_released() {
    let mut text = String::new();
    for class in Class::ALL {
        text += &format!("{} {}\n", class.uid(), class.word());
        lines(schema(class).fields(), 1, &mut text);
    }
    expect_file!["../golden/columns.v1.txt"].assert_eq(&text);
}

/// Columns and their members, a line each.
fn lines(fields: &Fields, depth: usize, text: &mut String) {
    for field in fields {
        let name = format!("{}{}", "  ".repeat(depth), field.name());
        match field.data_type() {
            DataType::Struct(inner) => {
                *text += &format!("{name}\n");
                lines(inner, depth + 1, text);
            }
            DataType::List(item) => {
                *text += &format!("{name}[]\n");
                lines(&Fields::from(vec![Arc::clone(item)]), depth + 1, text);
            }
            DataType::Map(..) => *text += &format!("{name}: names and texts\n"),
            simple => *text += &format!("{name}: {simple}\n"),
        }
    }
}

/// Every member of a record has a column, at every depth: nothing is dropped on the way into the file.
fn check_columns(fields: &Fields, value: &Value, path: &str) {
    for (name, member) in value.as_object().unwrap() {
        let (_, field) = fields.find(name).unwrap_or_else(|| panic!("{path}{name} has no column"));
        if let (DataType::Struct(inner), Value::Object(_)) = (field.data_type(), member) {
            check_columns(inner, member, &format!("{path}{name}."));
        }
    }
}

#[test]
fn every_member_of_a_record_has_a_column() {
    for event in examples() {
        let record = to_ocsf(&event);
        check_columns(schema(record.class).fields(), &Value::Object(record.members), "");
    }
}

#[test]
fn a_file_has_its_rows_by_time_and_refuses_those_of_another_class() {
    let mut file = LakeFile::new(Class::Process);
    for second in [3, 1, 2] {
        let at = json!({"occurred_at": format!("2026-11-23T00:00:0{second}Z")});
        file.push(to_ocsf(&event("process.start", &at))).unwrap();
    }
    assert!(file.push(to_ocsf(&event("file.open", &json!({})))).is_err());
    assert_eq!(file.len(), 3);
    let bytes = file.write(Vec::new()).unwrap();
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes.clone())).unwrap();
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    let times: Vec<_> = rows.iter().map(|row| row.get_long(8).unwrap() % 60_000).collect();
    assert_eq!(times, [1000, 2000, 3000]);
    let batches = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap().build().unwrap();
    assert_eq!(batches.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 3);
}

#[test]
fn nothing_of_an_event_is_lost_whatever_its_class() {
    let kinds = [
        "window.title",
        "file.rename",
        "process.exit",
        "rule.match",
        "account.change",
        "session.logon",
        "net.listen",
        "web.view",
        "dns.query",
        "mail.send",
        "software.update",
        "cloud.file",
    ];
    let all = json!({
        "logon_session": "s-1", "command_line": "a b", "parent_guid": "g-2", "parent_image": "/p/q", "hash_sha256": "ff00",
        "signer": "Signer KK", "subject": "件名", "target": "to@example.jp", "remote_ip": "192.0.2.9", "remote_port": 8443,
        "remote_host": "h.example", "device_serial": "SER-1", "bytes": 123_456, "count": 77, "rule": "規則", "class": "区分",
        "person": "person-1", "body": {"extra": "余り"}, "level": "prohibited",
    });
    for kind in kinds {
        let event = event(kind, &all);
        let record = Value::Object(to_ocsf(&event).members).to_string();
        for (name, value) in event.as_object().unwrap() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            // Times and levels are said in other words there; JSON in a text has its quotes escaped.
            let other_words = name.ends_with("_at") || name == "level" || value == &json!(null);
            let escaped = Value::String(text.clone()).to_string();
            let there = record.contains(escaped.trim_matches('"')) || record.contains(&text);
            assert!(other_words || there, "{kind}: {name} = {text} is lost in {record}");
        }
    }
}

proptest! {
    #[test]
    fn any_event_has_what_every_class_requires_and_can_be_written(
        kind in "[a-z]{1,8}\\.[a-z]{1,8}|process.start|file.copy|net.connect",
        subject in any::<String>(), bytes in any::<u64>(), at in any::<String>(),
    ) {
        let event = event(&kind, &json!({"subject": subject, "bytes": bytes, "occurred_at": at, "pid": -1, "body": {"a": [1, null]}}));
        let record = to_ocsf(&event);
        for name in ["activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id", "metadata"] {
            prop_assert!(record.members.contains_key(name), "{name}");
        }
        let mut file = LakeFile::new(record.class);
        file.push(record).unwrap();
        file.write(Vec::new()).unwrap();
    }
}
