//! L02: programs that people use on files are told of by what they do for people: a copy by rsync, a save by an editor however it saves,
//! what an archive held, and what is dragged about in a file manager on the screen. Each act once.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use yagura_scenarios::{House, Seat, may_mount, sees_processes};

/// An account that every Debian has. Nobody works as it on a machine that runs tests.
const PERSON: u32 = 65534;

const PROMISE: &str = "L02: programs that people use on files are told of by what they do";

/// A file system of one's own, until the test ends.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        // The file manager may still look at it; what is left of it is nobody's.
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}

/// What the person does, and the rows that are to come of it.
const ACTS: &[(&str, &[&str])] = &[
    (
        "mkdir src && echo 12,000 > src/見積.csv && echo 13,000 > src/控え.csv",
        &["folder.create src", "file.create src/見積.csv", "file.create src/控え.csv"],
    ),
    (
        "rsync -a src/ dst/",
        &["folder.copy src -> dst", "file.copy src/見積.csv -> dst/見積.csv", "file.copy src/控え.csv -> dst/控え.csv"],
    ),
    (
        "echo 14,000 >> src/見積.csv && rsync -a src/ dst/",
        &["file.overwrite src/見積.csv", "file.copy src/見積.csv -> dst/見積.csv"],
    ),
    (
        "vim -u NONE -i NONE -es -c 's/1/2/' -c 'set backupcopy=yes' -c wq src/控え.csv",
        &["file.overwrite src/控え.csv"],
    ),
    ("vim -u NONE -i NONE -es -c 's/2/3/' -c 'set backupcopy=no' -c wq src/控え.csv", &["file.overwrite src/控え.csv"]),
    (
        "unzip -q ../bundle.zip -d out",
        &["folder.create out", "folder.create out/束", "file.create out/束/一.txt", "file.create out/束/二.txt"],
    ),
];

fn has(programs: &[&str]) -> bool {
    let missing: Vec<_> = programs
        .iter()
        .filter(|name| !Command::new("which").arg(name).output().is_ok_and(|which| which.status.success()))
        .collect();
    if !missing.is_empty() {
        eprintln!("SKIPPED: {PROMISE}: {missing:?} are not here");
    }
    missing.is_empty()
}

fn act(folder: &Path, command: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-ec", command]).current_dir(folder).env("LC_ALL", "C.UTF-8").env("HOME", "/").uid(PERSON);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A row in short, paths below `home` only.
fn told(event: &Value, home: &str) -> String {
    let short = |name: &str| event[name].as_str().map(|path| path.replace(&format!("{home}/"), ""));
    let target = short("target").map(|target| format!(" -> {target}")).unwrap_or_default();
    format!("{} {}{target}", event["kind"].as_str().unwrap(), short("subject").unwrap())
}

/// Presses keys in a window, one after the other.
fn press(person: &Seat, window: u32, keys: &[&str]) {
    assert!(person.ask("xdotool", &["windowactivate", "--sync", &window.to_string()]).is_some());
    let all = [&["key", "--delay", "200", "--clearmodifiers"], keys].concat();
    assert!(person.ask("xdotool", &all).is_some(), "{keys:?}");
}

/// The acts of the person below `home`, in short and sorted.
async fn acts(house: &House, home: &str) -> Vec<(String, String)> {
    let events = house.events("&feature=operation_log").await;
    let mut found: Vec<_> = events
        .iter()
        .filter(|event| event["user"] == "nobody")
        .filter(|event| ["file.", "folder."].iter().any(|head| event["kind"].as_str().unwrap().starts_with(head)))
        .map(|event| {
            let image = event["image"].as_str().unwrap_or_default();
            (told(event, home), image.rsplit('/').next().unwrap_or_default().to_owned())
        })
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_saves_archives_and_a_file_manager_give_exactly_their_rows() {
    if !sees_processes(PROMISE)
        || !may_mount(PROMISE)
        || !has(&["rsync", "vim", "unzip", "zip", "openbox", "pcmanfm", "xdotool", "xprop"])
    {
        return;
    }
    let mut house = House::new();
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    let place = Mounted(house.path("work"));
    fs::create_dir(&place.0).unwrap();
    assert!(Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(&place.0).status().unwrap().success());
    chown(&place.0, Some(PERSON), Some(PERSON)).unwrap();
    fs::create_dir_all(house.path("束")).unwrap();
    for name in ["一", "二"] {
        fs::write(house.path("束").join(format!("{name}.txt")), name).unwrap();
    }
    let mut zip = Command::new("zip");
    assert!(zip.args(["-qr", "bundle.zip", "束"]).current_dir(house.path("")).status().unwrap().success());
    fs::set_permissions(house.path("bundle.zip"), fs::Permissions::from_mode(0o644)).unwrap();

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
    // Only below this file system: this machine does much else.
    let folder = format!("{}/**", place.0.display());
    let path = format!("/api/v1/policies/operation_log/{}", house.root_group().await);
    let value = json!({"files": {"folders": [folder], "removable": false, "network": false}, "without_ip": true});
    house.ask("PUT", &path, Some(&json!({"inherit": "replace", "value": value})), 200).await;
    house
        .until("the policy", &format!("/api/v1/endpoints/{endpoint}/policies"), |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "operation_log")?;
            (policy["state"] == "applied" && policy["value"]["without_ip"] == true).then_some(())
        })
        .await;

    let home = place.0.to_str().unwrap().to_owned();
    for (number, (command, _)) in ACTS.iter().enumerate() {
        act(&place.0, command);
        // What a program does within a second is looked at together: a person comes to the next thing later.
        act(&place.0, &format!("mkdir then-{number}"));
        let path = format!("/api/v1/events?text=then-{number}&kind=folder.create");
        house.until("the last act", &path, |page| page["items"].get(0).cloned()).await;
    }
    let found = acts(&house, &home).await;
    let mut expected: Vec<_> = ACTS.iter().flat_map(|(_, rows)| *rows).map(|row| (*row).to_owned()).collect();
    expected.extend((0..ACTS.len()).map(|number| format!("folder.create then-{number}")));
    expected.sort();
    let rows: Vec<_> = found.iter().map(|(row, _)| row.clone()).collect();
    assert_eq!(rows, expected);
    for (row, program) in &found {
        let of = if row.starts_with("file.copy") { "rsync" } else { "" };
        assert!(of.is_empty() || program == of, "{row} by {program}");
    }

    // On the screen: copied and pasted, cut and pasted.
    let Some(mut person) = Seat::take(&house, PERSON, PROMISE) else { return };
    person.manage().await;
    for name in ["書類", "写し先", "移し先"] {
        act(&place.0, &format!("mkdir {name}"));
    }
    act(&place.0, "echo 三月 > 書類/報告書.txt");
    person.open("pcmanfm", &["--new-win", place.0.join("書類").to_str().unwrap()]);
    let from = person.window("書類").await;
    person.open("pcmanfm", &["--new-win", place.0.join("写し先").to_str().unwrap()]);
    let to = person.window("写し先").await;
    press(&person, from, &["ctrl+a", "ctrl+c"]);
    press(&person, to, &["ctrl+v"]);
    let row =
        |kind: &str| format!("/api/v1/events?text=報告書&kind={kind}").replace("報告書", "%E5%A0%B1%E5%91%8A%E6%9B%B8");
    let copied = house.until("the copy", &row("file.copy"), |page| page["items"].get(0).cloned()).await;
    assert_eq!(told(&copied, &home), "file.copy 書類/報告書.txt -> 写し先/報告書.txt");
    person.open("pcmanfm", &["--new-win", place.0.join("移し先").to_str().unwrap()]);
    let away = person.window("移し先").await;
    press(&person, from, &["ctrl+a", "ctrl+x"]);
    press(&person, away, &["ctrl+v"]);
    let moved = house.until("the move", &row("file.move"), |page| page["items"].get(0).cloned()).await;
    assert_eq!(told(&moved, &home), "file.move 書類/報告書.txt -> 移し先/報告書.txt");
    act(&place.0, "mkdir the-end");
    house
        .until("the last act", "/api/v1/events?text=the-end&kind=folder.create", |page| page["items"].get(0).cloned())
        .await;
    let by_manager: Vec<_> =
        acts(&house, &home).await.into_iter().filter(|(_, program)| program == "pcmanfm").collect();
    let by_manager: Vec<_> = by_manager.iter().map(|(row, _)| row.as_str()).collect();
    assert_eq!(
        by_manager,
        ["file.copy 書類/報告書.txt -> 写し先/報告書.txt", "file.move 書類/報告書.txt -> 移し先/報告書.txt"]
    );
}
