//! The session stream beside a logind of the test's own (elogind), on a bus of its own. Without root or elogind it says SKIPPED.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "test helpers")]

mod logind;

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use logind::{BIN, DAEMON, House, Somebody, name_of};
use yagura_records::{
    AccountChange, FileActed, FileRecord, PrintRecord, ProcessRecord, SessionAct, SessionActed, SessionRecord,
    WindowRecord,
};
use yagura_sensors::{
    Desktops, FileWish, Known, LinuxFiles, LinuxProcesses, LinuxSessions, Logons, ProcessStream, Sensors,
    SessionPlaces, SessionStream, replay::Replay,
};
use yagura_vocabulary::{SensorHealth, SystemClock};

fn sessions(house: &House) -> LinuxSessions {
    let bus = format!("unix:path={}", house.path("bus").display());
    let places = SessionPlaces::new(&house.path("etc"), &house.path("log"), &bus);
    LinuxSessions::new(Arc::new(SystemClock), house.home.path()).at(places)
}

async fn sense(house: &House) -> (Sensors, SessionStream) {
    let sensors = Sensors::of(
        Replay::<ProcessRecord>::of(Vec::new()),
        Replay::<FileRecord>::of(Vec::new()),
        Replay::<WindowRecord>::of(Vec::new()),
        Replay::<PrintRecord>::of(Vec::new()),
        sessions(house),
        Desktops::default(),
    );
    let stream = sensors.sessions().await;
    (sensors, stream)
}

async fn next(stream: &mut SessionStream) -> SessionActed {
    let record =
        tokio::time::timeout(Duration::from_secs(30), stream.next()).await.expect("something is told").unwrap();
    match &*record {
        SessionRecord::Acted(acted) => (**acted).clone(),
        SessionRecord::Lost(lost) => panic!("{lost:?}"),
    }
}

#[track_caller]
fn check(acted: &SessionActed, act: SessionAct, account: Option<&str>) {
    assert_eq!((acted.act, acted.account.as_ref().map(|account| account.name.as_str())), (act, account), "{acted:?}");
}

fn passwd(folder: &Path, sudo: &str) {
    fs::write(folder.join("passwd"), "root:x:0:0:::\ndaemon:x:1:1:::\n").unwrap();
    fs::write(folder.join("group.new"), format!("sudo:x:27:{sudo}\n")).unwrap();
    fs::rename(folder.join("group.new"), folder.join("group")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_logs_on_and_off_and_locks_is_told_once_also_over_a_restart_of_the_agent() {
    let Some(house) = House::open().await else { return };
    for folder in ["etc", "log"] {
        fs::create_dir(house.path(folder)).unwrap();
    }
    passwd(&house.path("etc"), "");
    fs::write(house.path("log/btmp"), []).unwrap();
    let (one, two) = (Somebody::new(), Somebody::new());
    let before = house.log_on(DAEMON, &one).await;

    let (sensors, mut stream) = sense(&house).await;
    check(&next(&mut stream).await, SessionAct::Boot, None);
    let logon = next(&mut stream).await;
    check(&logon, SessionAct::Logon, Some("daemon"));
    let session = logon.session.unwrap();
    assert_eq!((session.service.as_deref(), session.remote_host.as_deref()), (Some("sshd"), Some("192.0.2.7")));
    assert_eq!((session.kind.as_deref(), session.terminal.as_deref()), (Some("x11"), Some(":9")));
    assert_eq!(sensors.reports().iter().find(|one| one.sensor == "session").unwrap().health, SensorHealth::Ok);

    let second = house.log_on(BIN, &two).await;
    check(&next(&mut stream).await, SessionAct::Logon, Some("bin"));
    house.lock(&second, true).await;
    check(&next(&mut stream).await, SessionAct::Lock, Some("bin"));
    house.lock(&second, false).await;
    check(&next(&mut stream).await, SessionAct::Unlock, Some("bin"));
    drop(two);
    drop(second);
    let logoff = next(&mut stream).await;
    check(&logoff, SessionAct::Logoff, Some("bin"));
    assert!(logoff.duration_ms.is_some() && !logoff.inferred);

    // A new administrator, and somebody who does not get in (util-linux writes the record).
    passwd(&house.path("etc"), "daemon");
    let promoted = next(&mut stream).await;
    check(&promoted, SessionAct::AccountChange, Some("daemon"));
    assert_eq!(promoted.change, Some(AccountChange::Promoted));
    let line = "[6] [01234] [    ] [admin   ] [ssh:notty   ] [192.0.2.9           ] [192.0.2.9      ] [2026-11-29T03:00:00,000000+00:00]\n";
    let mut dump = Command::new("utmpdump")
        .arg("-r")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    dump.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let record = dump.wait_with_output().unwrap().stdout;
    fs::OpenOptions::new().append(true).open(house.path("log/btmp")).unwrap().write_all(&record).unwrap();
    let failed = next(&mut stream).await;
    check(&failed, SessionAct::Failed, None);
    assert_eq!(failed.claimed.as_deref(), Some("admin"));
    assert_eq!(failed.session.unwrap().remote_host.as_deref(), Some("192.0.2.9"));
    assert_eq!(failed.at.occurred_at.to_string(), "2026-11-29T03:00:00.000000Z");

    // While the agent is away one goes and another comes.
    drop((stream, sensors));
    drop(one);
    drop(before);
    let three = Somebody::new();
    let third = house.log_on(BIN, &three).await;
    house.until_at_most(1).await;
    let (sensors, mut stream) = sense(&house).await;
    let logoff = next(&mut stream).await;
    check(&logoff, SessionAct::Logoff, Some("daemon"));
    assert!(logoff.inferred);
    check(&next(&mut stream).await, SessionAct::Logon, Some("bin"));
    drop((stream, sensors, third, three));
}

/// A file system in memory, until the test ends.
struct Memory(PathBuf);

impl Memory {
    fn new(at: PathBuf) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "mode=1777", "tmpfs"]).arg(&at).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(at))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

/// Waits until the start of a program is told of.
async fn told_of(processes: &mut ProcessStream, command: &str) {
    let told = async {
        loop {
            if let ProcessRecord::Started(start) = &*processes.next().await.expect("the sensor goes on")
                && start.command_line.as_ref().is_some_and(|line| line.as_str() == command)
            {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), told).await.expect("it is told of");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_do_on_one_machine_is_told_with_the_session_of_each() {
    let Some(house) = House::open().await else { return };
    fs::set_permissions(house.home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for folder in ["etc", "log"] {
        fs::create_dir(house.path(folder)).unwrap();
    }
    let Some(memory) = Memory::new(house.path("memory")) else {
        println!("SKIPPED: no tmpfs can be mounted here");
        return;
    };
    let logons = Logons::default();
    let known = Arc::new(Known::asking(logons.clone()));
    let clock = Arc::new(SystemClock);
    let sensors = Sensors::of(
        LinuxProcesses::new(clock.clone()).telling(Arc::clone(&known)),
        LinuxFiles::new(clock, Arc::clone(&known)),
        Replay::<WindowRecord>::of(Vec::new()),
        Replay::<PrintRecord>::of(Vec::new()),
        sessions(&house).telling(logons.clone()),
        Desktops::default(),
    );
    let (mut stream, mut processes, mut files) =
        (sensors.sessions().await, sensors.processes().await, sensors.files().await);
    if let Some(report) =
        sensors.reports().into_iter().find(|report| report.sensor == "file" && report.source != "fanotify")
    {
        println!("SKIPPED: {}", report.reason.unwrap_or_default());
        return;
    }
    let below = memory.0.to_str().unwrap().to_owned();
    files.wish(FileWish {
        acts: Some(Arc::new(move |acted: &FileActed| acted.path.as_str().starts_with(&below))),
        ..FileWish::default()
    });
    check(&next(&mut stream).await, SessionAct::Boot, None);

    let mut people = Vec::new();
    for (account, name) in [(DAEMON, "daemon"), (BIN, "bin")] {
        let mut somebody = Somebody::at(&memory.0);
        // Before they are let in it is nobody's session.
        somebody.does(&format!("mkdir before-{name}"));
        told_of(&mut processes, &format!("mkdir before-{name}")).await;
        let session = house.log_on(account, &somebody).await;
        check(&next(&mut stream).await, SessionAct::Logon, Some(name));
        somebody.does_as(account, &format!("mkdir in-{name}; echo a > in-{name}/a.txt"));
        people.push((somebody, session, name));
    }
    assert_eq!(logons.of(DAEMON), Some(name_of(&people[0].1)));

    let expected: BTreeSet<(String, Option<String>)> = people
        .iter()
        .flat_map(|(_, session, name)| {
            let id = Some(name_of(session));
            [(format!("before-{name}"), None), (format!("in-{name}"), id.clone()), (format!("in-{name}/a.txt"), id)]
        })
        .collect();
    let mut found = BTreeSet::new();
    while found.len() < expected.len() {
        let record = tokio::time::timeout(Duration::from_secs(30), files.next()).await;
        let record = record.unwrap_or_else(|_| panic!("only this was told: {found:?}")).expect("the sensor goes on");
        let FileRecord::Acted(acted) = &*record else { panic!("{record:?}") };
        let name =
            acted.path.as_str().strip_prefix(memory.0.to_str().unwrap()).unwrap().trim_start_matches('/').to_owned();
        found.insert((name, acted.process.as_ref().unwrap().logon_session.clone()));
    }
    assert_eq!(found, expected);

    // Starts and ends of programs say it too.
    let mut starts = BTreeSet::new();
    while starts.len() < 4 {
        let record = tokio::time::timeout(Duration::from_secs(30), processes.next()).await;
        let record = record.unwrap_or_else(|_| panic!("only this was told: {starts:?}")).expect("the sensor goes on");
        let (image, session) = match &*record {
            ProcessRecord::Started(start) => {
                (start.image.as_ref().map(yagura_records::Text::as_str), &start.logon_session)
            }
            ProcessRecord::Exited(exit) => (exit.image.as_deref(), &exit.logon_session),
            ProcessRecord::Lost(lost) => panic!("{lost:?}"),
        };
        if let (Some(image), Some(session)) = (image, session)
            && image.ends_with("/mkdir")
        {
            starts.insert((matches!(&*record, ProcessRecord::Started(_)), session.clone()));
        }
    }
    let sessions = people.iter().map(|(_, session, _)| name_of(session));
    assert_eq!(starts, sessions.flat_map(|id| [(true, id.clone()), (false, id)]).collect());

    while let Some((somebody, session, name)) = people.pop() {
        let id = name_of(&session);
        drop(somebody);
        drop(session);
        let logoff = next(&mut stream).await;
        check(&logoff, SessionAct::Logoff, Some(name));
        assert_eq!(logoff.session.as_ref().map(|session| session.id.clone()), Some(id));
        assert!(logoff.duration_ms.is_some());
    }
    assert_eq!(logons.of(DAEMON), None);
}
