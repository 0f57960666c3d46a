//! Server and agent are killed again and again under load: every sequence number is stored exactly once, or covered by a gap.

use std::process::Command;

use yagura_scenarios::{House, every_number_once, sees_processes, start_until_seen};

const KILLS: usize = 50;
/// Programs started between two kills. They begin at once, so that a kill may come before, amid or after all of the agent's
/// own beginning.
const STARTS_BETWEEN: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn every_number_is_stored_once_although_both_ends_are_killed() {
    if !sees_processes("every number is stored once although both ends are killed") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    house.endpoint().await;
    // The same "random" order every time: a failure can be repeated.
    let mut lot = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..KILLS {
        for _ in 0..STARTS_BETWEEN {
            Command::new("/usr/bin/true").status().unwrap();
        }
        if round % 4 == 0 {
            // Now and then both live long enough to talk, so that kills also meet batches under way.
            start_until_seen(&house, &format!("round-{}-{round}", std::process::id())).await;
        }
        lot ^= lot << 13;
        lot ^= lot >> 7;
        lot ^= lot << 17;
        match lot % 3 {
            0 => {
                house.kill_server();
                house.start_server();
            }
            1 => {
                house.kill_agent();
                house.start_agent();
            }
            _ => {
                house.kill_server();
                house.kill_agent();
                house.start_agent();
                house.start_server();
            }
        }
    }
    house.endpoint().await;
    let marker = format!("last-{}", std::process::id());
    start_until_seen(&house, &marker).await;
    let events = house.events("").await;
    let total = every_number_once(&events);
    println!("{} events under {total} numbers, {KILLS} kills", events.len());
    assert!(total > 1000, "only {total} events: there was no load");
}
