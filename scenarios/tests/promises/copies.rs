//! Disks that come back or appear twice: each gets the answer that loses nothing, and the API shows it.

use std::fs;

use serde_json::Value;
use yagura_scenarios::{House, copy_folder, every_number_once, may_mount, sees_processes, start_until_seen};

/// Waits for the event that says that a new numbering began, and why.
async fn until_renumbered(house: &House, reason: &str) -> Value {
    house
        .until("the event of a new numbering", "/api/v1/events?kind=agent.epoch_change", |page| {
            page["items"].as_array()?.iter().find(|event| event["body"]["reason"] == reason).cloned()
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_rolled_back_to_a_snapshot_begins_a_new_numbering_and_loses_nothing() {
    if !sees_processes("a machine rolled back begins a new numbering") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    start_until_seen(&house, &house.marker("before")).await;
    house.kill_agent();
    copy_folder(&house.path("agent"), &house.path("snapshot"));
    house.start_agent();
    start_until_seen(&house, &house.marker("between")).await;
    house.kill_agent();
    fs::remove_dir_all(house.path("agent")).unwrap();
    fs::rename(house.path("snapshot"), house.path("agent")).unwrap();
    house.start_agent();
    let event = until_renumbered(&house, "disagreement").await;
    assert_eq!(event["level"], "alarm", "{event}");
    start_until_seen(&house, &house.marker("after")).await;
    let list = house.ask("GET", "/api/v1/endpoints", None, 200).await;
    assert_eq!(list["count"]["value"], 1, "it is the same endpoint: {list}");
    assert!(every_number_once(&house.events("").await) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_restored_from_an_older_copy_notes_the_gap_and_goes_on() {
    if !sees_processes("a server restored from an older copy notes the gap") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    start_until_seen(&house, &house.marker("before")).await;
    house.kill_server();
    copy_folder(&house.path("server"), &house.path("backup"));
    house.start_server();
    start_until_seen(&house, &house.marker("lost")).await;
    // A batch follows the one before when that was acknowledged: what is to be lost the agent has forgotten.
    start_until_seen(&house, &house.marker("known-to-be-stored")).await;
    house.kill_server();
    fs::remove_dir_all(house.path("server")).unwrap();
    fs::rename(house.path("backup"), house.path("server")).unwrap();
    house.start_server();
    start_until_seen(&house, &house.marker("after")).await;
    let events = house.events("").await;
    let restored = |event: &&Value| event["kind"] == "agent.gap" && event["body"]["reason"] == "restored";
    assert!(events.iter().any(|event| restored(&event)), "no gap tells of what was lost");
    assert!(every_number_once(&events) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_cloned_after_enrolment_becomes_an_endpoint_of_its_own_and_both_are_marked() {
    const PROMISE: &str = "a cloned disk becomes an endpoint of its own";
    if !sees_processes(PROMISE) || !may_mount(PROMISE) {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    let first = house.endpoint().await;
    start_until_seen(&house, &house.marker("before")).await;
    house.kill_agent();
    copy_folder(&house.path("agent"), &house.path("copy"));
    house.start_agent();
    // Other hardware: what the copy's machine says of itself, in a world of its own.
    let hardware = house.path("hardware");
    fs::write(&hardware, "4c4c4544-0042-4a10-8051-b4c04f564433\n").unwrap();
    let bind = format!(
        "for file in /sys/class/dmi/id/product_uuid /etc/machine-id; do
         if [ -e $file ]; then mount --bind '{}' $file; fi; done; exec \"$@\"",
        hardware.display()
    );
    house.wrap_agent("copy", &bind);
    house.start_agent_in("copy");
    let event = until_renumbered(&house, "copied").await;
    assert_eq!(event["level"], "alarm", "{event}");
    let second = event["endpoint"].as_str().unwrap();
    assert_ne!(second, first);
    let suspected = |list: &Value| {
        let found = list["items"].as_array()?.iter().find(|endpoint| endpoint["id"] == first.as_str())?;
        (found["clone_suspected"] == true).then_some(list["count"]["value"].clone())
    };
    let count = house.until("the mark on the first", "/api/v1/endpoints", suspected).await;
    assert_eq!(count, 2);
    start_until_seen(&house, &house.marker("after")).await;
    assert!(every_number_once(&house.events("").await) > 0);
}
