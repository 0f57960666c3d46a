//! L02: what a person does to files and folders is in the log, each act once, with the person, the program and both paths; L03: as
//! far as the policy says; L10: without the address, where that is wished.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use yagura_scenarios::{House, may_mount, sees_processes};

/// An account that every Debian has. Nobody works as it on a machine that runs tests.
const PERSON: u32 = 65534;

/// A file system of one's own, until the test ends.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: PathBuf, arguments: &[&str]) -> Self {
        fs::create_dir(&at).unwrap();
        let status = Command::new("mount").args(arguments).arg(&at).status().unwrap();
        assert!(status.success(), "mount {arguments:?}");
        chown(&at, Some(PERSON), Some(PERSON)).unwrap();
        Self(at)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A sensor that kept the drive busy would make this fail, so it says so.
        let status = Command::new("umount").arg(&self.0).status();
        assert!(std::thread::panicking() || status.is_ok_and(|status| status.success()), "{:?} is busy", self.0);
    }
}

/// What the person does, one command after the other, in the folder of each file system; the rows that are to come of it.
const ACTS: &[(&str, &[&str])] = &[
    ("mkdir 会計", &["folder.create 会計"]),
    ("echo 12,000 > 会計/見積.csv", &["file.create 会計/見積.csv"]),
    ("cp 会計/見積.csv 会計/控え.csv", &["file.copy 会計/見積.csv -> 会計/控え.csv"]),
    ("mv 会計/控え.csv 会計/古い控え.csv", &["file.rename 会計/控え.csv -> 会計/古い控え.csv"]),
    ("mkdir b && mv 会計/古い控え.csv b/", &["folder.create b", "file.move 会計/古い控え.csv -> b/古い控え.csv"]),
    ("echo 13,000 >> 会計/見積.csv", &["file.overwrite 会計/見積.csv"]),
    ("cat 会計/見積.csv > /dev/null", &["file.open 会計/見積.csv"]),
    ("cp -r 会計 写し", &["folder.copy 会計 -> 写し", "file.copy 会計/見積.csv -> 写し/見積.csv"]),
    ("mv 写し b/", &["folder.move 写し -> b/写し"]),
    ("mv b/写し b/正本", &["folder.rename b/写し -> b/正本"]),
    ("rm b/古い控え.csv", &["file.delete b/古い控え.csv"]),
    ("rm -r b", &["file.delete b/正本/見積.csv", "folder.delete b/正本", "folder.delete b"]),
];

fn act(folder: &Path, command: &str) {
    let status = Command::new("sh").args(["-ec", command]).current_dir(folder).uid(PERSON).status().unwrap();
    assert!(status.success(), "{command}");
}

/// A row in short, paths below `home` only.
fn told(event: &Value, home: &str) -> String {
    let short = |name: &str| event[name].as_str().map(|path| path.replace(&format!("{home}/"), ""));
    let target = short("target").map(|target| format!(" -> {target}")).unwrap_or_default();
    format!("{} {}{target}", event["kind"].as_str().unwrap(), short("subject").unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_does_to_files_is_found_once_each_on_every_file_system() {
    const PROMISE: &str = "L02: what a person does to files is found once each";
    if !sees_processes(PROMISE) || !may_mount(PROMISE) {
        return;
    }
    let mut house = House::new();
    fs::set_permissions(house.path(""), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    let memory = Mounted::new(house.path("memory"), &["-t", "tmpfs", "tmpfs"]);
    house.start_agent();
    let endpoint = house.endpoint().await;
    let sensor = house
        .until("the file sensor", &format!("/api/v1/endpoints/{endpoint}"), |endpoint| {
            let mut sensors = endpoint["sensors"].as_array()?.iter();
            sensors.find(|sensor| sensor["sensor"] == "file" && sensor["health"] != "off").cloned()
        })
        .await;
    if sensor["source"] != "fanotify" {
        println!("SKIPPED: {PROMISE}: {sensor}");
        return;
    }
    // Only below the two file systems: this machine does much else.
    let folders =
        json!([format!("{}/**", house.path("memory").display()), format!("{}/**", house.path("disk").display())]);
    let path = format!("/api/v1/policies/operation_log/{}", house.root_group().await);
    let value = json!({"files": {"folders": folders, "removable": false, "network": false}, "without_ip": true});
    house.ask("PUT", &path, Some(&json!({"inherit": "replace", "value": value})), 200).await;
    let of_endpoint = format!("/api/v1/endpoints/{endpoint}/policies");
    house
        .until("the policy", &of_endpoint, |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "operation_log")?;
            (policy["state"] == "applied" && policy["value"]["without_ip"] == true).then_some(())
        })
        .await;
    // The drive comes while the agent is at work.
    let image = house.path("disk.img");
    fs::File::create(&image).unwrap().set_len(64 << 20).unwrap();
    assert!(Command::new("mkfs.ext4").arg("-q").arg(&image).status().unwrap().success());
    let disk = Mounted::new(house.path("disk"), &["-o", "loop", image.to_str().unwrap()]);
    let came = format!("/api/v1/events?kind=drive.add&subject={}", disk.0.display());
    house.until("the drive", &came, |page| page["items"].as_array()?.first().cloned()).await;

    for (command, _) in ACTS {
        act(&memory.0, command);
        act(&disk.0, command);
    }
    act(&memory.0, "mv 会計/見積.csv ../disk/taken-away.csv");
    let taken = "/api/v1/events?text=taken-away&kind=file.move";
    house.until("the move to another drive", taken, |page| page["items"].get(0).cloned()).await;
    // Whatever else came of it would be told before what is done only now.
    act(&memory.0, "mkdir the-end");
    let home = house.path("");
    let home = home.to_str().unwrap().trim_end_matches('/').to_owned();
    house
        .until("the last act", "/api/v1/events?text=the-end&kind=folder.create", |page| page["items"].get(0).cloned())
        .await;

    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for side in ["memory", "disk"] {
        for row in ACTS.iter().flat_map(|(_, rows)| *rows) {
            let (kind, paths) = row.split_once(' ').unwrap();
            let row = format!("{kind} {side}/{}", paths.replace("-> ", &format!("-> {side}/")));
            *expected.entry(row).or_default() += 1;
        }
    }
    expected.insert("file.move memory/会計/見積.csv -> disk/taken-away.csv".to_owned(), 1);
    expected.insert("folder.create memory/the-end".to_owned(), 1);
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let events = house.events("&feature=operation_log").await;
    let ours: Vec<_> = events
        .iter()
        .filter(|event| event["user"] == "nobody")
        .filter(|event| ["file.", "folder."].iter().any(|head| event["kind"].as_str().unwrap().starts_with(head)))
        .collect();
    for event in &ours {
        *found.entry(told(event, &home)).or_default() += 1;
        let image = event["image"].as_str().unwrap_or_else(|| panic!("no program in {event}"));
        let program = image.rsplit('/').next().unwrap();
        let expected = match event["kind"].as_str().unwrap() {
            "folder.create" => "mkdir",
            "file.create" | "file.overwrite" => "dash",
            "file.copy" | "folder.copy" => "cp",
            "file.delete" | "folder.delete" => "rm",
            "file.open" => "cat",
            _ => "mv",
        };
        assert_eq!(program, expected, "{event}");
        assert!(event["process_guid"].is_string() && event["body"].get("ip").is_none(), "{event}");
    }
    assert_eq!(found, expected);
    let gaps = events.iter().filter(|event| event["kind"] == "agent.gap").count();
    assert_eq!(gaps, 0);
}
