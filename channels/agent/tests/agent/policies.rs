//! Policies: fetched, applied, kept, reported.

use std::time::Duration;

use serde_json::{Value, json};
use yagura_channel::wire::{
    nudge::{Nudge, Topic},
    policy::{Grant, PolicyDocument},
};
use yagura_vocabulary::{Clock as _, Id, Time};

use crate::world::World;

const FEATURE: &str = "operation_log";

fn document(value: Value) -> PolicyDocument {
    PolicyDocument { feature: FEATURE.to_owned(), value, grants: Vec::new() }
}

async fn check_in_force(world: &World, value: Value) {
    let endpoint = std::sync::Arc::clone(&world.endpoint);
    world.server.until("the policy", |_| endpoint.in_force(FEATURE) == Some(value.clone())).await;
}

fn publish(world: &World, counter: u64, documents: &[PolicyDocument]) {
    world.server.publish(world.id(), counter, documents);
    world.server.nudge(Nudge { topic: Topic::Manifest, version: counter });
}

#[tokio::test(start_paused = true)]
async fn a_policy_is_put_in_force_and_told_of() {
    let world = World::running().await;
    let wanted = document(json!({"a": 1}));
    publish(&world, 1, std::slice::from_ref(&wanted));
    check_in_force(&world, json!({"a": 1})).await;
    let hash = yagura_channel::wire::policy::DocumentHash::of(&wanted.bytes()).0;
    world.server.until("the report", |held| held.sections["policies"][FEATURE]["hash"] == hash).await;
}

#[tokio::test(start_paused = true)]
async fn the_last_known_policy_is_in_force_before_the_server_is_reached() {
    let mut world = World::running().await;
    publish(&world, 1, &[document(json!({"a": 1}))]);
    check_in_force(&world, json!({"a": 1})).await;
    world.server.until("the report", |held| !held.sections["policies"][FEATURE].is_null()).await;
    world.server.held().off = true;
    world.restart().await;
    check_in_force(&world, json!({"a": 1})).await;
}

#[tokio::test(start_paused = true)]
async fn what_this_agent_cannot_hold_is_told_of_and_the_last_good_one_stays() {
    let mut world = World::running().await;
    publish(&world, 1, &[document(json!({"a": 1}))]);
    check_in_force(&world, json!({"a": 1})).await;
    publish(&world, 2, &[document(json!({"unknown": 1}))]);
    let refused = |held: &crate::server::Held| held.sections["policies"][FEATURE]["refused"]["errors"][0].clone();
    world.server.until("the report", |held| refused(held)["pointer"] == "/unknown").await;
    assert_eq!(world.endpoint.in_force(FEATURE), Some(json!({"a": 1})));
    world.restart().await;
    check_in_force(&world, json!({"a": 1})).await;
}

#[tokio::test(start_paused = true)]
async fn an_older_manifest_is_refused() {
    let world = World::running().await;
    publish(&world, 5, &[document(json!({"a": 5}))]);
    check_in_force(&world, json!({"a": 5})).await;
    publish(&world, 4, &[document(json!({"a": 4}))]);
    let asked = |held: &crate::server::Held| held.paths.iter().filter(|path| path.ends_with("/manifest")).count();
    world.server.until("two more looks", |held| asked(held) >= 3).await;
    assert_eq!(world.endpoint.in_force(FEATURE), Some(json!({"a": 5})));
    publish(&world, 6, &[document(json!({"a": 6}))]);
    check_in_force(&world, json!({"a": 6})).await;
}

#[tokio::test(start_paused = true)]
async fn a_feature_without_a_policy_goes_back_to_its_default() {
    let world = World::running().await;
    publish(&world, 1, &[document(json!({"a": 1}))]);
    check_in_force(&world, json!({"a": 1})).await;
    publish(&world, 2, &[]);
    let endpoint = std::sync::Arc::clone(&world.endpoint);
    world.server.until("the default", |_| endpoint.in_force(FEATURE).is_none()).await;
}

#[tokio::test(start_paused = true)]
async fn a_grant_begins_and_ends_by_itself() {
    let world = World::running().await;
    let now = world.server.clock.now();
    let hour = Duration::from_secs(3600);
    let grant = grant(None, json!({"usb": "allowed"}), now + hour, now + hour * 2);
    publish(&world, 1, &[PolicyDocument { grants: vec![grant], ..document(json!({"usb": "denied"})) }]);
    check_in_force(&world, json!({"usb": "denied"})).await;
    world.set_time(now + hour);
    check_in_force(&world, json!({"usb": "allowed"})).await;
    world.set_time(now + hour * 2);
    check_in_force(&world, json!({"usb": "denied"})).await;
}

fn grant(account: Option<&str>, value: Value, starts_at: Time, expires_at: Time) -> Grant {
    Grant { id: Id::new(), account: account.map(str::to_owned), value, starts_at, expires_at }
}

#[tokio::test(start_paused = true)]
async fn a_grant_for_one_account_ends_on_time_although_the_server_is_away() {
    const TANAKA: Option<&str> = Some("1000");
    let mut world = World::running().await;
    let now = world.server.clock.now();
    let hour = Duration::from_secs(3600);
    let one = grant(TANAKA, json!({"usb": "allowed"}), now, now + hour);
    publish(&world, 1, &[PolicyDocument { grants: vec![one], ..document(json!({"usb": "denied"})) }]);
    let usb = |world: &World, account| world.endpoint.in_force_for(FEATURE, account).map(|value| value["usb"].clone());
    world.server.until("the grant", |_| usb(&world, TANAKA) == Some(json!("allowed"))).await;
    assert_eq!(usb(&world, Some("1001")), Some(json!("denied")));
    assert_eq!(usb(&world, None), Some(json!("denied")));
    world.server.until("the report", |held| !held.sections["policies"][FEATURE].is_null()).await;
    world.server.held().off = true;
    world.restart().await;
    world.server.until("the grant after a restart", |_| usb(&world, TANAKA) == Some(json!("allowed"))).await;
    world.set_time(now + hour);
    world.server.until("the end of the grant", |_| usb(&world, TANAKA) == Some(json!("denied"))).await;
}

#[tokio::test(start_paused = true)]
async fn a_grant_that_does_not_fit_is_told_of_and_the_policy_holds() {
    let world = World::running().await;
    let now = world.server.clock.now();
    let wrong = grant(None, json!({"unknown": 1}), now, now + Duration::from_secs(60));
    let id = wrong.id.to_string();
    publish(&world, 1, &[PolicyDocument { grants: vec![wrong], ..document(json!({"a": 1})) }]);
    check_in_force(&world, json!({"a": 1})).await;
    let told = |held: &crate::server::Held| {
        let policy = &held.sections["policies"][FEATURE];
        policy["left_out"][0]["grant"] == id.as_str() && policy["refused"].is_null()
    };
    world.server.until("the report", told).await;
    world.set_time(now + Duration::from_secs(60));
    world.server.until("the end of the grant", |held| held.sections["policies"][FEATURE]["left_out"].is_null()).await;
}
