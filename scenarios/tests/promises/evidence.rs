//! The head of the journal leaves the server, and with it `yaguractl events verify` names what somebody did to the logs who has
//! taken the server over; removals that are killed again and again leave a journal that verifies.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::{Value, json};
use yagura_scenarios::{House, copy_folder};

const EVIDENCE: &str = "/api/v1/events/evidence";

/// The files of segments below a folder, with this ending.
fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path, ending) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    found.sort();
    found
}

fn told(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// What `events verify` says of a folder: its exit status, and the kinds of its faults.
fn verify(house: &House, data: &Path, head: &Path) -> (i32, Vec<String>) {
    let data = data.display().to_string();
    let head = head.display().to_string();
    let output = house.ctl(&["events", "verify", "--data", &data, "--head", &head, "-o", "json"]);
    let faults = told(&output)["faults"].as_array().unwrap().clone();
    let kinds = faults.iter().map(|fault| fault["kind"].as_str().unwrap().to_owned()).collect();
    (output.status.code().unwrap(), kinds)
}

/// Sends a head to a folder and gives the file that came.
async fn sent(house: &House, folder: &Path) -> PathBuf {
    let before = files(folder, "json").len();
    house.ask("POST", &format!("{EVIDENCE}/send"), None, 202).await;
    house
        .until("the head", EVIDENCE, |shown| {
            let over = shown["heads"][0]["deliveries"].as_array()?.iter().all(|one| one["state"] == "done");
            (over && files(folder, "json").len() > before).then_some(())
        })
        .await;
    files(folder, "json").pop().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_the_logs_is_named_by_whoever_has_a_head_that_left_the_server() {
    let mut house = House::new();
    house.start_agent();
    house.endpoint().await;
    let start = "/api/v1/events?kind=agent.start";
    house.until("the agent's start", start, |page| page["items"].get(0).cloned()).await;
    let folder = house.path("worm");
    fs::create_dir(&folder).unwrap();
    let settings = json!({"hour": 6, "destinations": [{"kind": "folder", "path": folder}]});
    let set = house.try_ask("PUT", EVIDENCE, Some("*"), Some(&settings)).await.unwrap();
    assert_eq!(set.0, 200, "{}", set.1);
    // A server that is stopped and started has its events in segments.
    house.stop_server();
    copy_folder(&house.path("server"), &house.path("old"));
    house.start_server();
    house.kill_agent();
    house.start_agent();
    house.until("another start", start, |page| page["items"].get(1).cloned()).await;
    house.stop_server();
    house.start_server();
    let head = sent(&house, &folder).await;

    // Of the server that runs, link by link.
    let head_text = head.display().to_string();
    let online = house.ctl(&["events", "verify", "--head", &head_text, "-o", "json"]);
    assert_eq!((online.status.code(), told(&online)["faults"].clone()), (Some(0), json!([])));
    let plain = house.ctl(&["events", "verify", "--head", &head_text]);
    let note = String::from_utf8_lossy(&plain.stderr).into_owned();
    let root = note.split("--root-key ").nth(1).unwrap().trim().to_owned();
    let proven = house.ctl(&["events", "verify", "--root-key", &root, "-o", "json"]);
    assert_eq!((proven.status.code(), told(&proven)["faults"].clone()), (Some(0), json!([])));
    let other = "0".repeat(64);
    assert_eq!(house.ctl(&["events", "verify", "--root-key", &other]).status.code(), Some(4));

    house.kill_agent();
    house.stop_server();
    assert_eq!(verify(&house, &house.path("server"), &head), (0, vec![]));
    // Somebody puts the data folder back to how it was before.
    assert_eq!(verify(&house, &house.path("old"), &head), (4, vec!["rolled_back".to_owned()]));
    let harmed = |name: &str, harm: &dyn Fn(&Path)| {
        let copy = house.path(name);
        copy_folder(&house.path("server"), &copy);
        let segment = files(&copy.join("events/v1"), "parquet").remove(0);
        harm(&segment);
        verify(&house, &copy, &head)
    };
    let changed = harmed("changed", &|segment| {
        let mut bytes = fs::read(segment).unwrap();
        bytes[20] ^= 1;
        fs::write(segment, bytes).unwrap();
    });
    assert_eq!(changed, (4, vec!["changed".to_owned()]));
    let missing = harmed("missing", &|segment| fs::remove_file(segment).unwrap());
    assert_eq!(missing, (4, vec!["missing".to_owned()]));
    let inserted = harmed("inserted", &|segment| {
        fs::copy(segment, segment.with_file_name("part-01a21037-7680-7000-8000-000000000001.parquet"))
            .map(drop)
            .unwrap();
    });
    assert_eq!(inserted, (4, vec!["unknown".to_owned()]));
    // A head that is none is a wrong usage.
    let text = fs::read_to_string(&head).unwrap().replace("\"version\": 1", "\"version\": 9");
    fs::write(house.path("forged.json"), text).unwrap();
    let (data, forged) = (house.path("server").display().to_string(), house.path("forged.json").display().to_string());
    assert_eq!(house.ctl(&["events", "verify", "--data", &data, "--head", &forged]).status.code(), Some(2));
}
