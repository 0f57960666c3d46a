//! A command given while the agent is off runs once when it returns; a cancelled one never runs.

use serde_json::{Value, json};
use yagura_scenarios::House;

async fn give(house: &House, endpoint: &str) -> String {
    let body = json!({"name": "inventory.refresh", "endpoints": [endpoint], "args": {}});
    let given = house.ask("POST", "/api/v1/commands", Some(&body), 201).await;
    given["items"][0]["id"].as_str().unwrap().to_owned()
}

fn is_done(command: &Value) -> Option<Value> {
    (command["state"] == "done" || command["state"] == "failed").then(|| command.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_waits_for_its_endpoint_and_runs_once() {
    let mut house = House::new();
    house.start_agent();
    let endpoint = house.endpoint().await;
    let now = give(&house, &endpoint).await;
    let done = house.until("the command", &format!("/api/v1/commands/{now}"), is_done).await;
    assert_eq!(done["state"], "done", "{done}");
    house.kill_agent();
    let (waits, cancelled) = (give(&house, &endpoint).await, give(&house, &endpoint).await);
    house.ask("POST", &format!("/api/v1/commands/{cancelled}/cancel"), None, 200).await;
    house.start_agent();
    let done = house.until("the command that waited", &format!("/api/v1/commands/{waits}"), is_done).await;
    assert_eq!(done["state"], "done", "{done}");
    let states: Vec<_> = done["history"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
    assert_eq!(states.iter().filter(|state| **state == "accepted").count(), 1, "{done}");
    // It came after the cancelled one could have run.
    let still = house.ask("GET", &format!("/api/v1/commands/{cancelled}"), None, 200).await;
    assert_eq!(still["state"], "cancelled");
    house.ask("POST", &format!("/api/v1/commands/{waits}/cancel"), None, 409).await;
}
