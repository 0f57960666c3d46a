//! The agent's spool is damaged on its disk: what is good is sent, what is lost is said.

use std::{
    fs,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use yagura_scenarios::{House, every_number_once, sees_processes, start_programs, start_until_seen};

/// The largest file in a folder and those below it.
fn largest(dir: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(dir)
        .unwrap()
        .flatten()
        .filter_map(|entry| if entry.path().is_dir() { largest(&entry.path()) } else { Some(entry.path()) });
    files.max_by_key(|file| fs::metadata(file).map_or(0, |found| found.len()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_part_of_a_damaged_spool_is_sent_and_the_rest_becomes_a_gap() {
    if !sees_processes("the good part of a damaged spool is sent") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    let marker = |name: &str| format!("{name}-{}", std::process::id());
    start_until_seen(&house, &marker("before")).await;
    house.kill_server();
    start_programs(&marker("waits"), 400);
    // What was just written is synced a second later; the damage is to meet what lies on the disk.
    house.until_spooled("agent", 400 * 500).await;
    house.kill_agent();
    let file = largest(&house.path("agent").join("spool")).unwrap();
    let middle = fs::metadata(&file).unwrap().len() / 2;
    fs::File::options().write(true).open(&file).unwrap().write_all_at(&[0xaa; 64], middle).unwrap();
    house.start_server();
    house.start_agent();
    start_until_seen(&house, &marker("after")).await;
    let events = house.events("").await;
    let gaps: Vec<_> = events.iter().filter(|event| event["body"]["reason"] == "corrupt").collect();
    assert!(!gaps.is_empty(), "nothing says what was lost");
    let waited = house.events(&format!("&text={}&kind=process.start", marker("waits"))).await;
    assert!(waited.len() > 300, "the good part is there: {}", waited.len());
    assert!(every_number_once(&events) > 0);
}
