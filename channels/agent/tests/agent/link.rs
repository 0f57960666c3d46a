//! How an agent hears that there is news, when that is hard.

use std::time::Duration;

use tokio::time::Instant;
use yagura_channel::wire::nudge::{Nudge, Topic};

use crate::{server::Link, world::World};

#[tokio::test(start_paused = true)]
async fn a_connection_that_died_without_a_word_is_noticed_within_a_minute() {
    let mut world = World::new();
    world.server.held().link = Link::Dead;
    world.enrol().await;
    world.start();
    let opened = |held: &crate::server::Held| held.paths.iter().filter(|path| path.ends_with("/link")).count();
    world.server.until("the first connection", |held| opened(held) == 1).await;
    let first = Instant::now();
    world.server.until("the second connection", |held| opened(held) == 2).await;
    // The time is the test's own: a minute until it is noticed, and the pause that keeps a server's agents apart.
    assert!(first.elapsed() <= Duration::from_secs(60 + 15), "{:?}", first.elapsed());
}

/// How often the server was asked for what ends so, since the last time.
fn asked(world: &World, end: &str) -> usize {
    let mut held = world.server.held();
    let count = held.paths.iter().filter(|path| path.ends_with(end)).count();
    held.paths.clear();
    count
}

#[tokio::test(start_paused = true)]
async fn where_no_web_socket_gets_through_a_long_poll_does_and_where_that_fails_a_look_every_minute() {
    let world = World::running().await;
    // The test's server has no WebSocket: after some tries nudges come by long poll.
    world.server.until("a long poll", |held| held.paths.iter().any(|path| path.ends_with("/nudges"))).await;
    world.server.nudge(Nudge { topic: Topic::Manifest, version: 1 });
    world.server.until("the look", |held| held.paths.iter().any(|path| path.ends_with("/manifest"))).await;
    // Something in between breaks that too.
    world.server.held().no_nudges = true;
    let hellos = |held: &crate::server::Held| held.paths.iter().filter(|path| path.ends_with("/hello")).count();
    asked(&world, "/nudges");
    world.server.until("the first looks", |held| hellos(held) >= 2).await;
    let since = Instant::now();
    world.server.until("ten more", |held| hellos(held) >= 12).await;
    // The time is the test's own: a minute each, and up to 15 s that keep a server's agents apart.
    assert!(since.elapsed() <= Duration::from_secs(10 * 75), "{:?}", since.elapsed());
    // After a while the best way is tried again.
    world.server.held().no_nudges = false;
    asked(&world, "/link");
    world.server.until("another try", |held| held.paths.iter().any(|path| path.ends_with("/link"))).await;
}
