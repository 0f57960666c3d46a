//! The process stream on this very machine. Without root or BPF the tests of what needs them say SKIPPED.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "test helpers")]

use std::{
    collections::HashMap,
    io::Write,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use yagura_records::{Hash, Note, Origin, ProcessExited, ProcessRecord, ProcessStarted};
use yagura_sensors::{LinuxProcesses, ProcessStream, Sensors, Technique};
use yagura_vocabulary::{Clock, SensorHealth, SystemClock};

/// The stream by one technique, or `None` and a word about it.
async fn watch(technique: Technique) -> Option<(Sensors, ProcessStream)> {
    let sensors = Sensors::from_source(LinuxProcesses::with(Arc::new(SystemClock), &[technique]));
    let mut stream = sensors.processes().await;
    stream.want_hashes(true);
    let report = sensors.reports().remove(0);
    if report.source == technique.as_str() {
        return Some((sensors, stream));
    }
    println!("SKIPPED: {}", report.reason.unwrap_or_default());
    None
}

/// A mark that only the processes of one test carry.
fn mark(test: &str) -> String {
    format!("yagura-{test}-{}", std::process::id())
}

/// Reads until `done` says that everything is there.
async fn read_until(
    stream: &mut ProcessStream,
    mark: &str,
    done: impl Fn(&[ProcessStarted], &[ProcessExited]) -> bool,
) -> (Vec<ProcessStarted>, Vec<ProcessExited>) {
    let (mut starts, mut exits) = (Vec::new(), Vec::new());
    let reading = async {
        while !done(&starts, &exits) {
            match &*stream.next().await.expect("the sensor ended") {
                ProcessRecord::Started(start) => {
                    let line = start.command_line.as_ref().map_or("", |line| line.as_str());
                    if line.contains(mark) {
                        starts.push((**start).clone());
                    }
                }
                ProcessRecord::Exited(exit) => {
                    if starts.iter().any(|start| start.guid == exit.guid) {
                        exits.push(exit.clone());
                    }
                }
                ProcessRecord::Lost(lost) => panic!("{lost:?}"),
            }
        }
    };
    let outcome = tokio::time::timeout(Duration::from_secs(60), reading).await;
    assert!(outcome.is_ok(), "only {} starts and {} ends were seen", starts.len(), exits.len());
    (starts, exits)
}

fn quiet(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A process that lives until its input is closed.
fn patient(mark: &str) -> Child {
    Command::new("/bin/sh").args(["-c", "read line; exit 7", mark]).stdin(Stdio::piped()).spawn().unwrap()
}

fn release(mut child: Child) {
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"\n").unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_short_processes_are_all_seen_whole() {
    let Some((sensors, mut stream)) = watch(Technique::Ebpf).await else { return };
    let mark = mark("500");
    let folder = tempfile::Builder::new().prefix("会計 ").tempdir().unwrap();
    let folder_path = folder.path().canonicalize().unwrap();
    let before = SystemClock.now();
    let mut pids = HashMap::new();
    for number in 0..500 {
        let number = number.to_string();
        let mut child =
            quiet("/bin/true", &[&mark, &number, "引数", ""]).current_dir(&folder_path).uid(65534).spawn().unwrap();
        pids.insert(child.id(), number);
        child.wait().unwrap();
    }
    let (starts, exits) = read_until(&mut stream, &mark, |_, exits| exits.len() == 500).await;
    let after = SystemClock.now();

    assert_eq!(starts.len(), 500);
    let program = std::fs::canonicalize("/bin/true").unwrap();
    let own_image = std::env::current_exe().unwrap();
    let hash = ring::digest::digest(&ring::digest::SHA256, &std::fs::read(&program).unwrap());
    for start in &starts {
        let number = &pids[&start.pid];
        assert_eq!(start.command_line.as_ref().unwrap().as_str(), format!("/bin/true {mark} {number} 引数 "));
        assert_eq!(start.image.as_ref().unwrap().as_str(), program.to_str().unwrap());
        assert_eq!(start.cwd.as_ref().unwrap().as_str(), folder_path.to_str().unwrap());
        assert_eq!(start.account.as_ref().unwrap().id, "65534");
        assert_eq!(start.account.as_ref().unwrap().name, "nobody");
        assert_eq!(start.ppid, std::process::id());
        assert_eq!(start.parent_image.as_deref(), own_image.to_str());
        assert_eq!(start.hash, Hash::Sha256(hex::encode(hash)));
        assert_eq!(start.notes, []);
        assert!((before..=after).contains(&start.at.occurred_at), "{:?}", start.at);
    }
    let guids: std::collections::HashSet<_> = starts.iter().map(|start| start.guid).collect();
    assert_eq!(guids.len(), 500);
    assert!(starts.iter().all(|start| start.parent_guid == starts[0].parent_guid));
    assert!(exits.iter().all(|exit| exit.exit_code == Some(0) && exit.lived_us.is_some()));
    let report = sensors.reports().remove(0);
    assert_eq!((report.health, report.lost), (SensorHealth::Ok, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_of_processes_is_linked_through_subshells_and_tells_how_each_ended() {
    let Some((_sensors, mut stream)) = watch(Technique::Ebpf).await else { return };
    let mark = mark("tree");
    let script = format!("( /bin/true {mark}; false ); /bin/sh -c 'kill -9 $$' {mark}; exit 3");
    assert_eq!(quiet("/bin/sh", &["-c", &script, &mark]).status().unwrap().code(), Some(3));

    let mut forks = HashMap::new();
    let (mut starts, mut exits) = (Vec::new(), HashMap::new());
    while exits.len() < 3 {
        match &*stream.next().await.unwrap() {
            ProcessRecord::Started(start) if start.origin == Origin::Fork => {
                forks.insert(start.guid, (**start).clone());
            }
            ProcessRecord::Started(start)
                if start.command_line.as_ref().is_some_and(|it| it.as_str().contains(&mark)) =>
            {
                starts.push((**start).clone());
            }
            ProcessRecord::Exited(exit) if starts.iter().any(|start| start.guid == exit.guid) => {
                exits.insert(exit.guid, exit.clone());
            }
            _ => {}
        }
    }
    let [shell, child, killed] = starts.as_slice() else { panic!("{starts:#?}") };
    let subshell = &forks[&child.parent_guid.unwrap()];
    assert_eq!(subshell.parent_guid, Some(shell.guid));
    assert_eq!(subshell.image, shell.image);
    assert_eq!(killed.parent_guid, Some(shell.guid));
    assert_eq!(exits[&shell.guid].exit_code, Some(3));
    assert_eq!(exits[&child.guid].exit_code, Some(0));
    assert_eq!((exits[&killed.guid].exit_code, exits[&killed.guid].signal), (None, Some(9)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_command_line_is_cut_and_marked() {
    let Some((_sensors, mut stream)) = watch(Technique::Ebpf).await else { return };
    let mark = mark("huge");
    let arguments = ["x".repeat(100_000), "y".repeat(100_000)];
    assert!(quiet("/bin/true", &[&mark, &arguments[0], &arguments[1]]).status().unwrap().success());
    let (starts, _) = read_until(&mut stream, &mark, |starts, _| starts.len() == 1).await;
    let line = starts[0].command_line.as_ref().unwrap().as_str();
    assert!(starts[0].truncated);
    assert_eq!(line.len(), 32 * 1024);
    assert!(line.starts_with(&format!("/bin/true {mark} xxx")));
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_do_not_leave_the_sensor() {
    let Some((_sensors, mut stream)) = watch(Technique::Ebpf).await else { return };
    let mark = mark("secret");
    assert!(quiet("/bin/true", &[&mark, "--password=hunter2"]).status().unwrap().success());
    let (starts, _) = read_until(&mut stream, &mark, |starts, _| starts.len() == 1).await;
    assert_eq!(starts[0].command_line.as_ref().unwrap().as_str(), format!("/bin/true {mark} --password=***"));
    assert_eq!(starts[0].notes, [Note::Masked]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_in_a_deep_folder_has_its_whole_path() {
    let Some((_sensors, mut stream)) = watch(Technique::Ebpf).await else { return };
    let mark = mark("deep");
    let folder = tempfile::tempdir().unwrap();
    let mut deep = folder.path().canonicalize().unwrap();
    for level in 0..30 {
        deep.push(format!("{level:-<60}"));
    }
    std::fs::create_dir_all(&deep).unwrap();
    let program = deep.join("プログラム");
    std::fs::copy("/bin/true", &program).unwrap();
    // Another test may be splitting off a child just now that holds the copied file open for a moment.
    let run = || quiet(program.to_str().unwrap(), &[&mark]).current_dir(&deep).status();
    let status = (0..100).find_map(|_| run().ok()).unwrap();
    assert_eq!(status.signal(), None);
    let (starts, _) = read_until(&mut stream, &mark, |starts, _| starts.len() == 1).await;
    assert_eq!(starts[0].image.as_ref().unwrap().as_str(), program.to_str().unwrap());
    assert_eq!(starts[0].cwd.as_ref().unwrap().as_str(), deep.to_str().unwrap());
    assert!(!starts[0].notes.contains(&Note::PathCut));
}

/// What both techniques that read `/proc` owe: all of a process that lives long enough, and a word about their limits.
async fn check_from_proc(technique: Technique, test: &str) {
    let Some((sensors, mut stream)) = watch(technique).await else { return };
    let mark = mark(test);
    let child = patient(&mark);
    let pid = child.id();
    let (starts, _) = read_until(&mut stream, &mark, |starts, _| starts.len() == 1).await;
    release(child);
    let (_, exits) = {
        let mut exits = Vec::new();
        while exits.is_empty() {
            match &*stream.next().await.unwrap() {
                ProcessRecord::Exited(exit) if exit.guid == starts[0].guid => exits.push(exit.clone()),
                _ => {}
            }
        }
        ((), exits)
    };
    let start = &starts[0];
    assert_eq!(start.pid, pid);
    assert_eq!(start.ppid, std::process::id());
    assert_eq!(start.command_line.as_ref().unwrap().as_str(), format!("/bin/sh -c read line; exit 7 {mark}"));
    assert_eq!(start.parent_image.as_deref(), std::env::current_exe().unwrap().to_str());
    assert!(matches!(start.hash, Hash::Sha256(_)), "{:?}", start.hash);
    assert!(start.cwd.is_some() && start.account.is_some());
    let known = if technique == Technique::ProcPoll { None } else { Some(7) };
    assert_eq!(exits[0].exit_code, known);
    let report = sensors.reports().remove(0);
    assert_eq!(report.health, SensorHealth::Degraded);
    assert!(report.reason.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_process_connector_sees_processes_that_live_long_enough() {
    check_from_proc(Technique::ProcConnector, "connector").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_proc_needs_no_rights_and_sees_processes_that_live_long_enough() {
    check_from_proc(Technique::ProcPoll, "poll").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_techniques_give_one_process_the_same_guid() {
    let mark = mark("guid");
    let mut streams = Vec::new();
    for technique in [Technique::Ebpf, Technique::ProcConnector, Technique::ProcPoll] {
        streams.extend(watch(technique).await);
    }
    let child = patient(&mark);
    let mut guids = std::collections::HashSet::new();
    for (_, stream) in &mut streams {
        let (starts, _) = read_until(stream, &mark, |starts, _| starts.len() == 1).await;
        guids.insert(starts[0].guid);
    }
    release(child);
    assert_eq!(guids.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sensor_stops_when_nobody_reads_and_starts_again() {
    let Some((sensors, stream)) = watch(Technique::ProcPoll).await else { return };
    let second = sensors.processes().await;
    drop(stream);
    assert_eq!(sensors.reports()[0].source, "proc_poll");
    drop(second);
    assert_eq!(sensors.reports()[0].health, SensorHealth::Off);
    let _third = sensors.processes().await;
    assert_eq!(sensors.reports()[0].source, "proc_poll");
}
