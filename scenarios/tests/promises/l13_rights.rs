//! L08, L13: when the machine started, and who ran what with root's rights, stand in the log as rows of their own.

use std::{fs, process::Command};

use serde_json::json;
use yagura_scenarios::{House, sees_processes};

const PROMISE: &str = "L13: who uses root's rights";

/// Lets an account that every Debian has use sudo, in a mount namespace of its own; the machine's own rules stay as they are.
const SUDO: &str = r#"mount --bind "$1" /etc/sudoers && exec runuser -u daemon -- sudo -n /usr/bin/env "$2""#;

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_by_sudo_is_the_person_s_and_the_start_of_the_machine_is_told_once() {
    if !sees_processes(PROMISE) {
        return;
    }
    if !fs::exists("/usr/bin/sudo").unwrap() {
        eprintln!("SKIPPED: {PROMISE}: there is no sudo here (package sudo)");
        return;
    }
    let mut house = House::new();
    let rules = house.path("sudoers");
    fs::write(&rules, "daemon ALL=(ALL) NOPASSWD: ALL\n").unwrap();
    fs::set_permissions(&rules, std::os::unix::fs::PermissionsExt::from_mode(0o440)).unwrap();
    let run = |marker: &str| {
        let mut sudo = Command::new("unshare");
        sudo.args(["--mount", "--propagation", "private", "sh", "-c", SUDO, "sh"]).arg(&rules).arg(marker);
        sudo.output().unwrap()
    };
    // `env` does not know a program of that name, and says so with 127: what counts is that sudo ran it.
    let tried = run("before");
    if tried.status.code() != Some(127) {
        eprintln!("SKIPPED: {PROMISE}: sudo does not run here: {}", String::from_utf8_lossy(&tried.stderr));
        return;
    }
    house.start_agent();
    house.endpoint().await;
    let marker = house.marker("sudo");
    let row = house
        .until("the use of rights", &format!("/api/v1/events?text={marker}&kind=privilege.use"), |page| {
            run(&marker);
            page["items"].get(0).cloned()
        })
        .await;
    assert_eq!((&row["user"], &row["target"]), (&json!("daemon"), &json!("root")), "{row}");
    assert_eq!(row["parent_image"], "/usr/bin/sudo");
    assert!(row["subject"].as_str().unwrap().contains(&marker), "{row}");

    // The machine started once, however often the agent does.
    let boots = "&kind=power.boot";
    assert_eq!(house.events(boots).await.len(), 1);
    house.kill_agent();
    house.start_agent();
    let marker = house.marker("again");
    yagura_scenarios::start_until_seen(&house, &marker).await;
    assert_eq!(house.events(boots).await.len(), 1);
}
