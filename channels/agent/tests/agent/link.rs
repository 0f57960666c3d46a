//! How an agent hears that there is news, when that is hard.

use std::time::Duration;

use tokio::time::Instant;

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_connection_that_died_without_a_word_is_noticed_within_a_minute() {
    let mut world = World::new();
    world.server.held().dead_link = true;
    world.enrol().await;
    world.start();
    let opened = |held: &crate::server::Held| held.paths.iter().filter(|path| path.ends_with("/link")).count();
    world.server.until("the first connection", |held| opened(held) == 1).await;
    let first = Instant::now();
    world.server.until("the second connection", |held| opened(held) == 2).await;
    // The time is the test's own: a minute until it is noticed, and the pause that keeps a server's agents apart.
    assert!(first.elapsed() <= Duration::from_secs(60 + 15), "{:?}", first.elapsed());
}
