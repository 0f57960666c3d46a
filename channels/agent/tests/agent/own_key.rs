//! The endpoint's own key is replaced, once, whatever gets lost on the way.

use std::time::Duration;

use yagura_channel::{
    agent::identity::IdentityDir,
    wire::{
        key::PublicKey,
        nudge::{Nudge, Topic},
    },
};
use yagura_vocabulary::{Clock as _, CommandState, Lane};

use crate::{
    server::Trouble,
    world::{World, record},
};

fn known(world: &World) -> PublicKey {
    world.server.held().keys[&world.id()]
}

/// Both sides hold the same key, another than `before`, and events still come.
async fn check_changed(world: &World, before: PublicKey) {
    let dir = world.dir.path().to_owned();
    let endpoint = world.id();
    world
        .server
        .until("one new key on both sides", |held| {
            held.keys[&endpoint] != before && record(&dir).public_key == held.keys[&endpoint]
        })
        .await;
    world.happens(Lane::Operation, "after");
    world.server.until("an event", |held| held.events.iter().any(|(_, _, event)| event.kind == "after")).await;
}

async fn order(world: &World) {
    let id = world.server.order(world.id(), "key.renew");
    world.server.nudge(Nudge { topic: Topic::Commands, version: 1 });
    let ended = |held: &crate::server::Held| held.told.iter().any(|told| told.id == id && told.state.is_final());
    world.server.until("the end of the command", ended).await;
    let state = world.server.held().told.iter().rev().find(|told| told.id == id).map(|told| told.state);
    assert_eq!(state, Some(CommandState::Done));
}

#[tokio::test(start_paused = true)]
async fn a_command_replaces_the_key_and_the_new_one_outlives_a_restart() {
    let mut world = World::running().await;
    let before = known(&world);
    order(&world).await;
    world.restart().await;
    check_changed(&world, before).await;
}

#[tokio::test(start_paused = true)]
async fn an_old_key_is_replaced_by_itself() {
    let world = World::running().await;
    let before = known(&world);
    world.set_time(world.server.clock.now() + Duration::from_secs(86_400 * 366));
    check_changed(&world, before).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_the_change_does_not_lock_the_endpoint_out() {
    let mut world = World::running().await;
    let before = known(&world);
    world.stop().await;
    // A change that an agent began before it was cut off: the server heard of it, the agent did not hear back.
    IdentityDir::new(world.dir.path()).next_key().unwrap();
    world.server.held().trouble.push_back(Trouble::AnswerLost);
    world.start();
    check_changed(&world, before).await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_before_the_server_heard_of_it_is_made_good() {
    let mut world = World::running().await;
    let before = known(&world);
    world.stop().await;
    IdentityDir::new(world.dir.path()).next_key().unwrap();
    world.start();
    check_changed(&world, before).await;
}
