//! Who talks to whom: enrolment, clocks, keys, copies, state.

use std::time::Duration;

use serde_json::json;
use yagura_channel::{
    agent::{client::ClientError, clock::ServerClock, enrol::enrol, identity::IdentityDir, runner::Endpoint as _},
    wire::{
        enrol::Token,
        nudge::{Nudge, Topic},
        state::Section,
    },
};
use yagura_vocabulary::{Clock as _, EndpointState, Lane};

use crate::{
    server::Trouble,
    world::{World, record},
};

#[tokio::test(start_paused = true)]
async fn a_server_with_another_root_key_than_the_token_names_is_not_believed() {
    let world = World::new();
    let token = Token { root_sha256: [0; 32], ..world.server.token.clone() };
    let dir = IdentityDir::new(world.dir.path());
    let clock = ServerClock::new(std::sync::Arc::new(world.machine_clock.clone()));
    let dial = std::sync::Arc::new(world.server.clone());
    let result = enrol(&dir, "http://server", &token, &world.endpoint.facts(), "", dial, &clock).await;
    assert!(matches!(result, Err(ClientError::Keys(_))));
    assert!(dir.load().unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_an_enrolment_does_not_cost_a_second_endpoint() {
    let world = World::new();
    world.server.held().trouble.push_back(Trouble::AnswerLost);
    let dir = IdentityDir::new(world.dir.path());
    let clock = ServerClock::new(std::sync::Arc::new(world.machine_clock.clone()));
    let dial = std::sync::Arc::new(world.server.clone());
    let token = &world.server.token;
    let first = enrol(&dir, "http://server", token, &world.endpoint.facts(), "", dial, &clock).await;
    assert!(matches!(first, Err(ClientError::Http(_))));
    world.enrol().await;
    assert_eq!(world.server.held().keys.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_locks_nobody_out_and_events_have_the_server_s_time() {
    for days in [-4000, 3, 4000_i64] {
        let mut world = World::new();
        let wrong = world.server.clock.now().seconds() + days * 86_400;
        world.machine_clock.set(yagura_vocabulary::Time::from_seconds(wrong));
        world.enrol().await;
        world.start();
        world.happens(Lane::Operation, "one");
        world.server.until("the event", |held| !held.events.is_empty()).await;
        let skew = world.server.held().hellos.last().unwrap().clock_skew_ms;
        assert_eq!(skew, Some(days * 86_400_000), "{days} days");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pending_endpoint_only_says_hello_until_it_is_approved() {
    let mut world = World::new();
    {
        let mut held = world.server.held();
        (held.admit_as, held.state) = (EndpointState::Pending, EndpointState::Pending);
    }
    world.enrol().await;
    world.start();
    world.happens(Lane::Critical, "one");
    world.server.until("three hellos", |held| held.hellos.len() >= 3).await;
    let quiet = |path: &String| ["/enrol", "/hello", "/link", "/nudges"].iter().any(|known| path.ends_with(known));
    assert!(world.server.held().paths.iter().all(quiet), "{:?}", world.server.held().paths);
    world.server.held().state = EndpointState::Online;
    world.server.until("the event", |held| !held.events.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn new_keys_of_the_server_are_followed_when_nudged_and_when_missed() {
    let mut world = World::running().await;
    world.server.renew_keys();
    world.server.nudge(Nudge { topic: Topic::Keys, version: 2 });
    world.server.until("the keys", |held| held.paths.iter().any(|path| path.ends_with("/keys"))).await;
    world.happens(Lane::Operation, "one");
    world.server.until("the event", |held| !held.events.is_empty()).await;
    assert_eq!(record(world.dir.path()).keys.set.version, world.server.key_version());
    // Twice while it is off: also the root is another one by then.
    world.stop().await;
    world.server.renew_keys();
    world.server.renew_keys();
    world.start();
    world.happens(Lane::Operation, "two");
    world.server.until("the event", |held| held.events.len() == 2).await;
    assert_eq!(record(world.dir.path()).keys.set.version, world.server.key_version());
    assert!(world.server.keys_dir().exists());
}

#[tokio::test(start_paused = true)]
async fn a_copied_disk_becomes_an_endpoint_of_its_own() {
    let mut world = World::running().await;
    let first = world.id();
    world.stop().await;
    "hardware b".clone_into(&mut world.endpoint.hardware.lock().unwrap());
    world.start();
    world.happens(Lane::Operation, "on the copy");
    world.server.until("the event", |held| !held.events.is_empty()).await;
    let second = world.id();
    assert_ne!(first, second);
    let held = world.server.held();
    assert_eq!(held.events[0].0, second);
    assert_ne!(held.keys[&first], held.keys[&second]);
}

#[tokio::test(start_paused = true)]
async fn state_is_sent_whole_first_and_then_what_changed() {
    let world = World::running().await;
    world.endpoint.put("assets", json!({"os": "Test", "software": {"a": 1, "b": 1}, "serial": null}));
    world.server.until("the section", |held| held.sections.contains_key("assets")).await;
    assert_eq!(world.server.held().sections["assets"], json!({"os": "Test", "software": {"a": 1, "b": 1}}));
    world.endpoint.put("assets", json!({"os": "Test", "software": {"a": 2}}));
    let new = json!({"os": "Test", "software": {"a": 2}});
    world.server.until("the change", |held| held.sections["assets"] == new).await;
    let held = world.server.held();
    let sent = &held.reports.last().unwrap().sections["assets"];
    let Section::Delta { delta, .. } = sent else { panic!("{sent:?}") };
    let changed = json!([["software", {"object": {"changed": [["a", {"set": 2}]], "gone": ["b"]}}]]);
    assert_eq!(serde_json::to_value(delta).unwrap(), json!({"object": {"changed": changed}}));
    assert_eq!(held.sections["sensors"][0]["health"], "ok");
}

#[tokio::test(start_paused = true)]
async fn an_older_server_is_told_what_changed_in_the_way_that_it_understands() {
    let world = World::running().await;
    world.server.held().deltas = false;
    world.endpoint.put("assets", json!({"os": "Test", "software": {"a": 1, "b": 1}}));
    world.server.until("the section", |held| held.sections.contains_key("assets")).await;
    let new = json!({"os": "Test", "software": {"a": 2}});
    world.endpoint.put("assets", new.clone());
    world.server.until("the change", |held| held.sections["assets"] == new).await;
    let held = world.server.held();
    let sent = &held.reports.last().unwrap().sections["assets"];
    let Section::Patch { patch, .. } = sent else { panic!("{sent:?}") };
    assert_eq!(*patch, json!({"software": {"a": 2, "b": null}}));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_went_back_to_an_older_version_gets_the_section_whole() {
    let world = World::running().await;
    world.endpoint.put("assets", json!({"software": ["a", "b"]}));
    world.server.until("the section", |held| held.sections.contains_key("assets")).await;
    world.server.held().deltas = false;
    let new = json!({"software": ["a", "c"]});
    world.endpoint.put("assets", new.clone());
    world.server.until("the change", |held| held.sections["assets"] == new).await;
    assert_eq!(world.server.held().reports.last().unwrap().sections["assets"], Section::Full(new));
}

#[tokio::test(start_paused = true)]
async fn a_section_that_the_server_lost_is_sent_whole() {
    let world = World::running().await;
    world.endpoint.put("assets", json!({"a": 1}));
    world.server.until("the section", |held| held.sections.contains_key("assets")).await;
    world.server.held().sections.clear();
    world.endpoint.put("assets", json!({"a": 2}));
    world.server.until("the section", |held| held.sections.get("assets") == Some(&json!({"a": 2}))).await;
}

#[tokio::test(start_paused = true)]
async fn nudges_come_by_long_poll_where_no_web_socket_gets_through() {
    let world = World::running().await;
    world.server.until("a long poll", |held| held.paths.iter().any(|path| path.ends_with("/nudges"))).await;
    let hellos = world.server.held().hellos.len();
    world.server.nudge(Nudge { topic: Topic::Hello, version: 1 });
    let began = tokio::time::Instant::now();
    world.server.until("a hello", |held| held.hellos.len() > hellos).await;
    assert!(began.elapsed() < Duration::from_secs(20));
}
