//! What an administrator is told about rules before they are put in force (V01, V03).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yagura_channel::wire::state::{Report, Section};

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

fn rule(level: &str, kinds: &[&str]) -> Value {
    json!({"id": "a", "name": "a", "class": "file", "level": level, "when": {"kinds": kinds}})
}

async fn sensors(machine: &Machine, told: Value) {
    let sections = BTreeMap::from([("sensors".to_owned(), Section::Full(told))]);
    machine.client.state(&Report { sections }).await.unwrap();
}

#[track_caller]
fn check(view: &Value, [endpoints, enforced, alarm_only, blind]: [u64; 4]) {
    let told = ["endpoints", "enforced", "alarm_only", "blind"].map(|name| view[name].as_u64().unwrap());
    assert_eq!(told, [endpoints, enforced, alarm_only, blind], "{view}");
}

#[test]
fn a_rule_says_where_it_can_be_enforced_before_it_is_saved() {
    on_both(|house| async move {
        let process = json!({"sensor": "process", "source": "ebpf", "health": "ok"});
        let file = json!({"sensor": "file", "source": "fanotify", "health": "degraded", "reason": "one file system"});
        let failed = json!({"sensor": "file", "source": "fanotify", "health": "failed", "reason": "no right"});
        let [both, blind, silent] = [
            Machine::enrol(&house, "PC-001").await,
            Machine::enrol(&house, "PC-002").await,
            Machine::enrol(&house, "PC-003").await,
        ];
        sensors(&both, json!([process, file])).await;
        sensors(&blind, json!([process, failed])).await;

        let ask = async |rule: Value| {
            house.admin("POST", "/api/v1/rule-book/sight", Some(&json!({"rule": rule}))).await.expect(200)
        };
        let view = ask(rule("alarm", &["file.copy"])).await;
        check(&view, [3, 1, 0, 2]);
        let reasons = json!([
            {"reason": "never_told", "sensor": "file", "endpoints": 1},
            {"reason": "failed", "sensor": "file", "endpoints": 1},
        ]);
        assert_eq!(view["reasons"], reasons);
        check(&ask(rule("prohibit", &["process.start"])).await, [3, 0, 2, 1]);

        // A retired endpoint counts nowhere, and a group has its own endpoints only.
        house.admin("POST", &format!("/api/v1/endpoints/{}/retire", silent.id), Some(&json!({}))).await.expect(200);
        check(&ask(rule("alarm", &["file.copy"])).await, [2, 1, 0, 1]);
        let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
        let group = json!({"name": "経理部", "parent_id": groups["items"][0]["id"], "kind": "fixed"});
        let group = house.admin("POST", "/api/v1/groups", Some(&group)).await.expect(201);
        let in_group = json!({"rule": rule("alarm", &["file"]), "group": group["id"]});
        check(&house.admin("POST", "/api/v1/rule-book/sight", Some(&in_group)).await.expect(200), [0, 0, 0, 0]);

        refused(&house, &json!({"rule": {"id": "a"}}), "/rule").await;
        refused(&house, &json!({"rule": rule("alarm", &["file"]), "group": "elsewhere"}), "?group").await;
    });
}

async fn refused(house: &House, body: &Value, pointer: &str) {
    let refused = house.admin("POST", "/api/v1/rule-book/sight", Some(body)).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], pointer);
}

#[test]
fn ready_rules_come_off_in_both_languages_and_can_be_put_in_force() {
    on_both(|house| async move {
        let ready = house.admin("GET", "/api/v1/rule-book/ready", None).await.expect(200);
        let items = ready["items"].as_array().unwrap();
        assert_eq!(items.len(), 12);
        for language in ["ja", "en"] {
            let rules: Vec<_> = items.iter().map(|item| item[language].clone()).collect();
            assert!(rules.iter().all(|rule| rule["on"] == json!(false)));
            let preview = json!({"value": {"rules": rules}});
            house.admin("POST", "/api/v1/rule-book/preview", Some(&preview)).await.expect(200);
        }
        assert_eq!(items[0]["ja"]["name"], items[0]["name"]["ja"]);
    });
}
