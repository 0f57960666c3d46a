//! Packages and updates in a small machine of rpm, by the real rpm and dnf.

use std::fs;

use serde_json::json;
use yagura_distribution::model::{End, Outcome};

use super::tree::{
    changed, cut_off, job, nothing_runs,
    rpm::{Rpm, grow, rpm},
    until,
};

fn bad(version: &'static str) -> Rpm {
    Rpm { post: "echo it cannot be set up >&2; exit 1", ..rpm("good", version) }
}

#[track_caller]
fn check(outcome: &Outcome, end: End, why: &str) {
    assert!(outcome.end == end && outcome.why.contains(why), "{:?}: {}\n{}", outcome.end, outcome.why, outcome.log);
    assert!(!why.is_empty() || outcome.why.is_empty(), "{}", outcome.why);
}

#[tokio::test]
async fn a_package_is_installed_upgraded_and_left_alone_when_it_is_there() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let first = agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0"), rpm("other", "2.3")]))).await;
    check(&first, End::Done, "");
    assert_eq!(first.changed, [changed("good", None, Some("1.0-1")), changed("other", None, Some("2.3-1"))]);
    let second = agent.outcome(&job(tree.install_rpms(&[rpm("good", "2.0")]))).await;
    check(&second, End::Done, "");
    assert_eq!(second.changed, [changed("good", Some("1.0-1"), Some("2.0-1"))]);
    assert_eq!(tree.read("usr/share/good/version").as_deref(), Some("2.0"));
    let third = agent.outcome(&job(tree.install_rpms(&[rpm("good", "2.0")]))).await;
    assert_eq!((third.end, third.began_at), (End::Already, None));
    check(&agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await, End::Done, "");
    assert_eq!(tree.rpm("good"), ["1.0"]);
}

#[tokio::test]
async fn what_a_package_needs_comes_from_a_repository_and_without_one_nothing_is_begun() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let work = tree.install_rpms(&[Rpm { head: "Requires: other", ..rpm("good", "1.0") }]);
    let alone = agent.outcome(&job(work.clone())).await;
    check(&alone, End::Failed, "nothing was begun");
    assert!(alone.why.contains("nothing provides other"), "{}", alone.why);
    tree.repository("base", &[rpm("other", "1.0")], &[]);
    let outcome = agent.outcome(&job(work)).await;
    check(&outcome, End::Done, "");
    assert_eq!(outcome.changed, [changed("good", None, Some("1.0-1")), changed("other", None, Some("1.0-1"))]);
}

#[tokio::test]
async fn a_repository_that_is_out_of_reach_hinders_nothing_that_does_not_need_it() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    tree.repository("base", &[rpm("other", "1.0")], &[]);
    fs::remove_dir_all(tree.path("srv/base")).unwrap();
    check(&agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await, End::Done, "");
    let updates = agent.outcome(&job(json!({"kind": "updates", "which": {"of": "all"}}))).await;
    check(&updates, End::Failed, "Failed to download metadata for repo 'base'");
}

#[tokio::test]
async fn settings_that_somebody_changed_stay() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let with = |version, settings| Rpm { settings: Some(settings), ..rpm("good", version) };
    agent.outcome(&job(tree.install_rpms(&[with("1.0", "port 1\n")]))).await;
    fs::write(tree.path("etc/good.conf"), "port 7\n").unwrap();
    check(&agent.outcome(&job(tree.install_rpms(&[with("2.0", "port 2\n")]))).await, End::Done, "");
    assert_eq!(tree.read("etc/good.conf").as_deref(), Some("port 7\n"));
}

#[tokio::test]
async fn a_script_before_the_files_that_fails_leaves_what_was_there() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await;
    let mut forward = job(tree.install_rpms(&[Rpm { pre: "echo not here >&2; exit 1", ..rpm("good", "2.0") }]));
    forward["roll_back"] = json!(false);
    let outcome = agent.outcome(&forward).await;
    check(&outcome, End::Failed, "the package system ended with 1");
    assert_eq!((outcome.changed, tree.rpm("good")), (vec![], vec!["1.0".to_owned()]));
}

#[tokio::test]
async fn a_script_after_the_files_that_fails_is_a_failure_although_dnf_ends_well() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await;
    let outcome = agent.outcome(&job(tree.install_rpms(&[bad("2.0"), rpm("new", "1.0")]))).await;
    check(&outcome, End::RolledBack, "a script of a package failed");
    assert!(outcome.log.contains("it cannot be set up"), "{}", outcome.log);
    assert_eq!((outcome.exit_code, outcome.changed), (Some(0), vec![]));
    assert_eq!((tree.rpm("good"), tree.rpm("new")), (vec!["1.0".to_owned()], vec![]));
    assert_eq!(tree.read("usr/share/good/version").as_deref(), Some("1.0"));
}

#[tokio::test]
async fn what_nobody_kept_and_no_repository_has_cannot_go_back_and_is_told_so() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    // As somebody installs it by hand.
    fs::copy(tree.pack(&rpm("good", "1.0")), tree.path("srv/good.rpm")).unwrap();
    tree.inside(&["rpm", "--install", "/srv/good.rpm"]);
    let outcome = agent.outcome(&job(tree.install_rpms(&[bad("2.0")]))).await;
    check(&outcome, End::Failed, "no roll-back possible: the file of good 1.0-1 is in no repository any more");
    assert_eq!(
        (outcome.changed, tree.rpm("good")),
        (vec![changed("good", Some("1.0-1"), Some("2.0-1"))], vec!["2.0".to_owned()])
    );
}

#[tokio::test]
async fn a_version_of_before_comes_back_from_a_repository_that_still_has_it() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    tree.repository("base", &[rpm("good", "1.0")], &[]);
    tree.inside(&["dnf", "-y", "install", "good"]);
    assert_eq!(tree.rpm("good"), ["1.0"]);
    let outcome = agent.outcome(&job(tree.install_rpms(&[bad("2.0")]))).await;
    check(&outcome, End::RolledBack, "a script of a package failed");
    assert_eq!(tree.rpm("good"), ["1.0"]);
}

#[tokio::test]
async fn a_package_that_never_ends_is_ended_with_its_children_and_goes_back() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await;
    let hangs = Rpm { post: "trap '' TERM; sleep 434343 & touch /began; sleep 434344", ..rpm("good", "2.0") };
    let mut short = job(tree.install_rpms(&[hangs]));
    short["timeout_s"] = json!(8);
    let outcome = agent.outcome(&short).await;
    assert!(tree.path("began").exists(), "{}", outcome.log);
    check(&outcome, End::RolledBack, "took longer than it may");
    assert_eq!(tree.rpm("good"), ["1.0"]);
    nothing_runs("^sleep 43434[34]$");
}

/// A package whose set-up waits until the test says so.
fn waits(version: &'static str) -> Rpm {
    // Counted before it says so: it may be cut off right behind that.
    Rpm { post: "echo x >>/count; touch /begun; while ! [ -e /go ]; do sleep 0.1; done", ..rpm("good", version) }
}

#[tokio::test]
async fn an_agent_that_stops_in_the_middle_goes_on_with_what_runs() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    let job = job(tree.install_rpms(&[waits("1.0")]));
    let command = agent.give(&job);
    until(&tree.path("begun")).await;
    agent.stop(command).await;
    let agent = tree.agent().await;
    let command = agent.give(&job);
    tokio::task::yield_now().await;
    fs::write(tree.path("go"), "").unwrap();
    let outcome: Outcome = serde_json::from_value(command.await.unwrap().unwrap()).unwrap();
    check(&outcome, End::Done, "");
    assert_eq!(tree.read("count").as_deref(), Some("x\n"), "set up once");
}

#[tokio::test]
async fn what_a_power_cut_left_half_done_is_finished_after_the_start_that_follows() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await;
    let job = job(tree.install_rpms(&[waits("2.0"), rpm("later", "1.0")]));
    let command = agent.give(&job);
    until(&tree.path("begun")).await;
    agent.stop(command).await;
    cut_off(&tree);
    assert_eq!(tree.rpm("good").len(), 2, "the old one and the new one are both in the books");
    fs::write(tree.path("go"), "").unwrap();
    let outcome = tree.agent().await.outcome(&job).await;
    check(&outcome, End::Done, "cut off in the middle");
    assert_eq!((tree.rpm("good"), tree.rpm("later")), (vec!["2.0".to_owned()], vec!["1.0".to_owned()]));
    assert_eq!(tree.read("count").as_deref(), Some("x\nx\n"), "its script ran to its end: {}", outcome.log);
}

#[tokio::test]
async fn what_a_power_cut_left_and_cannot_be_finished_goes_back() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await;
    let post = "if [ -e /begun ]; then exit 1; fi; touch /begun; sleep 600";
    let job = job(tree.install_rpms(&[Rpm { post, ..rpm("good", "2.0") }]));
    let command = agent.give(&job);
    until(&tree.path("begun")).await;
    agent.stop(command).await;
    cut_off(&tree);
    let outcome = tree.agent().await.outcome(&job).await;
    check(&outcome, End::RolledBack, "cut off in the middle");
    assert_eq!(tree.rpm("good"), ["1.0"]);
}

#[tokio::test]
async fn on_a_machine_where_work_was_cut_off_and_left_nothing_is_begun_and_it_is_said_what_to_do() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await;
    // Both versions in the books, as after a power cut.
    fs::copy(tree.pack(&rpm("good", "2.0")), tree.path("srv/good.rpm")).unwrap();
    tree.inside(&["rpm", "--install", "--force", "/srv/good.rpm"]);
    assert_eq!(tree.rpm("good").len(), 2);
    let outcome = agent.outcome(&job(tree.install_rpms(&[rpm("good", "2.0")]))).await;
    check(&outcome, End::Failed, "dnf remove --duplicates");
    assert_eq!(outcome.began_at, None);
}

#[tokio::test]
async fn a_dry_run_changes_no_file() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await;
    tree.repository("updates", &[rpm("good", "2.0")], &[]);
    tree.inside(&["dnf", "makecache"]);
    let before = tree.files();
    for work in [tree.install_rpms(&[rpm("good", "3.0")]), json!({"kind": "updates", "which": {"of": "all"}})] {
        let mut dry = job(work);
        dry["dry_run"] = json!(true);
        let outcome = agent.outcome(&dry).await;
        check(&outcome, End::Done, "");
        assert_eq!(outcome.changed.len(), 1, "{}", outcome.log);
    }
    let after = tree.files();
    // What readers of a database of SQLite share is no content.
    let differs: Vec<_> = before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path) && !path.to_string_lossy().ends_with(".sqlite-shm"))
        .collect();
    assert!(differs.is_empty(), "something was changed: {differs:?}");
}

#[tokio::test]
async fn of_the_updates_that_wait_only_those_that_are_meant_are_installed() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0"), rpm("other", "1.0"), rpm("third", "1.0")]))).await;
    tree.repository("updates", &["good", "other", "third", "never"].map(|name| rpm(name, "2.0")), &["good"]);
    let mut security = job(json!({"kind": "updates", "which": {"of": "security"}}));
    let outcome = agent.outcome(&security).await;
    check(&outcome, End::Done, "");
    assert_eq!(outcome.changed, [changed("good", Some("1.0-1"), Some("2.0-1"))]);
    security["attempt"] = json!(2);
    assert_eq!(agent.outcome(&security).await.end, End::Already);
    let named = job(json!({"kind": "updates", "which": {"of": "packages", "names": ["other", "never", "unheard-of"]}}));
    assert_eq!(agent.outcome(&named).await.changed, [changed("other", Some("1.0-1"), Some("2.0-1"))]);
    let listed = job(tree.listed(&["other", "never", "--refresh"]));
    assert_eq!(agent.outcome(&listed).await.end, End::Already, "it is there, and options are no names");
    let all = agent.outcome(&job(json!({"kind": "updates", "which": {"of": "all"}}))).await;
    assert_eq!(all.changed, [changed("third", Some("1.0-1"), Some("2.0-1"))]);
    assert_eq!(tree.rpm("never"), [""; 0]);
}

#[tokio::test]
async fn an_update_that_fails_goes_back_to_what_the_repository_or_the_shelf_had() {
    let Some(tree) = grow() else { return };
    let agent = tree.agent().await;
    agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await;
    tree.repository("updates", &[bad("2.0")], &[]);
    let outcome = agent.outcome(&job(json!({"kind": "updates", "which": {"of": "all"}}))).await;
    check(&outcome, End::RolledBack, "a script of a package failed");
    assert_eq!(tree.rpm("good"), ["1.0"]);
}

#[tokio::test]
async fn without_dnf_rpm_alone_installs_and_goes_back() {
    let Some(tree) = grow() else { return };
    fs::remove_file(tree.path("usr/bin/dnf")).unwrap();
    let agent = tree.agent().await;
    check(&agent.outcome(&job(tree.install_rpms(&[rpm("good", "1.0")]))).await, End::Done, "");
    check(
        &agent.outcome(&job(tree.install_rpms(&[bad("2.0")]))).await,
        End::RolledBack,
        "a script of a package failed",
    );
    assert_eq!(tree.rpm("good"), ["1.0"]);
    let updates = agent.outcome(&job(json!({"kind": "updates", "which": {"of": "all"}}))).await;
    check(&updates, End::Refused, "no dnf");
}

#[cfg(feature = "server")]
#[test]
fn what_a_real_package_says_of_itself_is_read_as_rpm_reads_it() {
    let Some(tree) = grow() else { return };
    let file = tree.pack(&Rpm { head: "Epoch: 3\nRequires: other >= 2", post: "echo", ..rpm("good", "1.0~rc1") });
    let head = yagura_distribution::package::read(&fs::read(&file).unwrap()).unwrap();
    fs::copy(&file, tree.path("srv/good.rpm")).unwrap();
    let query = ["rpm", "-qp", "--qf", "%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH}", "/srv/good.rpm"];
    assert_eq!(format!("{} {} {}", head.name, head.version, head.architecture), tree.inside(&query));
    assert_eq!((head.version.as_str(), head.summary.as_str()), ("3:1.0~rc1-1", "for a test"));
    assert!(head.depends.iter().any(|need| need.starts_with("other")), "{:?}", head.depends);
}
