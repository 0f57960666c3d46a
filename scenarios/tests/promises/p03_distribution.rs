//! P03: a package goes to three endpoints ring by ring, and to the one that was off when it is back; the person at one of them is told first
//! and puts it off once; a package that fails stops its ring, and what was before comes back.
//!
//! Each endpoint has a Debian of its own; nothing on this machine is installed.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use yagura_scenarios::{Archive, House, MadePackage, Seat, may_plant, sees_processes};

const PERSON: u32 = 65534;
/// The endpoints, by the names of their agents' folders, which are their host names too.
const ALL: [&str; 3] = ["agent", "second", "third"];

async fn allow(house: &House, endpoints: usize) {
    let path = format!("/api/v1/policies/distribution/{}", house.root_group().await);
    let body = json!({"inherit": "replace", "value": {"allowed": ["install", "updates"]}});
    let (status, answer) = house.try_ask("PUT", &path, Some("*"), Some(&body)).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let list = house.ask("GET", "/api/v1/endpoints", None, 200).await;
    let ids: Vec<&str> = list["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), endpoints);
    for id in ids {
        house
            .until("the policy", &format!("/api/v1/endpoints/{id}/policies"), |page| {
                let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "distribution")?;
                (policy["state"] == "applied" && policy["value"]["allowed"][0] == "install").then_some(())
            })
            .await;
    }
}

/// The endpoints' ids in the order of [`ALL`], once all are on line and told of their packages.
async fn endpoints(house: &House) -> Vec<String> {
    house
        .until("three endpoints", "/api/v1/endpoints", |list| {
            let items = list["items"].as_array()?;
            let of = |name: &str| items.iter().find(|one| one["hostname"] == name && one["online"] == true);
            ALL.iter().map(|name| Some(of(name)?["id"].as_str()?.to_owned())).collect::<Option<Vec<_>>>()
        })
        .await
}

/// Begins a rollout of this package to the endpoints, a ring each.
async fn roll_out(house: &House, package: &str, ids: &[String], notice: Value) -> String {
    let rings: Vec<Value> = ids
        .iter()
        .zip(ALL)
        .map(|(id, name)| json!({"name": name, "targets": {"endpoints": [id]}, "enough_percent": 100}))
        .collect();
    let ask = json!({"name": "accounting", "work": {"kind": "install", "items": [package]}, "rings": rings,
        "notice": notice, "timeout_s": 120});
    let begun = house.ask("POST", "/api/v1/distribution/rollouts", Some(&ask), 201).await;
    begun["id"].as_str().unwrap().to_owned()
}

/// Waits until the endpoint's part in the rollout says so, and gives it.
async fn part(house: &House, rollout: &str, endpoint: &str, states: &[&str]) -> Value {
    let path = format!("/api/v1/distribution/rollouts/{rollout}/endpoints/{endpoint}");
    house
        .until(&states.join(" or "), &path, |part| {
            let state = part["state"].as_str().or_else(|| part["part"]["state"].as_str())?;
            states.contains(&state).then(|| part.clone())
        })
        .await
}

fn version(house: &House, name: &str) -> String {
    let asked = house
        .try_in_tree(name, &["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Version}", "accounting"]);
    String::from_utf8_lossy(&asked.stdout).into_owned()
}

/// Presses the button at the lower left, which puts it off, or the one at the lower right, which has it done now.
fn press(seat: &Seat, window: &str, left: bool) {
    let shape = seat.ask("xdotool", &["getwindowgeometry", "--shell", window]).unwrap();
    let side = |name: &str| shape.lines().find_map(|line| line.strip_prefix(name)?.parse::<i32>().ok()).unwrap();
    let (x, y) = (if left { 50 } else { side("WIDTH=") - 50 }, side("HEIGHT=") - 30);
    let place = ["mousemove", "--window", window, &x.to_string(), &y.to_string(), "click", "1"].map(str::to_owned);
    seat.ask("xdotool", &place.each_ref().map(String::as_str)).unwrap();
}

async fn shelve(house: &House, made: PathBuf) -> String {
    let item = house.hand_in("/api/v1/distribution/packages", &made, 201).await;
    assert_eq!(item["name"], "accounting", "its head was read: {item}");
    item["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_goes_ring_by_ring_and_one_that_fails_stops_its_ring_and_goes_back() {
    let promise = "P03: a package, ring by ring";
    if !sees_processes(promise) || !may_plant(promise) {
        return;
    }
    let mut house = House::without_agent();
    fs::set_permissions(house.path(""), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    for name in ALL {
        house.plant(name, name);
        house.enrol(name, &house.url(), &house.authority());
        house.start_agent_in(name);
    }
    let ids = endpoints(&house).await;
    let archive = Archive::in_folder(house.path("made"));
    let one = archive.add(MadePackage { name: "accounting", version: "1.0", postinst: "" });
    let two =
        archive.add(MadePackage { name: "accounting", version: "2.0", postinst: "echo it cannot be set up; exit 1" });
    let first = shelve(&house, one).await;
    let broken = shelve(&house, two).await;
    allow(&house, ALL.len()).await;
    let Some(seat) = Seat::take(&house, PERSON, promise) else { return };
    house.until_log("agent", "session").await;
    house.kill_agent_in("third");

    // The person at the first endpoint is told, puts it off, is told again and lets it happen.
    let notice = json!({"seconds": 3600, "postpone_times": 1, "postpone_s": 7200, "text": "会計ソフト"});
    let rollout = roll_out(&house, &first, &ids, notice).await;
    let asked = seat.popup().await.to_string();
    assert_eq!(version(&house, "agent"), "", "not before the person knows");
    press(&seat, &asked, true);
    let put_off = house
        .until("that it was put off", "/api/v1/events?kind=distribution.postponed", |page| {
            page["items"].get(0).cloned()
        })
        .await;
    assert_eq!((&put_off["user_id"], &put_off["body"]["rollout_id"]), (&json!(PERSON.to_string()), &json!(rollout)));
    part(&house, &rollout, &ids[0], &["postponed"]).await;
    let again = seat.popup().await.to_string();
    press(&seat, &again, false);
    part(&house, &rollout, &ids[0], &["done"]).await;
    assert_eq!(version(&house, "agent"), "installed 1.0");

    // Nobody sits at the second: at once. The third is off, and has it when it is back.
    part(&house, &rollout, &ids[1], &["done"]).await;
    assert_eq!(version(&house, "second"), "installed 1.0");
    part(&house, &rollout, &ids[2], &["queued"]).await;
    house.start_agent_in("third");
    part(&house, &rollout, &ids[2], &["done"]).await;
    assert_eq!(version(&house, "third"), "installed 1.0");
    let done = house
        .until("the end", &format!("/api/v1/distribution/rollouts/{rollout}"), |one| {
            (one["state"] == "done").then(|| one.clone())
        })
        .await;
    assert!(done["rings"].as_array().unwrap().iter().all(|ring| ring["state"] == "good"), "{done}");

    // The next version fails at the first: it goes back there, and nobody else gets it.
    let rollout = roll_out(&house, &broken, &ids, json!({})).await;
    let failed = part(&house, &rollout, &ids[0], &["rolled_back"]).await;
    assert!(failed.to_string().contains("the package system ended with 100"), "{failed}");
    let stopped = house
        .until("that its ring stops", &format!("/api/v1/distribution/rollouts/{rollout}"), |one| {
            (one["rings"][0]["state"] == "stopped").then(|| one.clone())
        })
        .await;
    assert_eq!((&stopped["state"], &stopped["rings"][1]["state"]), (&json!("stopped"), &json!("waiting")));
    for name in ALL {
        assert_eq!(version(&house, name), "installed 1.0", "{name}");
        assert_eq!(house.in_tree(name, &["dpkg", "--audit"]), "", "{name}");
    }
}
