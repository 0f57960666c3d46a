use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::wire::{
    body::pack_json_tightly,
    state::{Report, Section, hash},
};

#[expect(clippy::needless_pass_by_value, reason = "tests read better")]
fn check(old: Value, new: Value, expected: Value) {
    let delta = diff(&old, &new);
    assert_eq!(serde_json::to_value(&delta).unwrap(), expected);
    let mut value = old;
    apply(&delta.unwrap(), &mut value).unwrap();
    assert_eq!(value, new);
}

#[test]
fn equal_values_have_no_difference() {
    assert_eq!(diff(&json!({"a": [1, null]}), &json!({"a": [1, null]})), None);
}

#[test]
fn only_what_changed_is_named() {
    check(
        json!({"os": {"name": "Debian", "kernel": "6.1"}, "memory": 8, "old": 1}),
        json!({"os": {"name": "Debian", "kernel": "6.2"}, "memory": 8, "new": null}),
        json!({"object": {"new": {"new": null}, "changed": [["os", {"object": {"changed": [["kernel", {"set": "6.2"}]]}}]], "gone": ["old"]}}),
    );
}

#[test]
fn one_package_in_a_long_list_is_one_hunk() {
    let old: Vec<_> = (0..1000).map(|number| json!({"name": number, "version": "1"})).collect();
    let mut new = old.clone();
    new[500]["version"] = json!("2");
    new.insert(700, json!("added"));
    new.remove(10);
    check(
        old.into(),
        new.into(),
        json!({"list": [{"at": 10, "gone": 1}, {"at": 500, "gone": 1, "new": [{"name": 500, "version": "2"}]}, {"at": 700, "new": ["added"]}]}),
    );
}

#[test]
fn a_change_made_against_another_value_is_refused() {
    for (old, new, other) in [
        (json!({"a": 1}), json!({}), json!({"b": 1})),
        (json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), json!({})),
        (json!([1, 2, 3]), json!([1, 2]), json!([1])),
        (json!([1]), json!([2]), json!({})),
    ] {
        let delta = diff(&old, &new).unwrap();
        assert!(apply(&delta, &mut other.clone()).is_err(), "{delta:?} {other}");
    }
}

#[test]
fn a_hostile_change_does_no_harm() {
    for hunks in [
        r#"[{"at":18446744073709551615,"gone":1}]"#,
        r#"[{"at":1,"gone":1},{"at":0,"gone":2}]"#,
        r#"[{"at":2,"gone":1}]"#,
    ] {
        let delta: Delta = serde_json::from_str(&format!(r#"{{"list":{hunks}}}"#)).unwrap();
        assert!(apply(&delta, &mut json!([1, 2])).is_err());
    }
}

#[test]
fn one_package_of_a_thousand_costs_less_than_two_kilobytes_on_the_wire() {
    let package = |number: i32, version: &str| json!({"name": format!("lib{number}"), "version": version, "publisher": "Debian", "source": "dpkg", "architecture": "amd64", "installed_at": "2026-11-23T00:00:00.000000Z", "size_bytes": number * 1024});
    let list = |changed: &str| {
        (0..1000).map(|number| package(number, if number == 500 { changed } else { "1.0-1" })).collect::<Vec<_>>()
    };
    let whole =
        |at: &str, changed: &str| json!({"collected_at": at, "software": list(changed), "os": {"name": "Debian"}});
    let (old, new) = (whole("2026-11-23T00:00:00.000000Z", "1.0-1"), whole("2026-11-23T01:00:00.000000Z", "1.0-2"));
    let section = Section::Delta { base: hash(&old), delta: diff(&old, &new).unwrap(), hash: hash(&new) };
    let report = Report { sections: [("assets".to_owned(), section)].into() };
    let (delta, whole) = (pack_json_tightly(&report).len(), pack_json_tightly(&new).len());
    assert!(delta < 2048 && delta < whole, "{delta} of {whole} bytes");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4_i32).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn the_difference_leads_from_the_old_value_to_the_new(old in value(), new in value()) {
        let mut value = old.clone();
        if let Some(delta) = diff(&old, &new) {
            let sent = serde_json::to_string(&delta).unwrap();
            let received: Delta = serde_json::from_str(&sent).unwrap();
            apply(&received, &mut value).unwrap();
        }
        prop_assert_eq!(value, new);
    }
}
