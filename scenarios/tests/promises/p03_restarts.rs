//! P03: a server that is killed in the middle of a rollout gives nothing twice and loses nothing; what ended meanwhile is told when it is
//! back, and the rings go on.
//!
//! Each endpoint has a Debian of its own; nothing on this machine is changed.

use serde_json::{Value, json};
use yagura_scenarios::{House, may_plant, sees_processes};

/// The endpoints, by the names of their agents' folders, which are their host names too.
const ALL: [&str; 3] = ["agent", "second", "third"];
/// Says that it ran, and goes on when it may.
const SCRIPT: &str = "echo x >>/ran; while ! [ -e /go ]; do sleep 0.1; done";

async fn endpoints(house: &House) -> Vec<String> {
    house
        .until("three endpoints", "/api/v1/endpoints", |list| {
            let items = list["items"].as_array()?;
            let of = |name: &str| items.iter().find(|one| one["hostname"] == name && one["online"] == true);
            ALL.iter().map(|name| Some(of(name)?["id"].as_str()?.to_owned())).collect::<Option<Vec<_>>>()
        })
        .await
}

async fn allow(house: &House, ids: &[String]) {
    let path = format!("/api/v1/policies/distribution/{}", house.root_group().await);
    let body = json!({"inherit": "replace", "value": {"allowed": ["script"]}});
    let (status, answer) = house.try_ask("PUT", &path, Some("*"), Some(&body)).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    for id in ids {
        house
            .until("the policy", &format!("/api/v1/endpoints/{id}/policies"), |page| {
                let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "distribution")?;
                (policy["state"] == "applied" && policy["value"]["allowed"][0] == "script").then_some(())
            })
            .await;
    }
}

async fn part(house: &House, rollout: &str, endpoint: &str, states: &[&str]) -> Value {
    let path = format!("/api/v1/distribution/rollouts/{rollout}/endpoints/{endpoint}");
    let fits = |part: &Value| states.iter().any(|state| part["state"] == *state).then(|| part.clone());
    house.until(&states.join(" or "), &path, fits).await
}

fn ran(house: &House, name: &str) -> String {
    String::from_utf8_lossy(&house.try_in_tree(name, &["cat", "/ran"]).stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_in_the_middle_of_a_rollout_gives_nothing_twice_and_loses_nothing() {
    let promise = "P03: a server that is killed in the middle of a rollout";
    if !sees_processes(promise) || !may_plant(promise) {
        return;
    }
    let mut house = House::without_agent();
    for name in ALL {
        house.plant(name, name);
        house.enrol(name, &house.url(), &house.authority());
        house.start_agent_in(name);
    }
    let ids = endpoints(&house).await;
    allow(&house, &ids).await;
    let script = json!({"name": "waits", "text": SCRIPT, "interpreter": "/bin/sh"});
    let item = house.ask("POST", "/api/v1/distribution/scripts", Some(&script), 201).await;
    let rings: Vec<Value> = ids
        .iter()
        .zip(ALL)
        .map(|(id, name)| json!({"name": name, "targets": {"endpoints": [id]}, "enough_percent": 100}))
        .collect();
    let ask =
        json!({"name": "waits", "work": {"kind": "script", "item": item["id"]}, "rings": rings, "timeout_s": 600});
    let rollout = house.ask("POST", "/api/v1/distribution/rollouts", Some(&ask), 201).await;
    let rollout = rollout["id"].as_str().unwrap().to_owned();

    // The first works; the server dies, and the work ends while nobody hears of it.
    part(&house, &rollout, &ids[0], &["working"]).await;
    house.kill_server();
    house.in_tree(ALL[0], &["touch", "/go"]);
    house.start_server();
    part(&house, &rollout, &ids[0], &["done"]).await;

    // The second has it; the server dies before it says anything more, twice. The third is off when its ring begins.
    part(&house, &rollout, &ids[1], &["queued", "taken", "fetching", "working"]).await;
    house.kill_server();
    house.kill_agent_in(ALL[2]);
    house.start_server();
    part(&house, &rollout, &ids[1], &["working"]).await;
    house.kill_server();
    house.start_server();
    house.in_tree(ALL[1], &["touch", "/go"]);
    part(&house, &rollout, &ids[1], &["done"]).await;
    part(&house, &rollout, &ids[2], &["queued"]).await;
    house.kill_server();
    house.start_server();
    house.start_agent_in(ALL[2]);
    part(&house, &rollout, &ids[2], &["working"]).await;
    house.in_tree(ALL[2], &["touch", "/go"]);

    let done = house
        .until("the end", &format!("/api/v1/distribution/rollouts/{rollout}"), |one| {
            (one["state"] == "done").then(|| one.clone())
        })
        .await;
    assert!(done["rings"].as_array().unwrap().iter().all(|ring| ring["state"] == "good"), "{done}");
    for (id, name) in ids.iter().zip(ALL) {
        assert_eq!(ran(&house, name), "x\n", "{name} ran it once");
        let whole = part(&house, &rollout, id, &["done"]).await;
        assert_eq!(whole["attempts"].as_array().map(Vec::len), Some(1), "{whole}");
    }
}
