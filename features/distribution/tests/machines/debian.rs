//! Packages, updates and scripts in a small Debian of its own, by the real dpkg and apt.

use std::fs;

use serde_json::json;
use yagura_distribution::model::End;

use super::tree::{
    changed, cut_off,
    deb::{Deb, deb, grow},
    job, nothing_runs, until,
};

fn bad(version: &'static str) -> Deb {
    Deb { postinst: "echo it cannot be set up >&2; exit 1", ..deb("good", version) }
}

#[tokio::test]
async fn a_package_is_installed_upgraded_and_left_alone_when_it_is_there() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let first = agent.outcome(&job(tree.install(&[deb("good", "1.0"), deb("other", "1:2.3~rc1")]))).await;
    assert_eq!((first.end, first.why.as_str()), (End::Done, ""), "{}", first.log);
    let both = [changed("good", None, Some("1.0")), changed("other", None, Some("1:2.3~rc1"))];
    assert_eq!(first.changed, both, "{}", first.log);
    assert!(first.log.contains("Setting up good (1.0)"), "{}", first.log);
    let second = agent.outcome(&job(tree.install(&[deb("good", "2.0")]))).await;
    assert_eq!((second.end, second.changed), (End::Done, vec![changed("good", Some("1.0"), Some("2.0"))]));
    assert_eq!(tree.read("usr/share/good/version").as_deref(), Some("2.0"));
    let third = agent.outcome(&job(tree.install(&[deb("good", "2.0")]))).await;
    assert_eq!((third.end, third.began_at), (End::Already, None));
    let older = agent.outcome(&job(tree.install(&[deb("good", "1.0")]))).await;
    assert_eq!((older.end, tree.dpkg("good").as_str()), (End::Done, "installed 1.0"), "{}", older.log);
}

#[tokio::test]
async fn settings_that_somebody_changed_stay() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let with = |version, settings| Deb { settings: Some(settings), ..deb("good", version) };
    agent.outcome(&job(tree.install(&[with("1.0", "port 1\n")]))).await;
    fs::write(tree.path("etc/good.conf"), "port 7\n").unwrap();
    let outcome = agent.outcome(&job(tree.install(&[with("2.0", "port 2\n")]))).await;
    assert_eq!(outcome.end, End::Done, "{}", outcome.log);
    assert_eq!(tree.read("etc/good.conf").as_deref(), Some("port 7\n"));
}

#[tokio::test]
async fn a_package_that_fails_half_way_goes_back_to_what_was_before() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install(&[deb("good", "1.0")]))).await;
    let before = tree.files();
    let outcome = agent.outcome(&job(tree.install(&[bad("2.0"), deb("new", "1.0")]))).await;
    assert_eq!((outcome.end, outcome.changed), (End::RolledBack, vec![]), "{} {}", outcome.why, outcome.log);
    assert_eq!(outcome.exit_code, Some(100));
    assert!(outcome.why.contains("the package system ended with 100"), "{}", outcome.why);
    assert!(outcome.log.contains("it cannot be set up"), "{}", outcome.log);
    assert_eq!((tree.dpkg("good").as_str(), tree.dpkg("new").as_str()), ("installed 1.0", ""));
    assert_eq!(tree.inside(&["dpkg", "--audit"]), "");
    // The same files with the same content, but dpkg's own books.
    let own = |(path, _): &(&std::path::PathBuf, &(u64, _))| !path.starts_with(tree.path("var"));
    let after = tree.files();
    assert!(before.iter().filter(own).eq(after.iter().filter(own)));
}

#[tokio::test]
async fn without_roll_back_what_is_half_installed_is_told() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install(&[deb("good", "1.0")]))).await;
    let mut forward = job(tree.install(&[bad("2.0")]));
    forward["roll_back"] = json!(false);
    let outcome = agent.outcome(&forward).await;
    assert_eq!(outcome.end, End::Failed);
    assert!(outcome.why.ends_with("half installed: good"), "{}", outcome.why);
    assert_eq!(outcome.changed, [changed("good", Some("1.0"), Some("2.0"))]);
    // On a machine in such a state nothing else is begun, and it is said what to do.
    let next = agent.outcome(&job(tree.install(&[deb("other", "1.0")]))).await;
    assert_eq!((next.end, next.began_at), (End::Failed, None));
    assert!(next.why.contains("dpkg --configure -a"), "{}", next.why);
    assert_eq!(tree.dpkg("other"), "");
}

#[tokio::test]
async fn a_package_that_never_ends_is_ended_with_its_children_and_goes_back() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install(&[deb("good", "1.0")]))).await;
    let hangs = Deb { postinst: "trap '' TERM; sleep 424242 & touch /began; sleep 424243", ..deb("good", "2.0") };
    let mut short = job(tree.install(&[hangs]));
    short["timeout_s"] = json!(4);
    let outcome = agent.outcome(&short).await;
    assert!(tree.path("began").exists(), "{}", outcome.log);
    assert_eq!(outcome.end, End::RolledBack, "{} {}", outcome.why, outcome.log);
    assert!(outcome.why.contains("took longer than it may"), "{}", outcome.why);
    assert_eq!(tree.dpkg("good"), "installed 1.0");
    nothing_runs("^sleep 42424[23]$");
}

/// A package whose set-up waits until the test says so.
fn waits(version: &'static str) -> Deb {
    Deb { postinst: "echo x >>/begun; while ! [ -e /go ]; do sleep 0.1; done", ..deb("good", version) }
}

#[tokio::test]
async fn an_agent_that_stops_in_the_middle_goes_on_with_what_runs() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let job = job(tree.install(&[waits("1.0")]));
    let command = agent.give(&job);
    until(&tree.path("begun")).await;
    agent.stop(command).await;
    let agent = tree.agent().await;
    let command = agent.give(&job);
    tokio::task::yield_now().await;
    fs::write(tree.path("go"), "").unwrap();
    let outcome: yagura_distribution::model::Outcome = serde_json::from_value(command.await.unwrap().unwrap()).unwrap();
    assert_eq!((outcome.end, outcome.why.as_str()), (End::Done, ""), "{}", outcome.log);
    assert_eq!(tree.read("begun").as_deref(), Some("x\n"), "set up once");
}

#[tokio::test]
async fn what_a_power_cut_left_half_done_is_finished_after_the_start_that_follows() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let job = job(tree.install(&[waits("1.0")]));
    let command = agent.give(&job);
    until(&tree.path("begun")).await;
    agent.stop(command).await;
    cut_off(&tree);
    assert_ne!(tree.dpkg("good"), "installed 1.0");
    fs::write(tree.path("go"), "").unwrap();
    let outcome = tree.agent().await.outcome(&job).await;
    assert_eq!(outcome.end, End::Done, "{} {}", outcome.why, outcome.log);
    assert!(outcome.why.contains("cut off in the middle") && outcome.why.contains("finished"), "{}", outcome.why);
    assert_eq!((tree.dpkg("good").as_str(), tree.inside(&["dpkg", "--audit"]).as_str()), ("installed 1.0", ""));
}

#[tokio::test]
async fn what_a_power_cut_left_and_cannot_be_finished_goes_back() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install(&[deb("good", "1.0")]))).await;
    let postinst = "if [ -e /begun ]; then exit 1; fi; touch /begun; sleep 600";
    let job = job(tree.install(&[Deb { postinst, ..deb("good", "2.0") }]));
    let command = agent.give(&job);
    until(&tree.path("begun")).await;
    agent.stop(command).await;
    cut_off(&tree);
    let outcome = tree.agent().await.outcome(&job).await;
    assert_eq!(outcome.end, End::RolledBack, "{} {}", outcome.why, outcome.log);
    assert!(outcome.why.contains("cut off in the middle"), "{}", outcome.why);
    assert_eq!((tree.dpkg("good").as_str(), tree.inside(&["dpkg", "--audit"]).as_str()), ("installed 1.0", ""));
}

#[tokio::test]
async fn a_dry_run_changes_no_file() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install(&[deb("good", "1.0")]))).await;
    let before = tree.files();
    let mut dry = job(tree.install(&[deb("good", "2.0")]));
    dry["dry_run"] = json!(true);
    let outcome = agent.outcome(&dry).await;
    assert_eq!((outcome.end, outcome.changed), (End::Done, vec![changed("good", Some("1.0"), Some("2.0"))]));
    assert!(outcome.log.contains("0 bytes would be fetched"), "{}", outcome.log);
    let after = tree.files();
    let differs: Vec<_> =
        before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(differs.is_empty(), "something was changed: {differs:?}");
}

#[tokio::test]
async fn of_the_updates_that_wait_only_those_that_are_meant_are_installed() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install(&[deb("good", "1.0"), deb("other", "1.0"), deb("third", "1.0")]))).await;
    tree.archive("Debian-Security", "stable-security", &[deb("good", "1.0-1+deb12u1")]);
    tree.archive("Debian", "stable", &[deb("other", "2.0"), deb("third", "2.0"), deb("never", "1.0")]);
    let mut security = job(json!({"kind": "updates", "which": {"of": "security"}}));
    let outcome = agent.outcome(&security).await;
    assert_eq!(outcome.end, End::Done, "{} {}", outcome.why, outcome.log);
    assert_eq!(outcome.changed, [changed("good", Some("1.0"), Some("1.0-1+deb12u1"))]);
    security["attempt"] = json!(2);
    assert_eq!(agent.outcome(&security).await.end, End::Already);
    let named = job(tree.listed(&["other", "never"]));
    assert_eq!(agent.outcome(&named).await.changed, [changed("other", Some("1.0"), Some("2.0"))]);
    let all = agent.outcome(&job(json!({"kind": "updates", "which": {"of": "all"}}))).await;
    assert_eq!(all.changed, [changed("third", Some("1.0"), Some("2.0"))]);
    assert_eq!(tree.dpkg("never"), "");
}

#[tokio::test]
async fn a_script_runs_in_the_machine_and_has_no_time_to_waste() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let outcome = agent.outcome(&job(tree.script("echo token=abcdef0123456789; echo done >/made"))).await;
    assert_eq!((outcome.end, tree.read("made").as_deref()), (End::Done, Some("done\n")), "{}", outcome.log);
    assert!(!outcome.log.contains("abcdef0123456789"), "{}", outcome.log);
    let mut endless = job(tree.script("while :; do sleep 0.1; done"));
    endless["timeout_s"] = json!(1);
    let outcome = agent.outcome(&endless).await;
    assert_eq!(outcome.end, End::Failed);
    assert!(
        outcome.why.contains("took longer than it may") && outcome.why.contains("no roll-back possible"),
        "{}",
        outcome.why
    );
}

#[cfg(feature = "server")]
#[test]
fn what_a_real_package_says_of_itself_is_read() {
    let Some(tree) = grow() else { return };
    let file = tree.make(&Deb { postinst: "true", ..deb("good", "1:2.3~rc1") });
    let head = yagura_distribution::package::read(&fs::read(file).unwrap()).unwrap();
    assert_eq!((&*head.name, &*head.version, &*head.architecture), ("good", "1:2.3~rc1", "all"));
}
