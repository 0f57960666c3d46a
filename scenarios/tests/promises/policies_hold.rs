//! A policy reaches the agent, holds while the server is away and over a restart, and is refused when it is wrong.

use serde_json::{Value, json};
use yagura_scenarios::House;

fn operation_log(page: &Value) -> Option<&Value> {
    page["items"].as_array()?.iter().find(|policy| policy["feature"] == "operation_log")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_applied_survives_restarts_and_says_where_it_comes_from() {
    let mut house = House::new();
    house.start_agent();
    let endpoint = house.endpoint().await;
    let root = house.root_group().await;
    let path = format!("/api/v1/policies/operation_log/{root}");
    let wrong = json!({"inherit": "replace", "value": {"processes": {"exclude": [{"name": "everything"}]}}});
    let refused = house.ask("PUT", &path, Some(&wrong), 422).await;
    assert_eq!(refused["errors"][0]["pointer"], "/value/processes/exclude/0");
    let value = json!({"inherit": "replace", "value": {"processes": {"record_exit": false}}, "comment": "test"});
    house.ask("PUT", &path, Some(&value), 200).await;
    let of_endpoint = format!("/api/v1/endpoints/{endpoint}/policies");
    let applied = |page: &Value| {
        let policy = operation_log(page)?;
        let there = policy["state"] == "applied" && policy["value"]["processes"]["record_exit"] == false;
        there.then(|| policy.clone())
    };
    let policy = house.until("the applied policy", &of_endpoint, applied).await;
    let origin = |pointer: &str| {
        let found = policy["origins"].as_array().unwrap().iter().find(|origin| origin["pointer"] == pointer);
        found.unwrap_or_else(|| panic!("no origin of {pointer} in {policy}")).clone()
    };
    assert_eq!(origin("/processes/record_exit")["group"]["id"], root.as_str());
    assert_eq!(origin("/processes/hash")["from"], "default");
    // The server goes away, the agent starts again: the last known good holds, and is told when the server is back.
    house.kill_server();
    house.kill_agent();
    house.start_agent();
    house.start_server();
    house.endpoint().await;
    house.until("the policy after a restart", &of_endpoint, applied).await;
    let version = house.ask("GET", &path, None, 200).await;
    assert_eq!(version["rollout"]["applied"], 1, "{version}");
}
