//! L09: on a machine that several people use at once, every row names the logon session in which it was done: a search for the session
//! finds the logon, what was done in it and the logoff with its length, and nothing of anybody else.

#[path = "../../../agent/sensors/tests/logind/mod.rs"]
mod logind;

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use serde_json::{Value, json};
use yagura_scenarios::{House, may_mount, sees_processes};

use self::logind::{BIN, DAEMON, Somebody, name_of};

const PROMISE: &str = "L09: rows name the logon session";

/// A file system in memory, until the test ends.
struct Memory(PathBuf);

impl Memory {
    fn new(at: PathBuf) -> Self {
        fs::create_dir(&at).unwrap();
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", "mode=1777", "tmpfs"]).arg(&at).status().unwrap();
        assert!(status.success());
        Self(at)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("no {name} in {row}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_for_a_session_finds_the_logon_all_that_was_done_in_it_and_the_logoff() {
    if !sees_processes(PROMISE) || !may_mount(PROMISE) {
        return;
    }
    let Some(host) = logind::House::open().await else { return };
    let mut house = House::new();
    fs::set_permissions(house.path(""), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    let memory = Memory::new(house.path("memory"));
    house.tell_agents("DBUS_SYSTEM_BUS_ADDRESS", &format!("unix:path={}", host.path("bus").display()));
    house.start_agent();
    let endpoint = house.endpoint().await;
    let shown = house
        .until("the sensors", &format!("/api/v1/endpoints/{endpoint}"), |endpoint| {
            let sensors = endpoint["sensors"].as_array()?;
            let on = |name: &str| sensors.iter().any(|one| one["sensor"] == name && one["health"] != "off");
            (on("file") && on("session")).then(|| endpoint.clone())
        })
        .await;
    if !shown["sensors"].as_array().unwrap().iter().any(|one| one["source"] == "fanotify") {
        println!("SKIPPED: {PROMISE}: {shown}");
        return;
    }
    let path = format!("/api/v1/policies/operation_log/{}", house.root_group().await);
    let value = json!({"files": {"folders": [format!("{}/**", memory.0.display())]}});
    house.ask("PUT", &path, Some(&json!({"inherit": "replace", "value": value})), 200).await;
    let of_endpoint = format!("/api/v1/endpoints/{endpoint}/policies");
    house
        .until("the policy", &of_endpoint, |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "operation_log")?;
            (policy["state"] == "applied" && policy["value"]["files"]["folders"][0] != Value::Null).then_some(())
        })
        .await;

    let mut people = Vec::new();
    // Whoever is started now does not inherit what keeps others' sessions open.
    let shells = [Somebody::at(&memory.0), Somebody::at(&memory.0)];
    for ((account, name), somebody) in [(DAEMON, "daemon"), (BIN, "bin")].into_iter().zip(shells) {
        let session = host.log_on(account, &somebody).await;
        let id = name_of(&session);
        let logon = format!("/api/v1/events?kind=session.logon&q=session:{id}");
        house.until("the logon", &logon, |page| page["items"].get(0).cloned()).await;
        people.push((somebody, session, id, account, name));
    }
    assert_ne!(people[0].2, people[1].2);
    // Both at once, in one folder.
    for (somebody, _, _, account, name) in &mut people {
        somebody.does_as(*account, &format!("mkdir of-{name}; echo a > of-{name}/a.txt; rm of-{name}/a.txt"));
    }
    for (somebody, session, id, _, name) in people {
        let acts = format!("/api/v1/events?kind=folder.create&q=session:{id}");
        house.until("what was done", &acts, |page| page["items"].get(0).cloned()).await;
        host.lock(&session, true).await;
        drop(somebody);
        drop(session);
        let ended = format!("/api/v1/events?kind=session.logoff&q=session:{id}");
        let logoff = house.until("the logoff", &ended, |page| page["items"].get(0).cloned()).await;
        assert!(logoff["body"]["duration_ms"].as_u64().is_some(), "{logoff}");
        // Where from, on which host.
        assert_eq!((text(&logoff, "remote_host"), text(&logoff, "user")), ("192.0.2.7", name));
        assert_eq!(logoff["hostname"], shown["hostname"]);

        let rows = house.events(&format!("&q=session:{id}")).await;
        let kinds: BTreeSet<&str> = rows.iter().map(|row| text(row, "kind")).collect();
        for kind in
            ["session.logon", "process.start", "process.exit", "folder.create", "session.lock", "session.logoff"]
        {
            assert!(kinds.contains(kind), "no {kind} among {kinds:?}");
        }
        for row in &rows {
            assert_eq!(text(row, "logon_session"), id);
            let subject = row["subject"].as_str().unwrap_or_default();
            assert!(!subject.contains("/of-") || subject.contains(&format!("/of-{name}")), "of somebody else: {row}");
        }
    }
}
