//! The agent's spool is damaged on its disk: what is good is sent, what is lost is said.

use std::{
    fs,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use yagura_scenarios::{House, every_number_once, sees_processes, start_programs, start_until_seen};

/// The files of the operation lane below a folder, oldest first.
fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(dir).unwrap().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.append(&mut segments(&path));
        } else if dir.ends_with("operation") && path.extension().is_some_and(|extension| extension == "log") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Where the text of the first record that begins at `from` or later lies: records are a length, a checksum, a text.
fn text_at(segment: &[u8], from: u64) -> u64 {
    let mut at = 0;
    while (at as u64) < from {
        at += 8 + u32::from_le_bytes(segment[at..at + 4].try_into().unwrap()) as usize;
    }
    at as u64 + 8
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_part_of_a_damaged_spool_is_sent_and_the_rest_becomes_a_gap() {
    if !sees_processes("the good part of a damaged spool is sent") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    start_until_seen(&house, &house.marker("before")).await;
    house.kill_server();
    // The batch under way is kept apart, and a file may begin with what was sent already: the damage is to meet neither.
    start_programs(&house.marker("sealed"), 10);
    house.until_log("agent", "events were not sent; they are kept and sent again").await;
    let sent = house.spooled("agent");
    start_programs(&house.marker("waits"), 400);
    house.until_spooled("agent", sent + 400 * 500).await;
    house.kill_agent();
    // Well before the end, where what a crash left half written is cut off; well behind what was sent.
    const BEFORE_THE_END: u64 = 60_000;
    let length = |file: &PathBuf| fs::metadata(file).unwrap().len();
    let files = segments(&house.path("agent").join("spool"));
    let file = files.iter().rev().find(|file| length(file) > 2 * BEFORE_THE_END).unwrap();
    let place = text_at(&fs::read(file).unwrap(), length(file) - BEFORE_THE_END);
    fs::File::options().write(true).open(file).unwrap().write_all_at(&[0xaa; 8], place).unwrap();
    house.start_server();
    house.start_agent();
    start_until_seen(&house, &house.marker("after")).await;
    let events = house.events("").await;
    let gaps: Vec<_> = events.iter().filter(|event| event["body"]["reason"] == "corrupt").collect();
    assert!(!gaps.is_empty(), "nothing says what was lost; {}", house.log("agent"));
    let waited = house.events(&format!("&text={}&kind=process.start", house.marker("waits"))).await;
    assert!(waited.len() > 100, "the good part is there: {}", waited.len());
    assert!(every_number_once(&events) > 0);
}
