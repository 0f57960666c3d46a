//! What an agent costs where little happens.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::{server::Link, world::World};

#[tokio::test(start_paused = true)]
async fn a_day_on_which_only_the_inventory_changes_costs_fewer_than_fifty_requests() {
    let mut world = World::new();
    world.server.held().link = Link::Quiet;
    world.enrol().await;
    world.start();
    world.server.until("the first state", |held| !held.reports.is_empty()).await;
    world.server.held().paths.clear();
    // The day is the test's own. The inventory is looked at every hour and says when; sensors count all the time.
    for hour in 0..24 {
        world.endpoint.put("assets", json!({ "collected_at": hour }));
        sleep(Duration::from_secs(3600)).await;
    }
    let paths = world.server.held().paths.clone();
    assert!(paths.len() < 50, "{} requests: {paths:?}", paths.len());
    assert!(paths.iter().filter(|path| path.ends_with("/state")).count() >= 24, "{paths:?}");
    assert!(paths.iter().filter(|path| path.ends_with("/hello")).count() >= 12, "{paths:?}");
}
