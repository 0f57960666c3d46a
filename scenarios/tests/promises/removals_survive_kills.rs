//! A server is killed fifty times while it erases one person's events: what is held is there after every kill, what was to go is
//! gone in the end, and the journal verifies.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use yagura_scenarios::{House, sees_processes, start_programs, start_until_seen};

const KILLS: usize = 50;
const ERASURES: &str = "/api/v1/events/erasures";
/// What a hold keeps, and what goes.
const HELD: &str = "&kind=process.exit";
const GOES: &str = "&kind=process.start";

/// Imports the person whose the account of root is from then on; the id.
async fn somebody(house: &House) -> String {
    let csv = "employee_number,name,kana\n100,田中 花子,タナカ ハナコ\n";
    let file = house.path("people.csv");
    std::fs::write(&file, csv).unwrap();
    let imported = house.ctl(&["people", "import", &file.display().to_string()]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let account = house
        .until("the account of root", "/api/v1/accounts", |list| {
            list["items"].as_array()?.iter().find(|one| one["account_id"] == "0").cloned()
        })
        .await;
    let people = house.ask("GET", "/api/v1/people", None, 200).await;
    let person = people["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/accounts/{}/person", account["id"].as_str().unwrap());
    let body = json!({"person_id": person});
    let put = house.try_ask("PUT", &path, Some("*"), Some(&body)).await.unwrap();
    assert!((200..300).contains(&put.0), "{}", put.1);
    person
}

/// Orders an erasure as whoever looked at its preview.
async fn order(house: &House, person: &str) -> Value {
    let preview = house.ask("POST", &format!("{ERASURES}/preview"), Some(&json!({"person": person})), 200).await;
    let order = json!({"person": person, "reason": "本人の請求", "preview": preview["id"]});
    house.ask("POST", ERASURES, Some(&order), 202).await
}

async fn all_over(house: &House) {
    house
        .until("the end of every erasure", ERASURES, |list| {
            let over = list["items"].as_array()?.iter().all(|one| !one["ended_at"].is_null());
            over.then_some(())
        })
        .await;
    let list = house.ask("GET", ERASURES, None, 200).await;
    for erasure in list["items"].as_array().unwrap() {
        assert_eq!(erasure["state"], "done", "{erasure}");
    }
}

/// The numbers of the events of a kind, each of which must be there once.
async fn numbers(house: &House, kind: &str) -> BTreeSet<String> {
    let events = house.events(kind).await;
    let number = |event: &Value| format!("{} {} {}", event["epoch"], event["lane"], event["seq"]);
    let numbers: BTreeSet<_> = events.iter().map(number).collect();
    assert_eq!(numbers.len(), events.len(), "each event is there once");
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_is_killed_fifty_times_takes_what_it_should_and_nothing_else() {
    if !sees_processes("an erasure that is killed fifty times takes what it should") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    house.endpoint().await;
    start_until_seen(&house, &house.marker("first")).await;
    let person = somebody(&house).await;
    let hold = json!({"name": "調査", "reason": "調査中", "scope": {"kinds": ["process.exit"]}});
    house.ask("POST", "/api/v1/events/holds", Some(&hold), 201).await;
    let mut held = numbers(&house, HELD).await;
    // The same "random" order every time: a failure can be repeated.
    let mut lot = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..KILLS {
        start_programs(&house.marker("more"), 40);
        order(&house, &person).await;
        lot ^= lot << 13;
        lot ^= lot >> 7;
        lot ^= lot << 17;
        // From at once to some milliseconds: before, amid and after the removal.
        for _ in 0..lot % 20_000 {
            tokio::task::yield_now().await;
        }
        house.kill_server();
        house.start_server();
        let now = numbers(&house, HELD).await;
        assert!(now.is_superset(&held), "after kill {round}: what is held is there");
        held = now;
    }
    all_over(&house).await;
    house.kill_agent();
    order(&house, &person).await;
    all_over(&house).await;
    let left = house.events(GOES).await;
    let theirs =
        left.iter().filter(|event| event["person"]["id"] == person.as_str() || event["person"] == person.as_str());
    assert_eq!(theirs.count(), 0, "nothing of the person's is left but what is held");
    let now = numbers(&house, HELD).await;
    assert!(now.is_superset(&held) && held.len() > KILLS, "{} are held", now.len());
    house.stop_server();
    let data = house.path("server").display().to_string();
    let verified = house.ctl(&["events", "verify", "--data", &data]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    println!("{} events held over {KILLS} kills, {} others left", now.len(), left.len());
}
