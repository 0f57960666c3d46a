//! V01: of an event on the server it is said which of the rules in force on its endpoint answer, and why the others do not.

use std::process::Command;

use serde_json::json;
use yagura_scenarios::{House, sees_processes};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_explained_by_the_rules_in_force_where_it_happened() {
    if !sees_processes("an answer is explained") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    house.endpoint().await;
    let rule = |id: &str, kind: &str| json!({"id": id, "name": id, "class": "program", "level": "log", "when": {"kinds": [kind], "program": {"names": ["env"]}}});
    house.decide(&[rule("started", "process.start"), rule("copied", "file.copy")]).await;
    let marker = house.marker("explained");
    let rows = format!("/api/v1/events?text={marker}&kind=process.start");
    let event = house
        .until("the rule", &rows, |page| {
            // It does not know such a program, and says so: what counts is that it ran.
            let _ = Command::new("/usr/bin/env").arg(&marker).output();
            let mut rows = page["items"].as_array()?.iter();
            rows.find(|row| row["rule"] == "started").and_then(|row| Some(row["id"].as_str()?.to_owned()))
        })
        .await;
    let said = house.control().args(["rules", "explain", &event]).env("LC_ALL", "ja_JP.UTF-8").output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success(), "{text} {}", String::from_utf8_lossy(&said.stderr));
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].starts_with("yes") && lines[1].contains("started"), "{text}");
    assert!(
        lines[2].starts_with("no") && lines[2].contains("操作が process.start で、この規則は file.copy についてのもの"),
        "{text}"
    );
    assert_eq!(lines[3], "started が働きます（記録）。");
}
