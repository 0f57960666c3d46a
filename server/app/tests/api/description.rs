//! The API's description is reviewed: a change of the API shows as a change of `openapi.json`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::on_both;

#[test]
fn the_description_is_the_reviewed_one() {
    on_both(|house| async move {
        let described = house.ask("GET", "/api/openapi.json", &[], None).await.expect(200);
        let text = serde_json::to_string_pretty(&described).unwrap() + "\n";
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        if std::env::var_os("YAGURA_UPDATE_GOLDEN").is_some() {
            std::fs::write(file, &text).unwrap();
        }
        let reviewed = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            reviewed == text,
            "the API has changed: run this test with YAGURA_UPDATE_GOLDEN=1 and review openapi.json"
        );
    });
}

/// Every value under `key`, anywhere.
fn all<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(key).and_then(Value::as_str));
            fields.values().for_each(|inner| all(inner, key, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| all(inner, key, found)),
        _ => {}
    }
}

#[test]
fn a_client_can_be_generated_from_it() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let reviewed: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();

    let mut names = Vec::new();
    all(&reviewed["paths"], "operationId", &mut names);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "two operations have one name: {names:?}");

    let mut references = Vec::new();
    all(&reviewed, "$ref", &mut references);
    for reference in references {
        assert!(reviewed.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
    }
}
