//! The server's disk is full: it says so, agents keep what they have, and it goes on by itself when there is room.

use std::{fs, io::Write as _, path::Path};

use yagura_scenarios::{House, every_number_once, may_mount, sees_processes, start_programs, start_until_seen};

fn fill(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    let block = vec![1; 64 * 1024];
    while file.write_all(&block).is_ok() {}
    // The last bytes too.
    while file.write_all(&[1]).is_ok() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_loses_nothing_and_is_over_when_there_is_room() {
    const PROMISE: &str = "a full disk loses nothing";
    if !sees_processes(PROMISE) || !may_mount(PROMISE) {
        return;
    }
    let mut house = House::new();
    house.kill_server();
    // The event store keeps 256 MiB in reserve, so less than that is full to it.
    let (data, small) = (house.path("server"), house.path("small"));
    fs::create_dir_all(&small).unwrap();
    house.wrap_server(&format!(
        "mount -t tmpfs -o size=400m tmpfs '{small}'; cp -a '{data}/.' '{small}'; mount --bind '{small}' '{data}'; exec \"$@\"",
        small = small.display(),
        data = data.display(),
    ));
    house.start_server();
    house.start_agent();
    start_until_seen(&house, &house.marker("before")).await;
    let inside = format!("/proc/{}/root{}", house.server_pid().unwrap(), data.display());
    let filler = Path::new(&inside).join("filler");
    fill(&filler);
    let mut answer = (200, String::new());
    while answer.0 == 200 {
        start_programs(&house.marker("full"), 40);
        answer = house.text("/readyz").await.unwrap();
    }
    assert_eq!(answer.0, 503);
    assert!(answer.1.contains("events"), "{}", answer.1);
    house.until_log("agent", "events were not sent; they are kept and sent again").await;
    fs::remove_file(&filler).unwrap();
    start_until_seen(&house, &house.marker("after")).await;
    assert_eq!(house.text("/readyz").await.map(|(status, _)| status), Some(200));
    let events = house.events("").await;
    assert!(every_number_once(&events) > 0);
    eprintln!(
        "DEBUG {} in all, {} with full, log {}",
        events.len(),
        events.iter().filter(|e| e["command_line"].as_str().is_some_and(|l| l.contains("full-"))).count(),
        house.log("agent")
    );
    let endpoint = house.endpoint().await;
    let sensors = house.ask("GET", &format!("/api/v1/endpoints/{endpoint}"), None, 200).await["sensors"].clone();
    let gaps: Vec<_> = events.iter().filter(|event| event["kind"] == "agent.gap").collect();
    let full = house.events(&format!("&text={}&kind=process.start", house.marker("full"))).await;
    assert!(full.len() >= 40, "what happened meanwhile is there: {}; {gaps:?}; {sensors}", full.len());
}
