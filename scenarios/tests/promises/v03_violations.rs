//! V01, V03, V05, V07: what a rule answers to is told at once to the person whose act it was, and to the administrator; a rule that
//! only logs warns nobody; and a rule of yesterday still warns while the server is away.

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use yagura_scenarios::{House, Seat, sees_processes};

/// Accounts that every Debian has. Nobody works as them on a machine that runs tests.
const PERSON: u32 = 1;
const OTHER: u32 = 65534;

/// A program under a name of its own that everybody may run.
fn program(house: &House, name: &str) -> PathBuf {
    let path = house.path(name);
    fs::copy("/usr/bin/env", &path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn start(program: &Path, account: u32, marker: &str) {
    Command::new(program).arg(marker).uid(account).current_dir("/").output().unwrap();
}

fn rule(id: &str, level: &str, program: &str) -> Value {
    json!({
        "id": id, "name": format!("規則 {id}"), "class": "program", "level": level,
        "when": {"kinds": ["process.start"], "program": {"names": [program]}},
        "popup": {"text": "%APP% は使えません (%TIME%)", "quiet_s": 0},
    })
}

async fn rows(house: &House, query: &str) -> Vec<Value> {
    house.events(query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_is_told_to_the_person_and_to_the_administrator_also_off_line() {
    let promise = "a violation is told at once";
    if !sees_processes(promise) {
        return;
    }
    let mut house = House::new();
    // People may pass through, and see nothing.
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    house.start_agent();
    house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let (Some(_person), Some(_other)) = (Seat::take(&house, PERSON, promise), Seat::take(&house, OTHER, promise))
    else {
        return;
    };
    let (alarm, logged) = (program(&house, "yg-forbidden"), program(&house, "yg-noted"));
    let book = json!({"rules": [rule("forbidden", "alarm", "yg-forbidden"), rule("noted", "log", "YG-NOTED")]});
    let path = format!("/api/v1/policies/rule_book/{}", house.root_group().await);
    house.ask("PUT", &path, Some(&json!({"inherit": "replace", "value": book})), 200).await;

    // Until the rules are in force on the endpoint: these starts are told of by rows only.
    let first = house.marker("noted");
    house
        .until("the rule that logs", &format!("/api/v1/events?text={first}&kind=process.start"), |page| {
            start(&logged, PERSON, &first);
            let rows = page["items"].as_array()?;
            rows.iter().any(|row| row["rule"] == "noted" && row["level"] == "recorded").then_some(())
        })
        .await;
    assert_eq!(rows(&house, "&kind=warning.shown").await, Vec::<Value>::new(), "a rule that logs warns nobody");

    let marker = house.marker("forbidden");
    start(&alarm, PERSON, &marker);
    let row = house
        .until("the alarm", &format!("/api/v1/events?text={marker}&level=alarm"), |page| page["items"].get(0).cloned())
        .await;
    assert_eq!((&row["rule"], &row["class"], &row["user_id"]), (&json!("forbidden"), &json!("program"), &json!("1")));
    house
        .until("the alarm that somebody deals with", "/api/v1/alarms?kind=rule.alarm", |page| {
            (page["items"][0]["detail"]["rule"] == "forbidden").then_some(())
        })
        .await;
    let shown = |page: &Value, count: usize| (page["items"].as_array()?.len() == count).then_some(());
    house.until("the warning on the screen", "/api/v1/events?kind=warning.shown", |page| shown(page, 1)).await;

    // Off line the rule holds; what happened comes later, once, with the time at which it was.
    house.kill_server();
    let away = house.marker("away");
    start(&alarm, PERSON, &away);
    house.start_server();
    let row = house
        .until("the violation off line", &format!("/api/v1/events?text={away}&level=alarm"), |page| {
            page["items"].get(0).cloned()
        })
        .await;
    assert!(row["occurred_at"].as_str() <= row["received_at"].as_str(), "{row}");
    house.until("the second warning", "/api/v1/events?kind=warning.shown", |page| shown(page, 2)).await;
    let warned = rows(&house, "&kind=warning.shown").await;
    assert!(warned.iter().all(|row| row["user_id"] == "1"), "the other person saw nothing: {warned:?}");
    assert_eq!(rows(&house, &format!("&text={away}&level=alarm")).await.len(), 1);

    // What the rules would have answered to is what they did answer to.
    let draft = json!({"value": {"rules": [rule("forbidden", "alarm", "yg-forbidden")]}});
    let preview = house.ask("POST", "/api/v1/rule-book/preview", Some(&draft), 200).await;
    let answer = &preview["rules"][0];
    let found = rows(&house, "&level=alarm").await;
    assert_eq!(
        (&answer["times"], &answer["people"], &answer["endpoints"]),
        (&json!(found.len()), &json!(1), &json!(1))
    );
    assert_eq!((found.len(), &answer["warned"]), (2, &json!(warned.len())), "{preview}");
}
