//! A02: a renamed machine, an added network card, a full disk and an address that two machines have: one alarm each, with what it was
//! and what it is, and the day in the calendar is not white.

use std::{fs, process::Command};

use serde_json::{Value, json};
use yagura_scenarios::{House, may_be_apart, may_mount};

const PROMISE: &str = "A02: what changes on a machine raises one alarm each";

/// Has an agent look at its machine now, and waits until it has.
async fn look(house: &House, endpoint: &str) {
    let order = json!({"name": "inventory.refresh", "endpoints": [endpoint], "args": {}});
    let given = house.ask("POST", "/api/v1/commands", Some(&order), 201).await;
    let path = format!("/api/v1/commands/{}", given["items"][0]["id"].as_str().unwrap());
    let done = |command: &Value| (command["state"] == "done").then_some(());
    house.until("the look", &path, done).await;
}

/// The one alarm of a kind, once it is there.
async fn alarm(house: &House, kind: &str) -> Value {
    let path = format!("/api/v1/alarms?kind={kind}");
    house.until(kind, &path, |page| page["items"].as_array()?.first().cloned()).await
}

/// The asset with this name.
async fn asset(house: &House, name: &str) -> Value {
    let path = "/api/v1/assets/ledger";
    house
        .until("the asset", path, |page| page["items"].as_array()?.iter().find(|one| one["name"] == name).cloned())
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a02_a_change_of_a_real_machine_is_one_alarm_with_the_old_and_the_new_value() {
    if !may_mount(PROMISE) || !may_be_apart(PROMISE) {
        return;
    }
    let mut house = House::new();
    let _road = house.set_apart("agent", "keiri-01");
    let (disk, mount) = (house.path("disk.img"), house.path("disk"));
    fs::File::create(&disk).unwrap().set_len(32 << 20).unwrap();
    assert!(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&disk).status().unwrap().success());
    fs::create_dir(&mount).unwrap();
    house.start_agent();
    let endpoint = house.endpoint().await;
    house.plug_in("agent", "lan0", "00:1b:21:00:00:01");
    house.inside("agent", &["mount", "-o", "loop", disk.to_str().unwrap(), mount.to_str().unwrap()]);
    look(&house, &endpoint).await;
    asset(&house, "keiri-01").await;
    house.inside("agent", &["hostname", "keiri-02"]);
    house.plug_in("agent", "lan1", "00:1b:21:00:00:02");
    let fill = format!("cat /dev/zero > {}/filling 2>/dev/null || true", mount.display());
    house.inside("agent", &["sh", "-c", &fill]);
    look(&house, &endpoint).await;
    look(&house, &endpoint).await;

    let renamed = alarm(&house, "asset.hostname").await;
    let values = |alarm: &Value| (alarm["detail"]["before"].clone(), alarm["detail"]["after"].clone());
    assert_eq!(values(&renamed), (json!("keiri-01"), json!("keiri-02")));
    let card = alarm(&house, "asset.interface").await;
    assert_eq!((&card["detail"]["subject"], values(&card).1), (&json!("lan1"), json!("00:1b:21:00:00:02")));
    let full = alarm(&house, "asset.full_disk").await;
    assert!(full["detail"]["percent"].as_u64().unwrap() >= 95, "{full}");
    for one in [&renamed, &card, &full] {
        assert_eq!(
            (&one["times"], &one["state"], &one["endpoint"]["id"]),
            (&json!(1), &json!("open"), &json!(endpoint))
        );
    }
    let here = asset(&house, "keiri-02").await;
    let path = format!("/api/v1/assets/changes?asset={}", here["id"].as_str().unwrap());
    let history = house.ask("GET", &path, None, 200).await;
    let parts = |part: &str| history["items"].as_array().unwrap().iter().filter(|one| one["part"] == part).count();
    assert_eq!((parts("hostname"), parts("interface")), (1, 1), "{history}");

    // The log has it as well, where rules answer to it.
    let path = format!("/api/v1/events?kind=asset.change&endpoint={endpoint}");
    let of_name = |page: &Value| page["items"].as_array()?.iter().find(|row| row["subject"] == "hostname").cloned();
    let row = house.until("the row", &path, of_name).await;
    assert_eq!((&row["body"]["before"], &row["body"]["after"]), (&json!("keiri-01"), &json!("keiri-02")), "{row}");

    // The day is not white, and its number is that of the list of alarms.
    let today = full["raised_at"].as_str().unwrap();
    let month = format!("/api/v1/rule-book/calendar?time_zone=UTC&month={}", &today[..7]);
    let calendar = house.ask("GET", &month, None, 200).await;
    let day = calendar["days"].as_array().unwrap().iter().find(|day| day["date"] == today[..10]).unwrap();
    let class = day["classes"].as_array().unwrap().iter().find(|one| one["class"] == "asset").unwrap();
    let (from, until) = (day["begins_at"].as_str().unwrap(), day["ends_at"].as_str().unwrap());
    let listed = house.ask("GET", &format!("/api/v1/alarms?class=asset&since={from}&until={until}"), None, 200).await;
    assert_eq!(class["alarms"], listed["count"]["value"], "{calendar}");
    assert_eq!((&class["count"], &class["open"]), (&json!(0), &class["alarms"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a02_two_machines_with_one_address_are_told_until_one_of_them_has_another() {
    if !may_mount(PROMISE) || !may_be_apart(PROMISE) {
        return;
    }
    let mut house = House::new();
    house.enrol("other", &house.url(), &house.authority());
    let _roads = (house.set_apart("agent", "eigyo-01"), house.set_apart("other", "eigyo-02"));
    for (agent, mac) in [("agent", "00:1b:21:00:00:11"), ("other", "00:1b:21:00:00:12")] {
        house.start_agent_in(agent);
        house.plug_in(agent, "lan0", mac);
        house.inside(agent, &["ip", "address", "add", "192.0.2.7/24", "dev", "lan0"]);
    }
    let mut endpoints = Vec::new();
    for name in ["eigyo-01", "eigyo-02"] {
        let endpoint = asset(&house, name).await["endpoint"].as_str().unwrap().to_owned();
        look(&house, &endpoint).await;
        endpoints.push(endpoint);
    }
    let twice = "/api/v1/alarms?kind=asset.address_twice&state=open";
    let told = house
        .until("both alarms", twice, |page| page["items"].as_array().filter(|items| items.len() == 2).cloned())
        .await;
    for one in &told {
        assert_eq!((&one["detail"]["ip"], &one["times"]), (&json!("192.0.2.7"), &json!(1)), "{one}");
    }
    house.inside("other", &["ip", "address", "flush", "dev", "lan0"]);
    house.inside("other", &["ip", "address", "add", "192.0.2.8/24", "dev", "lan0"]);
    look(&house, &endpoints[1]).await;
    let gone = |page: &Value| page["items"].as_array().is_some_and(Vec::is_empty).then_some(());
    house.until("no alarm any more", twice, gone).await;
}
