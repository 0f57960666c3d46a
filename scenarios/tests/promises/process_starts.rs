//! A program that somebody starts is found once, with its parent and its user; secrets in its command line are not.

use std::process::Command;

use yagura_scenarios::{House, sees_processes};

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_was_started_is_found_once() {
    if !sees_processes("a program that was started is found once") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    let endpoint = house.endpoint().await;
    let sensor = house
        .until("the process sensor", &format!("/api/v1/endpoints/{endpoint}"), |endpoint| {
            let mut sensors = endpoint["sensors"].as_array()?.iter();
            // Until its first reader comes, it has not even tried.
            sensors.find(|sensor| sensor["sensor"] == "process" && sensor["health"] != "off").cloned()
        })
        .await;
    if sensor["source"] != "ebpf" {
        println!("SKIPPED: a program that was started is found once: without eBPF a short one may be missed: {sensor}");
        return;
    }
    let marker = format!("marker-{}", std::process::id());
    Command::new("/usr/bin/true").args([&marker, "--password=hunter2"]).status().unwrap();
    let path = format!("/api/v1/events?text={marker}&kind=process.start&image=/usr/bin/true");
    let found =
        house.until("the start", &path, |page| Some(page["items"].as_array()?.clone()).filter(|i| !i.is_empty())).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let event = &found[0];
    assert_eq!(event["endpoint"], endpoint.as_str());
    assert!(
        event["user"].is_string() && event["parent_image"].is_string() && event["process_guid"].is_string(),
        "{event}"
    );
    let line = event["command_line"].as_str().unwrap();
    assert!(line.contains(&marker) && !line.contains("hunter2"), "{line}");
    assert_eq!(event["hash_sha256"].as_str().map(str::len), Some(64), "{event}");
    // Looking at people's logs leaves a trace.
    let audit = house.ask("GET", "/api/v1/audit?action=events.view", None, 200).await;
    assert!(audit.to_string().contains(&marker));
}
