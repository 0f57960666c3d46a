//! Commands: once, and only those that are meant.

use std::time::Duration;

use serde_json::{Value, json};
use yagura_channel::{
    agent::runner::INTERRUPTED,
    wire::{
        command::Command,
        nudge::{Nudge, Topic},
        sealed::Sealed,
    },
};
use yagura_vocabulary::{Clock as _, CommandState, Id, id};

use crate::world::World;

const LOOK: Nudge = Nudge { topic: Topic::Commands, version: 1 };

async fn check_ending(world: &World, id: Id<id::Command>, state: CommandState) {
    let told = |held: &crate::server::Held| held.told.iter().any(|told| told.id == id && told.state == state);
    world.server.until("the end of the command", told).await;
}

fn ran(world: &World) -> Vec<String> {
    world.endpoint.ran.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn a_command_is_accepted_carried_out_and_told_of() {
    let world = World::running().await;
    let (good, bad) = (world.server.order(world.id(), "good"), world.server.order(world.id(), "fail"));
    world.server.nudge(LOOK);
    check_ending(&world, good, CommandState::Done).await;
    check_ending(&world, bad, CommandState::Failed).await;
    let held = world.server.held();
    let of = |id| held.told.iter().filter(move |told| told.id == id).collect::<Vec<_>>();
    assert_eq!(of(good)[0].state, CommandState::Accepted);
    assert_eq!(of(good)[1].result, Some(json!({"ran": "good"})));
    assert_eq!(of(bad)[1].error.as_deref(), Some("it did not work"));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_comes_again_is_not_carried_out_again() {
    let mut world = World::running().await;
    let id = world.server.order(world.id(), "once");
    for _ in 0..3 {
        world.server.nudge(LOOK);
        check_ending(&world, id, CommandState::Done).await;
        world.server.held().told.clear();
    }
    assert_eq!(ran(&world), ["once"]);
    world.restart().await;
    check_ending(&world, id, CommandState::Done).await;
    assert_eq!(ran(&world), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_command_cut_off_by_the_end_of_the_agent_has_failed_and_is_not_begun_again() {
    let mut world = World::running().await;
    let id = world.server.order(world.id(), "hang");
    world.server.nudge(LOOK);
    let endpoint = std::sync::Arc::clone(&world.endpoint);
    world.server.until("the command", |_| !endpoint.ran.lock().unwrap().is_empty()).await;
    world.restart().await;
    check_ending(&world, id, CommandState::Failed).await;
    assert_eq!(ran(&world), Vec::<String>::new());
    let held = world.server.held();
    let told = held.told.iter().find(|told| told.state == CommandState::Failed).unwrap();
    assert_eq!(told.error.as_deref(), Some(INTERRUPTED));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_stops_the_agent_is_gone_on_with_and_told_of_after_the_next_start() {
    let mut world = World::running().await;
    let id = world.server.order(world.id(), "restart");
    world.server.nudge(LOOK);
    let endpoint = std::sync::Arc::clone(&world.endpoint);
    world.server.until("the command", |_| !endpoint.ran.lock().unwrap().is_empty()).await;
    world.stop().await;
    *world.endpoint.started_anew.lock().unwrap() = true;
    world.server.held().told.clear();
    world.start();
    check_ending(&world, id, CommandState::Done).await;
    assert_eq!(ran(&world), ["restart"]);
    {
        let held = world.server.held();
        // The server agreed before the stop, and is not asked again.
        assert_eq!(held.told.iter().map(|told| told.state).collect::<Vec<_>>(), [CommandState::Done]);
        assert_eq!(held.told[0].result, Some(json!({"restarted": {}})), "with its arguments");
    }
    // Once it is over, it is over.
    world.restart().await;
    let next = world.server.order(world.id(), "next");
    world.server.nudge(LOOK);
    check_ending(&world, next, CommandState::Done).await;
    assert_eq!(ran(&world), ["next"]);
}

#[tokio::test(start_paused = true)]
async fn a_command_taken_back_at_the_last_moment_is_not_carried_out() {
    let world = World::running().await;
    let id = world.server.order(world.id(), "cancelled");
    world.server.held().standing.insert(id, CommandState::Cancelled);
    world.server.nudge(LOOK);
    check_ending(&world, id, CommandState::Accepted).await;
    let next = world.server.order(world.id(), "next");
    world.server.nudge(LOOK);
    check_ending(&world, next, CommandState::Done).await;
    assert_eq!(ran(&world), ["next"]);
}

#[tokio::test(start_paused = true)]
async fn only_commands_for_this_endpoint_in_time_and_signed_by_a_command_key_are_carried_out() {
    let world = World::running().await;
    let now = world.server.clock.now();
    let good = Command {
        server: world.server.id,
        id: Id::new(),
        endpoint: world.id(),
        name: "wrong".to_owned(),
        args: Value::Null,
        issued_at: now,
        expires_at: now + Duration::from_secs(60),
    };
    let with = |change: fn(&mut Command)| {
        let mut command = Command { id: Id::new(), ..good.clone() };
        change(&mut command);
        command
    };
    {
        let mut held = world.server.held();
        let others: [Sealed<Command>; 4] = [
            // Signed by the server, but with a key for another purpose.
            held.signer.respond(&good),
            held.signer.command(&with(|command| command.endpoint = Id::new())),
            held.signer.command(&with(|command| command.server = Id::new())),
            held.signer.command(&with(|command| command.expires_at = command.issued_at)),
        ];
        held.waiting.extend(others);
    }
    let last = world.server.order(world.id(), "right");
    world.server.nudge(LOOK);
    check_ending(&world, last, CommandState::Done).await;
    assert_eq!(ran(&world), ["right"]);
}
