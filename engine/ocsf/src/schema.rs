//! The columns of a class, nested as OCSF nests them.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

use crate::Class;

/// The columns of a class. All may be empty, so that files of older and newer versions fit one table.
#[must_use]
pub fn schema(class: Class) -> SchemaRef {
    let mut fields = vec![
        int("activity_id"),
        text("activity_name"),
        int("category_uid"),
        text("category_name"),
        int("class_uid"),
        text("class_name"),
        long("type_uid"),
        text("type_name"),
        long("time"),
        Field::new("time_dt", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true),
        int("severity_id"),
        text("severity"),
        text("message"),
        group(
            "metadata",
            vec![
                text("version"),
                text("uid"),
                text("event_code"),
                long("logged_time"),
                list("profiles", text("item")),
                group("product", vec![text("name"), text("vendor_name"), group("feature", vec![text("name")])]),
            ],
        ),
        group("device", vec![text("uid"), text("hostname"), int("type_id")]),
        group("actor", vec![user("user"), group("session", vec![text("uid")]), process("process", true)]),
        int("disposition_id"),
        text("disposition"),
        group("rule", vec![text("name")]),
    ];
    fields.extend(of_class(class));
    fields.push(map("unmapped"));
    Arc::new(Schema::new(fields))
}

fn of_class(class: Class) -> Vec<Field> {
    let remote = |name| group(name, vec![text("ip"), text("hostname"), int("port")]);
    let file = |name| group(name, vec![text("name"), text("path"), int("type_id"), long("size")]);
    let traffic = || group("traffic", vec![long("bytes")]);
    match class {
        Class::Base => vec![remote("dst_endpoint")],
        Class::File | Class::FileHosting => vec![file("file"), file("file_result"), remote("dst_endpoint")],
        Class::Process => vec![process("process", true)],
        Class::Detection => vec![group("finding_info", vec![text("title"), text("uid")])],
        Class::AccountChange => vec![user("user")],
        Class::Authentication => vec![user("user"), int("status_id"), text("status"), remote("src_endpoint")],
        Class::Network => {
            vec![remote("dst_endpoint"), group("connection_info", vec![int("direction_id")]), traffic()]
        }
        Class::Http => {
            let url = group("url", vec![text("url_string"), text("hostname")]);
            vec![remote("dst_endpoint"), group("http_request", vec![url, text("http_method")]), traffic()]
        }
        Class::Dns => vec![group("query", vec![text("hostname")]), remote("dst_endpoint")],
        Class::Email => vec![int("direction_id"), group("email", vec![text("subject"), list("to", text("item"))])],
        Class::Application => vec![group("app", vec![text("name"), text("vendor_name")])],
    }
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn int(name: &str) -> Field {
    Field::new(name, DataType::Int32, true)
}

fn long(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn group(name: &str, members: Vec<Field>) -> Field {
    Field::new(name, DataType::Struct(Fields::from(members)), true)
}

fn list(name: &str, item: Field) -> Field {
    Field::new(name, DataType::List(Arc::new(item)), true)
}

/// Names and texts, under names that no schema foresees.
fn map(name: &str) -> Field {
    let key = Field::new("key", DataType::Utf8, false);
    let entries = DataType::Struct(Fields::from(vec![key, text("value")]));
    Field::new(name, DataType::Map(Arc::new(Field::new("key_value", entries, false)), false), true)
}

fn user(name: &str) -> Field {
    group(name, vec![text("name"), text("uid")])
}

fn process(name: &str, with_parent: bool) -> Field {
    let hash = group("item", vec![int("algorithm_id"), text("algorithm"), text("value")]);
    let file = group("file", vec![text("name"), text("path"), int("type_id"), list("hashes", hash)]);
    let mut members = vec![text("uid"), int("pid"), text("name"), text("cmd_line"), file];
    if with_parent {
        members.push(process("parent_process", false));
    }
    group(name, members)
}
