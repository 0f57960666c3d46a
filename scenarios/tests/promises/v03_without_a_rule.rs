//! V03: what no endpoint can know is told by the server. A program that never ran in the organisation is an alarm for the rule that
//! asks for it, once, on the endpoint where it ran first; the preview counts the same; and nobody sees a pop-up.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::Command,
};

use serde_json::{Value, json};
use yagura_scenarios::{House, sees_processes};

/// A program with a content that no other run of this test has.
fn new_program(house: &House, name: &str) -> PathBuf {
    let path = house.path(name);
    fs::copy("/usr/bin/env", &path).unwrap();
    OpenOptions::new().append(true).open(&path).unwrap().write_all(house.marker(name).as_bytes()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn v03_a_program_that_is_new_in_the_organisation_is_told_by_the_server_once() {
    if !sees_processes("a new program is told once") {
        return;
    }
    let mut house = House::new();
    let path = "/api/v1/rule-book/without-rules";
    let usual = house.ask("GET", path, None, 200).await;
    let mut wanted = usual["value"].clone();
    wanted["new_program"]["learning_days"] = json!(0);
    let (status, answer) = house.try_ask("PUT", path, usual["etag"].as_str(), Some(&wanted)).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let rule = json!({
        "id": "new-here", "name": "組織で初めて", "class": "new_program", "level": "alarm",
        "when": {"kinds": ["process.start"], "first_seen": "fleet",
            "program": {"paths": [format!("{}/**", house.path("programs").display())]}},
    });
    house.decide(std::slice::from_ref(&rule)).await;
    house.start_agent();
    house.endpoint().await;
    fs::create_dir(house.path("programs")).unwrap();
    let (one, other) = (new_program(&house, "programs/one"), new_program(&house, "programs/other"));
    let starts = |marker: &str| format!("/api/v1/events?text={marker}&kind=process.start");
    // Until the sensor runs nothing is seen of it.
    let first = house.marker("first");
    let row = house
        .until("the first start", &starts(&first), |page| {
            Command::new(&one).arg(&first).output().unwrap();
            page["items"].get(0).cloned()
        })
        .await;
    assert_eq!(row["level"], "recorded", "no endpoint knows that it is new: {row}");
    let told =
        |page: &Value, count: usize| (page["items"].as_array()?.len() == count).then(|| page["items"][0].clone());
    let alarm = house.until("its alarm", "/api/v1/alarms?kind=rule.alarm", |page| told(page, 1)).await;
    assert_eq!((&alarm["detail"]["rule"], &alarm["detail"]["subject"]), (&json!("new-here"), &json!(one)));
    // Again, and under another name: the same program. Another one is another alarm, by which the former have been looked at.
    let copy = house.path("programs/copy");
    fs::copy(&one, &copy).unwrap();
    for program in [&one, &copy] {
        Command::new(program).arg(house.marker("again")).output().unwrap();
    }
    house
        .until("both starts", &starts(&house.marker("again")), |page| {
            (page["items"].as_array()?.len() >= 2).then_some(())
        })
        .await;
    Command::new(&other).arg(house.marker("other")).output().unwrap();
    let alarm = house.until("the other's alarm", "/api/v1/alarms?kind=rule.alarm", |page| told(page, 2)).await;
    assert_eq!(alarm["detail"]["subject"], json!(other));
    let preview = house.ask("POST", "/api/v1/rule-book/preview", Some(&json!({"value": {"rules": [rule]}})), 200).await;
    assert_eq!((&preview["rules"][0]["times"], &preview["rules"][0]["warned"]), (&json!(2), &json!(0)), "{preview}");
    assert_eq!(house.events("&kind=warning.shown").await, Vec::<Value>::new());
}
