//! The program on the server's own machine.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::{
    harness::on_both,
    machine::{Machine, account},
};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_yagura-server")).args(arguments).output().unwrap()
}

/// What it says when it succeeds.
#[track_caller]
fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What it says when it fails.
#[track_caller]
fn complained(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A data folder that was just made; its configuration file.
fn made(dir: &Path) -> (PathBuf, String) {
    let data = dir.join("data");
    said(&["init", "--data", data.to_str().unwrap(), "--url", "https://127.0.0.1:9"]);
    let config = data.join("yagura.toml").display().to_string();
    (data, config)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_root_key_is_taken_off_the_server_and_brought_back_to_renew() {
    let dir = tempfile::tempdir().unwrap();
    let (data, config) = made(dir.path());
    let (root, keys) = (dir.path().join("root.key"), data.join("keys/keys.json"));
    let version = || {
        let record: Value = serde_json::from_slice(&std::fs::read(&keys).unwrap()).unwrap();
        record["version"].as_u64().unwrap()
    };
    said(&["keys", "--config", &config, "renew"]);
    let second = version();
    assert!(second > 1);
    said(&["keys", "--config", &config, "root-export", "--to", text(&root)]);
    assert!(root.exists() && !data.join("keys/root.key").exists());
    assert!(complained(&["keys", "--config", &config, "renew"]).contains("root.key"));
    assert_eq!(version(), second);
    said(&["keys", "--config", &config, "renew", "--root", text(&root)]);
    assert!(version() > second);
    assert!(!data.join("keys/root.key").exists(), "it does not stay");
    let again = complained(&["keys", "--config", &config, "root-export", "--to", text(&root)]);
    assert!(again.contains("root.key"), "{again}");
}

#[test]
fn a_server_that_is_off_is_backed_up_and_restored_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (data, config) = made(dir.path());
    assert!(complained(&["backup", "--config", &config]).contains("--to FOLDER"));
    let folder = said(&["backup", "--config", &config, "--to", text(&dir.path().join("backups"))]);
    let folder = folder.trim();
    let elsewhere = dir.path().join("elsewhere");
    let restored = said(&["restore", "--from", folder, "--data", text(&elsewhere)]);
    assert!(restored.contains("each will record a gap"), "{restored}");
    for name in ["server-id", "keys/keys.json", "keys/root.key", "server.key", "ca.key", "yagura.toml", "control.db"] {
        assert!(elsewhere.join(name).exists(), "{name}");
    }
    assert_eq!(std::fs::read(data.join("server-id")).unwrap(), std::fs::read(elsewhere.join("server-id")).unwrap());
    let version = |data: &Path| {
        let record: Value = serde_json::from_slice(&std::fs::read(data.join("keys/keys.json")).unwrap()).unwrap();
        record["version"].as_u64().unwrap()
    };
    assert!(version(&elsewhere) > version(&data), "agents may have seen newer keys than the backup's");
    said(&["admin", "--config", text(&elsewhere.join("yagura.toml")), "link"]);
    assert!(complained(&["restore", "--from", folder, "--data", text(&elsewhere)]).contains("is not empty"));
}

#[test]
fn a_running_server_makes_the_backup_that_the_command_line_asks_for() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-014").await;
        machine.runs(&account("tanaka", "1000"), "excel.exe");
        machine.send().await.unwrap();
        let backups = tempfile::tempdir().unwrap();
        let config = house.dir().join("yagura.toml").display().to_string();
        let to = backups.path().display().to_string();
        let folder = tokio::task::spawn_blocking(move || said(&["backup", "--config", &config, "--to", &to])).await;
        let folder = folder.unwrap();
        let folder = folder.lines().last().unwrap();
        assert!(Path::new(folder).join("manifest.json").exists(), "{folder}");
        let (config, events) = (house.dir().join("yagura.toml"), Path::new(folder).join("events"));
        assert!(find(&events, "parquet").is_some());
        said(&["verify-events", "--config", text(&config), "--events", text(&events)]);
        let list = house.admin("GET", "/api/v1/backups", None).await.expect(200);
        assert_eq!(
            (&list["items"][0]["asked_by"], &list["items"][0]["state"]),
            (&"command line".into(), &"done".into())
        );
    });
}

#[test]
fn a_changed_byte_a_missing_file_and_a_rolled_back_journal_are_named() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-014").await;
        machine.runs(&account("tanaka", "1000"), "excel.exe");
        machine.send().await.unwrap();
        let dir = house.close().await;
        let config = dir.path().join("yagura.toml").display().to_string();
        let good = said(&["verify-events", "--config", &config]);
        assert!(good.contains("everything is as the journal says"), "{good}");
        // What is printed is what can be given back.
        let written_down: Vec<_> =
            good.lines().last().unwrap().split("elsewhere: ").nth(1).unwrap().split(' ').collect();
        let with_head = [&["verify-events", "--config", &config][..], &written_down].concat();
        said(&with_head);
        let head = written_down[1].replacen(written_down[1].split(':').next().unwrap(), "99", 1);
        let rolled_back = complained(&["verify-events", "--config", &config, "--head", &head]);
        assert!(rolled_back.contains("1 faults"), "{rolled_back}");

        let segment = find(&dir.path().join("events/v1"), "parquet").unwrap();
        let bytes = std::fs::read(&segment).unwrap();
        let mut changed = bytes.clone();
        changed[bytes.len() / 2] ^= 1;
        std::fs::write(&segment, changed).unwrap();
        let name = segment.file_name().unwrap().to_str().unwrap();
        let output = run(&["verify-events", "--config", &config]);
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(!output.status.success() && told.contains(&format!("{name} is not what was written")), "{told}");
        std::fs::remove_file(&segment).unwrap();
        let told = String::from_utf8(run(&["verify-events", "--config", &config]).stdout).unwrap();
        assert!(told.contains(&format!("{name} is missing")), "{told}");
    });
}

#[test]
fn a_lost_catalogue_is_made_anew_and_the_server_goes_on_with_every_event() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-014").await;
        machine.runs(&account("tanaka", "1000"), "excel.exe");
        machine.send().await.unwrap();
        let dir = house.close().await;
        let config = dir.path().join("yagura.toml").display().to_string();
        let events = dir.path().join("events");
        let before = said(&["verify-events", "--config", &config]);
        std::fs::remove_file(events.join("catalogue.sqlite")).unwrap();
        let refused = complained(&["rebuild-events", "--config", "/nowhere.toml"]);
        assert!(refused.contains("/nowhere.toml"), "{refused}");
        let told = said(&["rebuild-events", "--config", &config]);
        assert!(told.contains("nothing could be read of the journal"), "{told}");
        let segment = find(&events.join("v1"), "parquet").unwrap();
        assert!(told.contains(segment.file_name().unwrap().to_str().unwrap()), "{told}");
        let after = said(&["verify-events", "--config", &config]);
        assert!(after.contains("everything is as the journal says"), "{after}");
        let head = before.lines().last().unwrap().split("--head ").nth(1).unwrap().split(' ').next().unwrap();
        let found = run(&["verify-events", "--config", &config, "--head", head]);
        assert!(!found.status.success(), "a head from before shows that the journal is another");
    });
}

/// The first file with this extension in a folder or below it.
fn find(dir: &Path, extension: &str) -> Option<PathBuf> {
    std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).find_map(|path| {
        if path.is_dir() { find(&path, extension) } else { (path.extension()? == extension).then_some(path) }
    })
}

#[test]
fn a_wrong_configuration_is_named_by_file_line_and_key() {
    let dir = tempfile::tempdir().unwrap();
    let (data, config) = made(dir.path());
    let file = data.join("yagura.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    let wrong = good.replace("[tls]", "[tls]\nport = 1");
    std::fs::write(&file, &wrong).unwrap();
    let line = wrong.lines().position(|line| line.starts_with("port")).unwrap() + 1;
    for arguments in [&["check-config", "--config", &config][..], &["serve", "--check", "--config", &config]] {
        let complaint = complained(arguments);
        assert!(complaint.contains(&format!("yagura.toml, line {line}: unknown field `port`")), "{complaint}");
    }
    std::fs::write(&file, good).unwrap();
    assert!(said(&["check-config", "--config", &config]).contains("good"));
}

#[test]
fn the_only_administrator_who_forgot_the_password_gets_a_new_one_at_the_machine() {
    on_both(|house| async move {
        let session = house.first_session().await;
        let link = yagura_admins::reset_link(house.server.context(), "admin").await.unwrap();
        let token = link.rsplit_once('#').unwrap().1;
        let old = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        house.ask("GET", "/api/v1/session", &old, None).await.expect(401);
        let reply = house.ask("POST", "/api/v1/session/link", &[], Some(&serde_json::json!({"token": token}))).await;
        let session = reply.session();
        let headers = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        let new = serde_json::json!({"new": "another long pass phrase 7"});
        house.ask("POST", "/api/v1/session/password", &headers, Some(&new)).await.expect(204);
        house.ask("GET", "/api/v1/endpoints", &headers, None).await.expect(200);
    });
}
