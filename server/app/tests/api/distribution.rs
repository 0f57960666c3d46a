//! Distribution: rings begin one after the other, and what fails stops them.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Value, json};
use yagura_channel::wire::{
    command::Progress,
    hello::FeatureVersion,
    state::{Report, Section},
};
use yagura_vocabulary::{Clock as _, CommandState, SystemClock};

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

pub(crate) const ROLLOUTS: &str = "/api/v1/distribution/rollouts";

/// A Debian package of this name and version, as `dpkg-deb --build -Znone` writes it.
pub(crate) fn deb(name: &str, version: &str) -> Vec<u8> {
    deb_for(name, version, "all")
}

/// One for machines of this architecture.
pub(crate) fn deb_for(name: &str, version: &str, architecture: &str) -> Vec<u8> {
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
pub(crate) async fn allow(house: &House, kinds: &[&str]) {
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
pub(crate) async fn carries_out(house: &House, machine: &Machine, end: &str) -> Value {
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
pub(crate) fn ask(machines: &[&Machine]) -> Value {
    let ring = |(at, machine): (usize, &&Machine)| json!({"name": format!("ring {at}"), "targets": {"endpoints": [machine.id]}});
    let rings: Vec<_> = machines.iter().enumerate().map(ring).collect();
    json!({"name": "安全な更新", "work": {"kind": "security_updates"}, "rings": rings, "reason": "月例"})
}

pub(crate) async fn read(house: &House, rollout: &Value) -> Value {
    house.admin("GET", &format!("{ROLLOUTS}/{}", rollout["id"].as_str().unwrap()), None).await.expect(200)
}

async fn steer(house: &House, rollout: &Value, verb: &str) -> Value {
    let path = format!("{ROLLOUTS}/{}/{verb}", rollout["id"].as_str().unwrap());
    let answer = house.admin("POST", &path, None).await.expect(200);
    look(house).await;
    answer
}

/// How the rollout and each of its rings stand.
pub(crate) async fn stand(house: &House, rollout: &Value) -> String {
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
