//! Distribution: what is handed in is read and kept, rings begin one after the other, and what fails stops them.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Value, json};
use yagura_channel::{
    agent::blobs::BlobDir,
    wire::{
        blob::{BlobHash, BlobPurpose},
        command::Progress,
        hello::FeatureVersion,
        state::{Report, Section},
    },
};
use yagura_server_kit::Role;
use yagura_vocabulary::{Clock as _, CommandState, SystemClock};

use crate::{
    harness::{House, on_both},
    ledger,
    machine::Machine,
};

const ITEMS: &str = "/api/v1/distribution/items";
const ROLLOUTS: &str = "/api/v1/distribution/rollouts";

/// A Debian package of this name and version, as `dpkg-deb --build -Znone` writes it.
pub(crate) fn deb(name: &str, version: &str) -> Vec<u8> {
    deb_for(name, version, "all")
}

/// One for machines of this architecture.
fn deb_for(name: &str, version: &str, architecture: &str) -> Vec<u8> {
    let control = format!(
        "Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nDepends: libc6\nDescription: a test\n"
    );
    let mut tar = vec![0; 512];
    tar[..9].copy_from_slice(b"./control");
    tar[124..135].copy_from_slice(format!("{:011o}", control.len()).as_bytes());
    tar.extend_from_slice(control.as_bytes());
    tar.resize(2048, 0);
    let member = |name: &str, content: &[u8]| {
        let head = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len());
        [head.as_bytes(), content].concat()
    };
    [b"!<arch>\n".as_slice(), &member("debian-binary", b"2.0\n"), &member("control.tar", &tar)].concat()
}

/// Hands a file in; the status and what is answered.
pub(crate) async fn hand_in(house: &House, query: &str, file: &[u8]) -> (u16, Value) {
    let build = || {
        let uri = format!("/api/v1/distribution/packages{query}");
        let request = Request::builder().method(Method::POST).uri(uri);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", house.admin));
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
        request.body(Bytes::from(file.to_vec())).unwrap()
    };
    let answer = house.client.send(build).await.unwrap();
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// The policy of everybody.
async fn allow(house: &House, kinds: &[&str]) {
    let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
    let path = format!("/api/v1/policies/distribution/{}", groups["items"][0]["id"].as_str().unwrap());
    let value = json!({"inherit": "replace", "value": {"allowed": kinds}});
    house.admin("PUT", &path, Some(&value)).await.expect(200);
}

pub(crate) async fn machine(house: &House, name: &str) -> Machine {
    let mut machine = Machine::enrol(house, name).await;
    machine.knows(FeatureVersion { feature: "distribution".to_owned(), version: 1 });
    machine.hello().await;
    machine
}

/// Lets the server do what there is to do by now.
pub(crate) async fn look(house: &House) {
    yagura_distribution::server::look(house.server.context()).await.unwrap();
}

/// The jobs that wait for a machine: command and arguments.
pub(crate) async fn jobs(machine: &Machine, name: &str) -> Vec<(yagura_vocabulary::id::CommandId, Value)> {
    let mut found = Vec::new();
    for sealed in machine.client.commands().await.unwrap().commands {
        let command = machine.client.open_command(&sealed).await.unwrap();
        if command.name == name {
            found.push((command.id, command.args));
        }
    }
    found
}

/// Takes the one job that waits up, and, where `end` says so, ends it.
async fn carries_out(house: &House, machine: &Machine, end: &str) -> Value {
    let (id, args) = jobs(machine, "distribution.run").await.remove(0);
    let progress = |state, result| Progress { id, state, at: SystemClock.now(), result, error: None };
    machine.client.progress(id, &progress(CommandState::Accepted, None)).await.unwrap();
    if !end.is_empty() {
        let outcome = json!({"end": end, "why": if end == "done" { "" } else { "postinst failed" }, "ended_at": SystemClock.now(),
            "changed": [{"package": "hello", "before": "1.0", "after": "2.0"}], "log": "Setting up hello"});
        machine.client.progress(id, &progress(CommandState::Done, Some(outcome))).await.unwrap();
    }
    look(house).await;
    args
}

/// Three rings of one machine each.
fn ask(machines: &[&Machine]) -> Value {
    let ring = |(at, machine): (usize, &&Machine)| json!({"name": format!("ring {at}"), "targets": {"endpoints": [machine.id]}});
    let rings: Vec<_> = machines.iter().enumerate().map(ring).collect();
    json!({"name": "安全な更新", "work": {"kind": "security_updates"}, "rings": rings, "reason": "月例"})
}

async fn read(house: &House, rollout: &Value) -> Value {
    house.admin("GET", &format!("{ROLLOUTS}/{}", rollout["id"].as_str().unwrap()), None).await.expect(200)
}

async fn steer(house: &House, rollout: &Value, verb: &str) -> Value {
    let path = format!("{ROLLOUTS}/{}/{verb}", rollout["id"].as_str().unwrap());
    let answer = house.admin("POST", &path, None).await.expect(200);
    look(house).await;
    answer
}

/// How the rollout and each of its rings stand.
async fn stand(house: &House, rollout: &Value) -> String {
    let now = read(house, rollout).await;
    let rings = now["rings"].as_array().unwrap().iter().map(|ring| ring["state"].as_str().unwrap());
    format!("{}: {}", now["state"].as_str().unwrap(), rings.collect::<Vec<_>>().join(", "))
}

/// The states of a rollout's parts by host name.
pub(crate) async fn parts(house: &House, rollout: &Value) -> BTreeMap<String, String> {
    let path = format!("/api/v1/distribution/parts?rollout={}", rollout["id"].as_str().unwrap());
    let page = house.admin("GET", &path, None).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(|one| (text(&one["hostname"]), text(&one["state"]))).collect()
}

#[test]
fn a_package_says_itself_what_it_is_and_lies_on_the_shelf_once() {
    on_both(|house| async move {
        let file = deb("hello", "2.0-1");
        let (status, item) = hand_in(&house, "?note=%E6%9C%88%E4%BE%8B", &file).await;
        assert_eq!((status, &item["name"], &item["version"]), (201, &json!("hello"), &json!("2.0-1")), "{item}");
        assert_eq!(
            (&item["kind"], &item["architecture"], &item["depends"]),
            (&json!("deb"), &json!("all"), &json!(["libc6"]))
        );
        assert_eq!((&item["note"], &item["created_by"]), (&json!("月例"), &json!("admin")));
        let (status, again) = hand_in(&house, "", &file).await;
        assert_eq!((status, &again["id"]), (200, &item["id"]));

        let other = "0".repeat(64);
        let (status, refused) = hand_in(&house, &format!("?sha256={other}"), &deb("hello", "3.0")).await;
        assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("other_hash")));
        let (status, refused) = hand_in(&house, "", b"MZ this is something else").await;
        assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("no_package")));
        let settings = json!({"most_bytes": 1 << 20});
        let headers = [("authorization", &*format!("Bearer {}", house.admin)), ("if-match", "*")];
        house.ask("PUT", "/api/v1/distribution/settings", &headers, Some(&settings)).await.expect(200);
        assert_eq!(hand_in(&house, "", &vec![b'x'; (1 << 20) + 1]).await.0, 413);
        assert!(std::fs::read_dir(house.dir().join("uploads")).unwrap().next().is_none(), "nothing is left of uploads");

        let list = house.admin("GET", ITEMS, None).await.expect(200);
        assert_eq!(list["count"]["value"], 1);
        let path = format!("{ITEMS}/{}", item["id"].as_str().unwrap());
        house.admin("DELETE", &path, None).await.expect(204);
        house.admin("GET", &path, None).await.expect(404);
        for action in ["package.create", "package.remove"] {
            let audit = house.admin("GET", &format!("/api/v1/audit?action={action}"), None).await.expect(200);
            assert_eq!(audit["count"]["value"], 1, "{audit}");
        }
    });
}

#[test]
fn a_script_keeps_its_versions() {
    on_both(|house| async move {
        let scripts = "/api/v1/distribution/scripts";
        let script = |text: &str| json!({"name": "clean", "text": text, "interpreter": "/bin/sh"});
        let first = house.admin("POST", scripts, Some(&script("#!/bin/sh\r\necho 1\r\n"))).await.expect(201);
        let second = house.admin("POST", scripts, Some(&script("#!/bin/sh\necho 2\n"))).await.expect(201);
        assert_eq!((&first["version"], &second["version"]), (&json!("1"), &json!("2")));
        house.admin("POST", scripts, Some(&script("#!/bin/sh\necho 2\n"))).await.expect(409);
        let newest = house.admin("GET", &format!("{ITEMS}?kind=script"), None).await.expect(200);
        assert_eq!((&newest["count"]["value"], &newest["items"][0]["id"]), (&json!(1), &second["id"]));
        let all = house.admin("GET", &format!("{ITEMS}?name=clean"), None).await.expect(200);
        assert_eq!(all["count"]["value"], 2);
        let whole = house.admin("GET", &format!("{ITEMS}/{}", first["id"].as_str().unwrap()), None).await.expect(200);
        assert_eq!(whole["text"], "#!/bin/sh\necho 1\n");
        for (change, pointer) in [
            (json!({"name": "../x"}), "/name"),
            (json!({"text": " "}), "/text"),
            (json!({"interpreter": "sh"}), "/interpreter"),
        ] {
            let mut asked = script("true");
            for (name, value) in change.as_object().unwrap() {
                asked[name] = value.clone();
            }
            let refused = house.admin("POST", scripts, Some(&asked)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer);
        }
    });
}

#[test]
fn rings_begin_one_after_the_other_and_who_is_off_is_waited_for() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let (one, two, off) =
            (machine(&house, "PC-001").await, machine(&house, "PC-002").await, machine(&house, "PC-003").await);
        let preview =
            house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&ask(&[&one, &two, &off]))).await.expect(200);
        assert_eq!((&preview["endpoints"], &preview["cannot"]), (&json!(3), &json!(0)), "{preview}");
        let rollout = house.admin("POST", ROLLOUTS, Some(&ask(&[&one, &two, &off]))).await.expect(201);
        look(&house).await;
        assert_eq!(stand(&house, &rollout).await, "running: running, waiting, waiting");
        assert!(jobs(&two, "distribution.run").await.is_empty(), "its ring has not begun");

        let job = carries_out(&house, &one, "done").await;
        assert_eq!(
            (&job["work"], &job["attempt"]),
            (&json!({"kind": "updates", "which": {"of": "security"}}), &json!(1))
        );
        assert_eq!(job["rollout_id"], rollout["id"]);
        assert_eq!(stand(&house, &rollout).await, "running: good, running, waiting");
        carries_out(&house, &two, "already").await;
        assert_eq!(stand(&house, &rollout).await, "running: good, good, running");
        let expected = [("PC-001", "done"), ("PC-002", "already"), ("PC-003", "queued")];
        assert_eq!(parts(&house, &rollout).await, expected.map(|(name, state)| (name.into(), state.into())).into());
        carries_out(&house, &off, "done").await;
        assert_eq!(stand(&house, &rollout).await, "done: good, good, good");

        let path = format!("{ROLLOUTS}/{}/endpoints/{}", rollout["id"].as_str().unwrap(), one.id);
        let whole = house.admin("GET", &path, None).await.expect(200);
        let outcome = &whole["attempts"][0]["outcome"];
        assert_eq!((&outcome["log"], &outcome["changed"][0]["after"]), (&json!("Setting up hello"), &json!("2.0")));
        let audit = house.admin("GET", "/api/v1/audit?action=rollout.create", None).await.expect(200);
        assert_eq!((&audit["count"]["value"], &audit["items"][0]["purpose"]), (&json!(1), &json!("月例")));
        let sheet = house.answer("GET", &format!("{ROLLOUTS}/{}/export", rollout["id"].as_str().unwrap()), None).await;
        assert_eq!(String::from_utf8_lossy(&sheet.body).lines().count(), 4);
    });
}

#[test]
fn a_ring_that_fails_stops_the_rollout_until_a_person_goes_on() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let (one, two) = (machine(&house, "PC-001").await, machine(&house, "PC-002").await);
        let rollout = house.admin("POST", ROLLOUTS, Some(&ask(&[&one, &two]))).await.expect(201);
        look(&house).await;
        carries_out(&house, &one, "rolled_back").await;
        assert_eq!(stand(&house, &rollout).await, "stopped: stopped, waiting");
        assert!(jobs(&two, "distribution.run").await.is_empty());
        yagura_alarms::look(house.server.context()).await.unwrap();
        let alarms = house.admin("GET", "/api/v1/alarms?kind=rollout.stopped", None).await.expect(200);
        assert_eq!(
            (&alarms["count"]["value"], &alarms["items"][0]["detail"]["failed"]),
            (&json!(1), &json!(1)),
            "{alarms}"
        );

        steer(&house, &rollout, "go-on").await;
        assert_eq!(stand(&house, &rollout).await, "running: good, running");
        carries_out(&house, &two, "failed").await;
        assert_eq!(stand(&house, &rollout).await, "stopped: good, stopped");
        // Tried again, it is another attempt.
        let path = format!("{ROLLOUTS}/{}/again", rollout["id"].as_str().unwrap());
        house.admin("POST", &path, None).await.expect(200);
        steer(&house, &rollout, "go-on").await;
        let job = carries_out(&house, &two, "done").await;
        assert_eq!(job["attempt"], 2);
        carries_out(&house, &one, "done").await;
        assert_eq!(stand(&house, &rollout).await, "done: good, good");
    });
}

#[test]
fn a_failure_is_tried_again_where_that_was_said() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let one = machine(&house, "PC-001").await;
        let mut asked = ask(&[&one]);
        asked["retries"] = json!(1);
        let rollout = house.admin("POST", ROLLOUTS, Some(&asked)).await.expect(201);
        look(&house).await;
        carries_out(&house, &one, "failed").await;
        assert_eq!(stand(&house, &rollout).await, "running: running");
        let list =
            house.admin("GET", &format!("/api/v1/distribution/parts?endpoint={}", one.id), None).await.expect(200);
        let part = &list["items"][0];
        assert_eq!(
            (&part["state"], &part["attempt"], &part["why"]),
            (&json!("waiting"), &json!(1), &json!("postinst failed"))
        );
        assert!(part["next_at"].is_string(), "{part}");
    });
}

#[test]
fn a_ring_waits_for_a_person_where_it_needs_one() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let (one, two) = (machine(&house, "PC-001").await, machine(&house, "PC-002").await);
        let mut asked = ask(&[&one, &two]);
        asked["rings"][1]["needs_go"] = json!(true);
        let rollout = house.admin("POST", ROLLOUTS, Some(&asked)).await.expect(201);
        look(&house).await;
        carries_out(&house, &one, "done").await;
        assert_eq!(stand(&house, &rollout).await, "running: good, held");
        assert!(jobs(&two, "distribution.run").await.is_empty());
        let answer = steer(&house, &rollout, "go-on").await;
        assert_eq!(answer["rings"][1]["gone_by"], "admin");
        assert_eq!(stand(&house, &rollout).await, "running: good, running");
        assert_eq!(jobs(&two, "distribution.run").await.len(), 1);
    });
}

#[test]
fn what_is_taken_back_does_not_begin_any_more_and_what_has_begun_is_told_to_the_endpoint() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let (one, two, three) =
            (machine(&house, "PC-001").await, machine(&house, "PC-002").await, machine(&house, "PC-003").await);
        let mut asked = ask(&[&one, &three]);
        asked["rings"][0]["targets"]["endpoints"] = json!([one.id, two.id]);
        let rollout = house.admin("POST", ROLLOUTS, Some(&asked)).await.expect(201);
        look(&house).await;
        carries_out(&house, &one, "").await;
        // It waits for its window, and says so.
        let told = json!([{"rollout_id": rollout["id"], "attempt": 1, "stage": "waiting", "since": SystemClock.now()}]);
        let sections = BTreeMap::from([("distribution".to_owned(), Section::Full(told))]);
        one.client.state(&Report { sections }).await.unwrap();
        assert_eq!(parts(&house, &rollout).await["PC-001"], "window");

        steer(&house, &rollout, "take-back").await;
        let expected = [("PC-001", "window"), ("PC-002", "recalled"), ("PC-003", "recalled")];
        assert_eq!(parts(&house, &rollout).await, expected.map(|(name, state)| (name.into(), state.into())).into());
        assert!(jobs(&two, "distribution.run").await.is_empty());
        let (_, recall) = jobs(&one, "distribution.recall").await.remove(0);
        assert_eq!(recall, json!({"rollout_id": rollout["id"]}));
        carries_out(&house, &one, "recalled").await;
        assert_eq!(stand(&house, &rollout).await, "recalled: running, waiting");
        assert_eq!(parts(&house, &rollout).await["PC-001"], "recalled");
    });
}

#[test]
fn what_was_stopped_by_hand_is_given_again_when_somebody_goes_on() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let one = machine(&house, "PC-001").await;
        let rollout = house.admin("POST", ROLLOUTS, Some(&ask(&[&one]))).await.expect(201);
        look(&house).await;
        steer(&house, &rollout, "stop").await;
        assert!(jobs(&one, "distribution.run").await.is_empty());
        assert_eq!(parts(&house, &rollout).await["PC-001"], "waiting");
        steer(&house, &rollout, "go-on").await;
        assert_eq!(carries_out(&house, &one, "done").await["attempt"], 2);
        assert_eq!(stand(&house, &rollout).await, "done: good");
    });
}

#[test]
fn what_was_taken_back_before_it_began_uses_up_no_retry() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let one = machine(&house, "PC-001").await;
        let mut asked = ask(&[&one]);
        asked["retries"] = json!(1);
        let rollout = house.admin("POST", ROLLOUTS, Some(&asked)).await.expect(201);
        look(&house).await;
        steer(&house, &rollout, "stop").await;
        steer(&house, &rollout, "go-on").await;
        // The second attempt is the first failure.
        assert_eq!(carries_out(&house, &one, "failed").await["attempt"], 2);
        assert_eq!(stand(&house, &rollout).await, "running: running");
        assert_eq!(parts(&house, &rollout).await["PC-001"], "waiting");
    });
}

#[test]
fn packages_for_machines_of_another_architecture_are_refused_in_the_preview() {
    on_both(|house| async move {
        allow(&house, &["install"]).await;
        let (one, other) = (machine(&house, "PC-001").await, machine(&house, "PC-002").await);
        one.client.state(&ledger::report("A1")).await.unwrap();
        let preview = |item: Value| {
            let mut asked = ask(&[&one, &other]);
            asked["work"] = json!({"kind": "install", "items": [item["id"]]});
            let house = &house;
            async move { house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&asked)).await.expect(200) }
        };
        let (_, arm) = hand_in(&house, "", &deb_for("hello", "1.0", "arm64")).await;
        let refused = preview(arm).await;
        // Of the other nothing is known.
        assert_eq!(refused["obstacles"], json!([{"why": "other_architecture", "endpoints": 1}]), "{refused}");
        assert_eq!(refused["rings"][0]["first"][0]["cannot"], "other_architecture");
        for fits in [deb_for("hello", "1.0", "amd64"), deb("hello", "1.0")] {
            let (_, item) = hand_in(&house, "", &fits).await;
            assert_eq!(preview(item).await["obstacles"], json!([]));
        }
    });
}

#[test]
fn very_many_packages_go_to_endpoints_as_a_list_that_they_fetch() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let one = machine(&house, "PC-001").await;
        let packages: Vec<String> = (0..812).rev().map(|n| format!("package-{n:03}")).collect();
        let mut asked = ask(&[&one]);
        asked["work"] = json!({"kind": "package_updates", "packages": packages});
        let rollout = house.admin("POST", ROLLOUTS, Some(&asked)).await.expect(201);
        assert_eq!(rollout["work"]["packages"].as_array().map(Vec::len), Some(812));
        look(&house).await;
        let job = carries_out(&house, &one, "done").await;
        let list: String = (0..812).map(|n| format!("package-{n:03}\n")).collect();
        let hash = BlobHash::of(list.as_bytes());
        assert_eq!(job["work"]["which"], json!({"of": "listed", "blob": hash, "count": 812}));
        let folder = tempfile::tempdir().unwrap();
        let blobs = BlobDir::open(&folder.path().join("blobs"), 64 << 20).unwrap();
        let file = blobs.fetch(&one.client, hash, BlobPurpose::Package).await.unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), list);
    });
}

#[test]
fn who_cannot_have_it_is_named_and_given_nothing() {
    on_both(|house| async move {
        let (one, old) = (machine(&house, "PC-001").await, Machine::enrol(&house, "PC-002").await);
        let refused = house.admin("POST", ROLLOUTS, Some(&ask(&[&one]))).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "not_allowed");
        allow(&house, &["updates"]).await;
        let preview = house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&ask(&[&one, &old]))).await.expect(200);
        assert_eq!(preview["obstacles"], json!([{"why": "too_old", "endpoints": 1}]));
        let rollout = house.admin("POST", ROLLOUTS, Some(&ask(&[&one, &old]))).await.expect(201);
        assert_eq!(parts(&house, &rollout).await["PC-002"], "refused");
        // Nor is there another way to give such a command.
        let command = json!({"name": "distribution.run", "endpoints": [one.id], "args": {}});
        house.admin("POST", "/api/v1/commands", Some(&command)).await.expect(422);
    });
}

#[test]
fn packages_are_given_by_their_hash_and_stay_on_the_shelf_while_they_are_needed() {
    on_both(|house| async move {
        allow(&house, &["install"]).await;
        let one = machine(&house, "PC-001").await;
        let (_, item) = hand_in(&house, "", &deb("hello", "2.0")).await;
        let mut asked = ask(&[&one]);
        asked["work"] = json!({"kind": "install", "items": [item["id"]]});
        let rollout = house.admin("POST", ROLLOUTS, Some(&asked)).await.expect(201);
        look(&house).await;
        let path = format!("{ITEMS}/{}", item["id"].as_str().unwrap());
        house.admin("DELETE", &path, None).await.expect(409);
        let job = carries_out(&house, &one, "done").await;
        let file = &job["work"]["files"][0];
        assert_eq!((&file["blob"], &file["name"]), (&item["sha256"], &json!("hello_2.0_all.deb")));
        assert_eq!(stand(&house, &rollout).await, "done: good");
        house.admin("DELETE", &path, None).await.expect(204);
        assert_eq!(read(&house, &rollout).await["items"][0]["name"], "hello");
    });
}

#[test]
fn shares_put_each_endpoint_of_a_group_into_one_ring() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let group = house.group("大阪").await;
        for n in 0..5 {
            let one = machine(&house, &format!("PC-00{n}")).await;
            house.move_to(&one, &group).await;
        }
        let asked = json!({"name": "x", "work": {"kind": "all_updates"}, "targets": {"groups": [group]},
            "rings": [{"name": "a", "share": 20}, {"name": "b", "share": 40}, {"name": "c", "share": 40}]});
        let preview = house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&asked)).await.expect(200);
        let sizes: Vec<_> = preview["rings"].as_array().unwrap().iter().map(|ring| ring["endpoints"].clone()).collect();
        assert_eq!(sizes, [1, 2, 2]);
    });
}

#[test]
fn who_sees_one_group_rolls_out_and_looks_there_only() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let (own, other) = (machine(&house, "PC-001").await, machine(&house, "PC-002").await);
        let group = house.group("大阪").await;
        house.move_to(&own, &group).await;
        let all = house.admin("POST", ROLLOUTS, Some(&ask(&[&own, &other]))).await.expect(201);
        let hidden = house.admin("POST", ROLLOUTS, Some(&ask(&[&other]))).await.expect(201);
        let bearer = format!("Bearer {}", house.limited_to(Role::Operator, &group).await);
        let headers = [("authorization", bearer.as_str())];
        house.ask("POST", ROLLOUTS, &headers, Some(&ask(&[&other]))).await.expect(422);
        house.ask("POST", ROLLOUTS, &headers, Some(&ask(&[&own]))).await.expect(201);
        let list = house.ask("GET", ROLLOUTS, &headers, None).await.expect(200);
        assert_eq!(list["count"]["value"], 2);
        let path = |rollout: &Value| format!("{ROLLOUTS}/{}", rollout["id"].as_str().unwrap());
        let seen = house.ask("GET", &path(&all), &headers, None).await.expect(200);
        assert_eq!((&seen["rings"][0]["endpoints"], &seen["rings"][1]["endpoints"]), (&json!(1), &json!(0)));
        house.ask("GET", &path(&hidden), &headers, None).await.expect(404);
        house.ask("POST", &format!("{}/stop", path(&all)), &headers, None).await.expect(403);
        house.ask("POST", &format!("{}/stop", path(&hidden)), &headers, None).await.expect(404);
    });
}

#[test]
fn what_does_not_fit_says_where() {
    on_both(|house| async move {
        let one = machine(&house, "PC-001").await;
        for (change, pointer) in [
            (json!({"name": " "}), "/name"),
            (json!({"rings": []}), "/rings"),
            (json!({"deadline": "2020-01-01T00:00:00Z"}), "/deadline"),
            (json!({"timeout_s": 1}), "/timeout_s"),
            (json!({"retries": 9}), "/retries"),
            (json!({"windows": [{"from": 1440, "minutes": 5}]}), "/windows/0"),
            (json!({"work": {"kind": "package_updates", "packages": ["curl", "-rf"]}}), "/work/packages/1"),
            (json!({"work": {"kind": "install", "items": ["0192f0c1-2345-7abc-8def-0123456789ab"]}}), "/work/items/0"),
            (
                json!({"rings": [{"name": "a", "targets": {"endpoints": ["0192f0c1-2345-7abc-8def-0123456789ab"]}}]}),
                "/rings/0/targets/endpoints/0",
            ),
        ] {
            let mut asked = ask(&[&one]);
            for (name, value) in change.as_object().unwrap() {
                asked[name] = value.clone();
            }
            let refused = house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&asked)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        }
    });
}
