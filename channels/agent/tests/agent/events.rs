//! Events on their way.

use yagura_vocabulary::Lane;

use crate::{server::Trouble, world::World};

async fn check_arrival(world: &World, kinds: &[&str]) {
    let wanted = kinds.len();
    world.server.until("the events", |held| held.events.len() >= wanted).await;
    assert_eq!(world.arrived(), kinds);
}

#[tokio::test(start_paused = true)]
async fn what_happens_arrives() {
    let world = World::running().await;
    world.happens(Lane::Operation, "one");
    world.happens(Lane::Operation, "two");
    check_arrival(&world, &["one", "two"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_alarm_does_not_wait_for_the_others() {
    let world = World::running().await;
    world.happens(Lane::Operation, "first of all");
    check_arrival(&world, &["first of all"]).await;
    world.happens(Lane::Bulk, "bulk");
    world.happens(Lane::Operation, "ordinary");
    world.happens(Lane::Critical, "alarm");
    check_arrival(&world, &["first of all", "alarm", "ordinary", "bulk"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_and_lost_answers_cost_nothing_and_double_nothing() {
    let world = World::running().await;
    let trouble = [Trouble::AnswerLost, Trouble::Busy, Trouble::AnswerLost, Trouble::AnswerLost, Trouble::Busy];
    world.server.held().trouble.extend(trouble);
    world.happens(Lane::Operation, "one");
    world.server.until("all trouble", |held| held.trouble.is_empty()).await;
    world.happens(Lane::Operation, "two");
    check_arrival(&world, &["one", "two"]).await;
}

#[tokio::test(start_paused = true)]
async fn what_happened_while_the_agent_was_stopped_in_mid_air_arrives_once() {
    let mut world = World::running().await;
    world.server.held().trouble.extend([Trouble::AnswerLost; 2]);
    world.happens(Lane::Critical, "one");
    world.server.until("all trouble", |held| held.trouble.is_empty()).await;
    world.restart().await;
    world.happens(Lane::Critical, "two");
    check_arrival(&world, &["one", "two"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_batch_begins_a_new_numbering_and_loses_nothing() {
    let world = World::running().await;
    let before = world.spool.as_ref().unwrap().stands().0;
    world.server.held().refuse_batches = 1;
    world.happens(Lane::Operation, "one");
    check_arrival(&world, &["agent.epoch_change", "one"]).await;
    let after = world.spool.as_ref().unwrap().stands().0;
    assert_ne!(before, after);
    assert_eq!(world.server.held().hellos.last().unwrap().epoch, after, "the server heard of it");
}
