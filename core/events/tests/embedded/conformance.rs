//! The suite of every store, run on an embedded one in several states.

use yagura_events::conformance::{run_all, run_large};

use crate::rig::{Rig, Settle, Stop};

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_when_everything_is_in_memory_and_the_store_is_killed() {
    run_all(async || Rig::new(Stop::Kill, Settle::Memory, |_| {}).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_when_every_settled_event_is_in_a_segment() {
    run_all(async || Rig::new(Stop::Close, Settle::Segments, |_| {}).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_when_segments_are_tiny_and_merged_all_the_time() {
    let change = |options: &mut yagura_events::Options| {
        options.flush_rows = 40;
        options.merge_fan_in = 3;
        options.merge_max_rows = 1500;
    };
    run_all(async || Rig::new(Stop::Kill, Settle::Segments, change).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_when_every_settled_event_is_in_a_day_file() {
    let change = |options: &mut yagura_events::Options| {
        options.flush_rows = 200;
        options.merge_fan_in = 3;
        options.day_file_rows = 3000;
    };
    run_all(async || Rig::new(Stop::Kill, Settle::DayFiles, change).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_thousand_events_in_day_files_are_found_as_by_hand() {
    let change = |options: &mut yagura_events::Options| options.flush_rows = 20_000;
    run_large(Rig::new(Stop::Close, Settle::DayFiles, change).await, 200_000, 11).await;
}
