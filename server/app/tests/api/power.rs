//! Power: what would come of a request is said beforehand, what is allowed is commanded, and who was to wake says hello.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yagura_channel::{
    server::Hub,
    wire::state::{Report, Section},
};
use yagura_server_kit::Role;

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

const POWER: &str = "/api/v1/power";
const PREVIEW: &str = "/api/v1/power/preview";

/// The policy of everybody.
async fn policy(house: &House, value: Value) {
    let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
    let path = format!("/api/v1/policies/power/{}", groups["items"][0]["id"].as_str().unwrap());
    house.admin("PUT", &path, Some(&json!({"inherit": "replace", "value": value}))).await.expect(200);
}

/// What a machine tells of itself.
async fn tells(machine: &Machine, people: u32, mac: &str) {
    let told = json!({"people": people, "cards": [{"mac": mac, "network": "127.0.0.0/24"}]});
    let sections = BTreeMap::from([("power".to_owned(), Section::Full(told))]);
    machine.client.state(&Report { sections }).await.unwrap();
}

async fn machine(house: &House, name: &str, people: u32, n: u8) -> Machine {
    let machine = Machine::enrol(house, name).await;
    tells(&machine, people, &format!("02:00:5e:10:00:{n:02x}")).await;
    machine
}

fn ask(action: &str, of: &[&Machine]) -> Value {
    json!({"action": action, "endpoints": of.iter().map(|one| one.id).collect::<Vec<_>>(), "reason": "更新のため"})
}

/// What would come of it, by host name.
async fn foretold(house: &House, ask: &Value) -> BTreeMap<String, String> {
    let page = house.admin("POST", PREVIEW, Some(ask)).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["endpoint"]["hostname"]), text(&one["outlook"])))
        .collect()
}

/// The commands that wait for a machine: name and arguments.
async fn waiting(machine: &Machine) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for sealed in machine.client.commands().await.unwrap().commands {
        let command = machine.client.open_command(&sealed).await.unwrap();
        found.push((command.name, command.args));
    }
    found
}

#[test]
fn nothing_may_be_asked_for_until_a_policy_says_so() {
    on_both(|house| async move {
        let one = machine(&house, "PC-001", 0, 1).await;
        let asked = ask("restart", &[&one]);
        assert_eq!(foretold(&house, &asked).await["PC-001"], "not_allowed");
        let refused = house.admin("POST", POWER, Some(&asked)).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "not_allowed");
        assert!(waiting(&one).await.is_empty());
        // Nor is there another way to give such a command.
        let command = json!({"name": "power.restart", "endpoints": [one.id], "args": {}});
        house.admin("POST", "/api/v1/commands", Some(&command)).await.expect(422);
    });
}

#[test]
fn it_is_foretold_for_each_endpoint_commanded_where_it_goes_and_written_down() {
    on_both(|house| async move {
        policy(&house, json!({"allowed": ["restart"]})).await;
        let free = machine(&house, "PC-001", 0, 1).await;
        let used = machine(&house, "PC-002", 1, 2).await;
        let server = machine(&house, "SRV-01", 0, 3).await;
        let old = Machine::enrol(&house, "PC-003").await;
        let inventory = include_str!("../../../../features/assets/golden/assets-v2.json");
        let sections = BTreeMap::from([("assets".to_owned(), Section::Full(serde_json::from_str(inventory).unwrap()))]);
        server.client.state(&Report { sections }).await.unwrap();
        // Somebody says in the ledger that it is one.
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE assets_asset SET kind = 'server' WHERE endpoint_id = $1")
            .bind(server.id.to_string())
            .execute(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let asked = ask("restart", &[&free, &used, &server, &old]);
        let expected = [("PC-001", "at_once"), ("PC-002", "notice"), ("PC-003", "unknown"), ("SRV-01", "server")];
        assert_eq!(foretold(&house, &asked).await, expected.map(|(name, what)| (name.into(), what.into())).into());
        let done = house.admin("POST", POWER, Some(&asked)).await.expect(201);
        let given = done["items"].as_array().unwrap().iter().filter(|one| one["command_id"].is_string()).count();
        assert_eq!(given, 2);
        for machine in [&server, &old] {
            assert!(waiting(machine).await.is_empty());
        }
        let (name, args) = waiting(&used).await.remove(0);
        assert_eq!(
            (name.as_str(), &args["reason"], &args["server"]),
            ("power.restart", &json!("更新のため"), &json!(false))
        );
        assert_eq!(args["request_id"], done["id"]);

        let list =
            house.admin("GET", &format!("{POWER}?request={}", done["id"].as_str().unwrap()), None).await.expect(200);
        assert_eq!(list["count"]["value"], 2);
        let audit = house.admin("GET", "/api/v1/audit?action=power.run", None).await.expect(200);
        assert_eq!(audit["count"]["value"], 2);
        assert_eq!(audit["items"][0]["purpose"], "更新のため");
    });
}

#[test]
fn a_server_is_restarted_only_as_its_policy_says_and_an_administrator_insists() {
    on_both(|house| async move {
        policy(&house, json!({"allowed": ["restart"], "servers": "administrator"})).await;
        let one = Machine::enrol(&house, "SRV-01").await;
        let told = json!({"server": "its form is that of a server", "people": 1, "cards": []});
        let sections = BTreeMap::from([("power".to_owned(), Section::Full(told))]);
        one.client.state(&Report { sections }).await.unwrap();
        let mut asked = ask("restart", &[&one]);
        let refused = house.admin("POST", POWER, Some(&asked)).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "server_in_use");
        asked["insist"] = json!(true);
        house.admin("POST", POWER, Some(&asked)).await.expect(201);
        assert_eq!(waiting(&one).await[0].1["insist"], true);
    });
}

#[test]
fn a_sleeper_is_woken_by_a_neighbour_and_has_woken_when_it_says_hello() {
    on_both(|house| async move {
        policy(&house, json!({"allowed": ["wake"]})).await;
        let mut sleeper = machine(&house, "PC-001", 0, 1).await;
        let asked = ask("wake", &[&sleeper]);
        assert_eq!(foretold(&house, &asked).await["PC-001"], "no_neighbour");
        let refused = house.admin("POST", POWER, Some(&asked)).await.expect(422);
        assert_eq!(
            (&refused["errors"][0]["code"], &refused["errors"][0]["pointer"]),
            (&json!("no_neighbour"), &json!("/endpoints"))
        );

        let neighbour = machine(&house, "PC-002", 1, 2).await;
        let listener = house.server.context().part::<Hub>().connect(neighbour.id);
        let done = house.admin("POST", POWER, Some(&asked)).await.expect(201);
        assert_eq!(done["items"][0]["neighbour"]["hostname"], "PC-002");
        assert!(waiting(&sleeper).await.is_empty());
        let (name, args) = waiting(&neighbour).await.remove(0);
        assert_eq!((name.as_str(), &args["hostname"]), ("power.wake", &json!("PC-001")));
        assert_eq!(args["cards"], json!([{"mac": "02:00:5e:10:00:01", "network": "127.0.0.0/24"}]));
        let list = house.admin("GET", &format!("{POWER}?endpoint=pc-001"), None).await.expect(200);
        assert_eq!((&list["items"][0]["woken_at"], &list["items"][0]["neighbour"]), (&Value::Null, &json!("PC-002")));

        sleeper.hello().await;
        let list = house.admin("GET", &format!("{POWER}?endpoint=pc-001"), None).await.expect(200);
        assert!(list["items"][0]["woken_at"].is_string(), "{list}");
        drop(listener);
    });
}

#[test]
fn what_is_on_is_not_woken() {
    on_both(|house| async move {
        policy(&house, json!({"allowed": ["wake"]})).await;
        let one = machine(&house, "PC-001", 0, 1).await;
        let listener = house.server.context().part::<Hub>().connect(one.id);
        assert_eq!(foretold(&house, &ask("wake", &[&one])).await["PC-001"], "on");
        drop(listener);
    });
}

#[test]
fn who_sees_one_group_restarts_and_wakes_there_only_and_by_nobody_else() {
    on_both(|house| async move {
        policy(&house, json!({"allowed": ["restart", "wake"]})).await;
        let (own, other) = (machine(&house, "PC-001", 0, 1).await, machine(&house, "PC-002", 0, 2).await);
        let group = house.group("大阪").await;
        house.move_to(&own, &group).await;
        let bearer = format!("Bearer {}", house.limited_to(Role::Operator, &group).await);
        let headers = [("authorization", bearer.as_str())];
        house.ask("POST", POWER, &headers, Some(&ask("restart", &[&own, &other]))).await.expect(422);
        assert!(waiting(&own).await.is_empty() && waiting(&other).await.is_empty());
        let page = house.ask("POST", PREVIEW, &headers, Some(&ask("wake", &[&own]))).await.expect(200);
        assert_eq!(page["items"][0]["outlook"], "no_neighbour", "{page}");
        let done = house
            .ask("POST", POWER, &headers, Some(&json!({"action": "restart", "group_id": group})))
            .await
            .expect(201);
        assert_eq!(done["items"].as_array().unwrap().len(), 1);
        house.admin("POST", POWER, Some(&ask("restart", &[&other]))).await.expect(201);
        let list = house.ask("GET", POWER, &headers, None).await.expect(200);
        assert_eq!((&list["count"]["value"], &list["items"][0]["endpoint"]["hostname"]), (&json!(1), &json!("PC-001")));
    });
}

#[test]
fn what_does_not_fit_says_where() {
    on_both(|house| async move {
        let one = machine(&house, "PC-001", 0, 1).await;
        for (change, pointer) in [
            (json!({"notice_s": 5}), "/notice_s"),
            (json!({"expires_in_s": 1}), "/expires_in_s"),
            (json!({"reason": "長".repeat(201)}), "/reason"),
            (json!({"endpoints": null}), "/endpoints"),
            (json!({"endpoints": ["0192f0c1-2345-7abc-8def-0123456789ab"]}), "/endpoints/0"),
        ] {
            let mut asked = ask("restart", &[&one]);
            for (name, value) in change.as_object().unwrap() {
                asked[name] = value.clone();
            }
            let refused = house.admin("POST", PREVIEW, Some(&asked)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        }
    });
}
