//! Server and agent are killed again and again under load: every sequence number is stored exactly once, or covered by a gap.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;
use yagura_scenarios::{House, sees_processes};

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
            load_until_seen(&house, &format!("round-{}-{round}", std::process::id())).await;
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
    load_until_seen(&house, &marker).await;
    let events = house.events("").await;
    let streams = streams(&events);
    assert!(!streams.is_empty());
    let mut total = 0;
    for ((epoch, lane), numbers) in streams {
        let mut next = 1;
        for (first, last) in numbers {
            assert_eq!(first, next, "epoch {epoch}, lane {lane}: {next} is missing or {first} is stored twice");
            next = last + 1;
        }
        total += next - 1;
    }
    println!("{} events under {total} numbers, {KILLS} kills", events.len());
    assert!(total > 1000, "only {total} events: there was no load");
}

/// Starts programs until the server has one of them. The agent may have been started a moment ago and see nothing yet, so one
/// program would not do.
async fn load_until_seen(house: &House, marker: &str) {
    let path = format!("/api/v1/events?text={marker}&kind=process.start&limit=1");
    house
        .until("an event under load", &path, |page| {
            for _ in 0..STARTS_BETWEEN {
                Command::new("/usr/bin/true").arg(marker).status().unwrap();
            }
            (!page["items"].as_array()?.is_empty()).then_some(())
        })
        .await;
}

/// The numbers of each stream in order; a gap counts for all that it covers.
fn streams(events: &[Value]) -> BTreeMap<(String, String), Vec<(u64, u64)>> {
    let mut streams: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events {
        let key = (event["epoch"].as_str().unwrap().to_owned(), event["lane"].as_str().unwrap().to_owned());
        let first = event["seq"].as_u64().unwrap();
        // Only a gap in the numbering covers numbers; a sensor's loss is an event like any other.
        let last = match event["body"]["to"].as_u64() {
            Some(to) if event["kind"] == "agent.gap" && event["feature"] == "agent" => to,
            _ => first,
        };
        streams.entry(key).or_default().push((first, last));
    }
    for numbers in streams.values_mut() {
        numbers.sort_unstable();
    }
    streams
}
