//! A grant for one person changes what holds for that person only, and ends on time, also while the server is away.

use std::{os::unix::process::CommandExt as _, process::Command, time::Duration};

use serde_json::json;
use yagura_scenarios::{House, sees_processes};
use yagura_vocabulary::{Clock as _, SystemClock};

/// Accounts that every Debian has. Nobody works as them on a machine that runs tests.
const GRANTED: u32 = 1;
const OTHER: u32 = 65534;
/// The program that the policy leaves out, and one that it does not.
const LEFT_OUT: &str = "/usr/bin/true";
const RECORDED: &str = "/usr/bin/env";

fn start(program: &str, account: u32, marker: &str) {
    Command::new(program).arg(marker).uid(account).output().unwrap();
}

async fn found(house: &House, marker: &str) -> Vec<serde_json::Value> {
    house.events(&format!("&text={marker}&kind=process.start")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_changes_one_persons_rows_and_ends_on_time_off_line_too() {
    if !sees_processes("a grant changes one person's rows and ends on time") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    let endpoint = house.endpoint().await;
    let policy = json!({"processes": {"exclude": [{"name": "true", "image": LEFT_OUT}]}});
    let path = format!("/api/v1/policies/operation_log/{}", house.root_group().await);
    house.ask("PUT", &path, Some(&json!({"inherit": "replace", "value": policy})), 200).await;
    let expires_at = SystemClock.now() + Duration::from_secs(25);
    let grant = json!({
        "feature": "operation_log", "reason": "test", "expires_at": expires_at,
        "scope": {"endpoint_id": endpoint, "account": GRANTED.to_string()},
        "value": {"processes": {"exclude": []}},
    });
    let grant = house.ask("POST", "/api/v1/grants", Some(&grant), 201).await;
    let rule = format!("grant:{}", grant["id"].as_str().unwrap());

    let during = house.marker("during");
    let rows = format!("/api/v1/events?text={during}&kind=process.start");
    house
        .until("a row by the grant", &rows, |page| {
            start(LEFT_OUT, OTHER, &during);
            start(LEFT_OUT, GRANTED, &during);
            let rows = page["items"].as_array()?;
            rows.iter().any(|row| row["rule"] == rule.as_str()).then_some(())
        })
        .await;

    house.kill_server();
    // The agent's timer may be late, but not by much.
    let over = expires_at + Duration::from_secs(3);
    let after = house.marker("after");
    while SystemClock.now() < over {
        start(LEFT_OUT, GRANTED, &house.marker("before"));
    }
    start(LEFT_OUT, GRANTED, &after);
    start(RECORDED, GRANTED, &after);
    house.start_server();
    house
        .until("the row after the grant", &format!("/api/v1/events?text={after}&kind=process.start"), |page| {
            (!page["items"].as_array()?.is_empty()).then_some(())
        })
        .await;
    let after = found(&house, &after).await;
    assert!(after.iter().all(|row| row["image"] == RECORDED), "{after:?}");
    let during = found(&house, &during).await;
    let granted = GRANTED.to_string();
    let of_grant = |row: &serde_json::Value| row["user_id"] == granted.as_str() && row["rule"] == rule.as_str();
    assert!(during.iter().filter(|row| row["image"] == LEFT_OUT).all(of_grant), "{during:?}");
}
