//! A backup is killed twenty times while it is made under load: whatever has a backup's name is whole, what was cut off is refused, and a
//! whole one has every event that was acknowledged before it was begun.

use std::{fs, path::PathBuf, process::Stdio, time::Duration};

use serde_json::Value;
use yagura_scenarios::{House, sees_processes, start_programs, start_until_seen};

const KILLS: usize = 20;

/// The folders of backups, whole and cut off.
fn folders(house: &House) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let all = fs::read_dir(house.path("backups")).unwrap().map(|entry| entry.unwrap().path());
    all.partition(|path| path.extension().is_none_or(|ending| ending != "partial"))
}

fn events_in(backup: &std::path::Path) -> u64 {
    let manifest: Value = serde_json::from_slice(&fs::read(backup.join("manifest.json")).unwrap()).unwrap();
    manifest["events"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_killed_twenty_times_is_whole_or_no_backup() {
    if !sees_processes("a backup that is killed is whole or no backup") {
        return;
    }
    let mut house = House::new();
    house.start_agent();
    house.endpoint().await;
    start_until_seen(&house, &house.marker("first")).await;
    fs::create_dir(house.path("backups")).unwrap();
    let to = house.path("backups").display().to_string();
    // The same "random" order every time: a failure can be repeated.
    let mut lot = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..KILLS {
        start_programs(&house.marker("more"), 40);
        let mut backup = house.server_command(&["backup", "--to", &to]);
        let mut backup = backup.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        lot ^= lot << 13;
        lot ^= lot >> 7;
        lot ^= lot << 17;
        // Once it has begun, at some moment of its work; or before.
        let cut_before = folders(&house).1.len();
        while round % 4 > 0 && folders(&house).1.len() == cut_before && backup.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(lot % 10_000)).await;
        // Every fifth time the power goes: the server is killed with it.
        if round % 5 == 4 {
            house.kill_server();
        }
        drop(backup.kill());
        backup.wait().unwrap();
        if round % 5 == 4 {
            house.start_server();
        }
    }
    let (whole, cut) = folders(&house);
    for (number, folder) in cut.iter().enumerate() {
        let place = house.path(&format!("refused-{number}"));
        let refused = house.restore(folder, &place);
        assert!(!refused.status.success(), "{} is no backup", folder.display());
        assert!(fs::read_dir(&place).map_or(0, Iterator::count) == 0, "nothing is left in the new place");
    }
    let before = house.events("").await.len() as u64;
    let last = house.server_command(&["backup", "--to", &to]).output().unwrap();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    let last = PathBuf::from(String::from_utf8(last.stdout).unwrap().trim());
    assert!(events_in(&last) >= before, "{} events of {before} are in the backup", events_in(&last));
    for (number, folder) in whole.iter().chain([&last]).enumerate() {
        let place = house.path(&format!("restored-{number}"));
        let restored = house.restore(folder, &place);
        assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
        let verified = house.ctl(&["events", "verify", "--data", &place.display().to_string()]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
        fs::remove_dir_all(&place).unwrap();
    }
    println!("{} whole and {} cut off over {KILLS} kills; {before} events", whole.len(), cut.len());
}
