//! A11: a laptop that leaves the office for home is somewhere else in the ledger, and its history says since when.

use serde_json::{Value, json};
use yagura_scenarios::{House, may_be_apart, may_mount};

const PROMISE: &str = "A11: a move from the office to home changes the whereabouts";

/// Puts the laptop into the network of this router, as a cable or a radio would.
fn join(house: &House, address: &str, router: &str, mac: &str) {
    house.inside("agent", &["ip", "address", "flush", "dev", "lan0"]);
    house.inside("agent", &["ip", "address", "add", address, "dev", "lan0"]);
    house.inside("agent", &["ip", "route", "replace", "default", "via", router, "dev", "lan0"]);
    house.inside("agent", &["ip", "neighbour", "replace", router, "lladdr", mac, "dev", "lan0", "nud", "permanent"]);
}

/// The asset, once the ledger shows it in this place.
async fn seen(house: &House, place: &str) -> Value {
    house
        .until(place, &format!("/api/v1/assets/ledger?whereabouts={place}"), |page| {
            page["items"].as_array()?.first().cloned()
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a_move_from_the_office_to_home_changes_the_whereabouts_and_the_history_is_kept() {
    if !may_mount(PROMISE) || !may_be_apart(PROMISE) {
        return;
    }
    let mut house = House::new();
    let _road = house.set_apart("agent", "keiri-09");
    house.start_agent();
    let endpoint = house.endpoint().await;
    house.plug_in("agent", "lan0", "00:1b:21:00:00:09");
    // Homes have these addresses too: the router tells the office apart.
    join(&house, "192.168.1.20/24", "192.168.1.1", "00:1b:21:aa:00:01");
    let path = format!("/api/v1/policies/assets/{}", house.root_group().await);
    let office = json!({"name": "本社", "networks": ["192.168.1.0/24"], "gateways": ["00:1b:21:aa:00:01"]});
    let wrong = json!({"inherit": "replace", "value": {"offices": [{"name": "本社", "networks": ["192.168.1.0"]}]}});
    let refused = house.ask("PUT", &path, Some(&wrong), 422).await;
    assert_eq!(refused["errors"][0]["pointer"], "/value/offices/0/networks/0");
    house.ask("PUT", &path, Some(&json!({"inherit": "replace", "value": {"offices": [office]}})), 200).await;
    let there = seen(&house, "office").await;
    assert_eq!((&there["office"], &there["name"]), (&json!("本社"), &json!("keiri-09")));

    join(&house, "192.168.1.33/24", "192.168.1.254", "00:1b:21:bb:00:01");
    let order = json!({"name": "inventory.refresh", "endpoints": [endpoint], "args": {}});
    house.ask("POST", "/api/v1/commands", Some(&order), 201).await;
    // A network that it has not been in on three days is not its home yet.
    let away = seen(&house, "elsewhere").await;
    assert_eq!(away["office"], "");
    let path = format!("/api/v1/assets/changes?asset={}&part=whereabouts", away["id"].as_str().unwrap());
    let history = house.ask("GET", &path, None, 200).await;
    let told: Vec<_> = history["items"].as_array().unwrap().iter().filter(|one| one["part"] == "whereabouts").collect();
    assert_eq!(told.len(), 1, "{history}");
    assert_eq!((&told[0]["before"], &told[0]["after"]), (&json!("office 本社"), &json!("elsewhere")));
    // Where the laptop was is told; in which network it was is not.
    let inventory = house.ask("GET", &format!("/api/v1/assets/{endpoint}"), None, 200).await;
    assert!(!inventory.to_string().contains("00:1b:21:bb:00:01"), "{inventory}");
}
