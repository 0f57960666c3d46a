//! The session stream beside a logind of the test's own (elogind), on a bus of its own. Without root or elogind it says SKIPPED.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "test helpers")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use yagura_records::{
    AccountChange, FileRecord, PrintRecord, ProcessRecord, SessionAct, SessionActed, SessionRecord, WindowRecord,
};
use yagura_sensors::{Desktops, LinuxSessions, Sensors, SessionPlaces, SessionStream, replay::Replay};
use yagura_vocabulary::{SensorHealth, SystemClock};
use zbus::{Connection, Message, OwnedObjectPath, OwnedVariant, connection::Builder};

/// Accounts that every Debian has. Nobody works as them on a machine that runs tests.
const DAEMON: u32 = 1;
const BIN: u32 = 2;

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=PLACE</listen><auth>EXTERNAL</auth><policy context="default">
<allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_destination="*"/><allow receive_sender="*"/>
</policy></busconfig>"#;

/// In a mount namespace of its own, so that what it writes to `/run` is nobody else's. Sessions that a killed run left are swept out of
/// its own hierarchy of control groups.
const START: &str = r#"set -e
mkdir -p /run/systemd /run/user
mount -t tmpfs -o mode=755 tmpfs /run/systemd
mount -t tmpfs -o mode=755 tmpfs /run/user
mkdir -p /run/systemd/seats /run/systemd/sessions /run/systemd/users /run/systemd/inhibit /run/systemd/machines
mount -t tmpfs tmpfs /sys/fs/cgroup
mkdir /sys/fs/cgroup/elogind
mount -t cgroup -o none,name=elogind cgroup /sys/fs/cgroup/elogind
for left in /sys/fs/cgroup/elogind/c*/; do rmdir "$left" 2>/dev/null || true; done
dbus-daemon --config-file="$1" --nofork & bus=$!
trap 'kill $bus 2>/dev/null' EXIT
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -S "$2" ] && break; sleep 0.1; done
export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$2" LD_LIBRARY_PATH="$3/lib/x86_64-linux-gnu:$3/lib/elogind"
exec "$3/lib/elogind/elogind"
"#;

/// A logind of the test's own, until this is dropped.
struct House {
    home: tempfile::TempDir,
    logind: Child,
    /// Whoever opens sessions, as `sshd` or `login` do.
    door: Connection,
}

impl Drop for House {
    fn drop(&mut self) {
        // The bus and elogind are one group of processes.
        let group = format!("-{}", self.logind.id());
        drop(Command::new("kill").args(["--", &group]).status());
        drop(self.logind.wait());
    }
}

impl House {
    async fn open() -> Option<Self> {
        let Some(elogind) = std::env::var_os("YAGURA_TEST_ELOGIND") else {
            println!("SKIPPED: YAGURA_TEST_ELOGIND names no folder with elogind (./dev setup test fetches it)");
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let (bus, config) = (home.path().join("bus"), home.path().join("bus.conf"));
        fs::write(&config, BUS.replace("PLACE", bus.to_str().unwrap())).unwrap();
        let mut start = Command::new("setsid");
        start.args(["unshare", "--mount", "--propagation", "private", "sh", "-c", START, "sh"]);
        start.arg(&config).arg(&bus).arg(&elogind).stdout(Stdio::null()).stderr(Stdio::null());
        let mut logind = start.spawn().unwrap();
        let address = format!("unix:path={}", bus.display());
        for _ in 0..300 {
            if logind.try_wait().unwrap().is_some() {
                break;
            }
            if let Ok(door) = Builder::address(address.as_str()).build().await
                && call(&door, "ListSessions", &()).await.is_ok()
            {
                let house = Self { home, logind, door };
                let leader = Somebody::new();
                return match house.try_log_on(DAEMON, &leader).await {
                    Ok(session) => {
                        drop((session, leader));
                        house.until_at_most(0).await;
                        Some(house)
                    }
                    Err(error) => {
                        println!("SKIPPED: elogind opens no sessions here: {error}");
                        None
                    }
                };
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        println!("SKIPPED: elogind does not run here (it needs root and a mount namespace)");
        None
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Lets somebody in; the session goes on for as long as the answer, which holds its descriptor, is kept.
    async fn log_on(&self, account: u32, leader: &Somebody) -> Message {
        self.try_log_on(account, leader).await.unwrap()
    }

    async fn try_log_on(&self, account: u32, leader: &Somebody) -> zbus::Result<Message> {
        let none: Vec<(&str, OwnedVariant)> = Vec::new();
        let (kind, remote) = ("x11", true);
        let place = (
            account,
            leader.0.id(),
            "sshd",
            kind,
            "user",
            "yagura",
            "",
            0_u32,
            "",
            ":9",
            remote,
            "tanaka",
            "192.0.2.7",
            none,
        );
        call(&self.door, "CreateSession", &place).await
    }

    /// Waits until there are no more sessions than so many: they end a moment after whoever held them has let go.
    async fn until_at_most(&self, most: usize) {
        type Sessions = Vec<(String, u32, String, String, OwnedObjectPath)>;
        loop {
            let answer = call(&self.door, "ListSessions", &()).await.unwrap();
            if answer.body().deserialize::<Sessions>().unwrap().len() <= most {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn lock(&self, session: &Message, locked: bool) {
        let body = session.body();
        let answer: (String, OwnedObjectPath, String, zbus::OwnedFd, u32, String, u32, bool) =
            body.deserialize().unwrap();
        let interface = Some("org.freedesktop.login1.Session");
        let name = Some("org.freedesktop.login1");
        self.door.call_method(name, answer.1.as_str(), interface, "SetLockedHint", &locked).await.unwrap();
    }

    async fn sense(&self) -> (Sensors, SessionStream) {
        let bus = format!("unix:path={}", self.path("bus").display());
        let places = SessionPlaces::new(&self.path("etc"), &self.path("log"), &bus);
        let sessions = LinuxSessions::new(Arc::new(SystemClock), self.home.path()).at(places);
        let sensors = Sensors::of(
            Replay::<ProcessRecord>::of(Vec::new()),
            Replay::<FileRecord>::of(Vec::new()),
            Replay::<WindowRecord>::of(Vec::new()),
            Replay::<PrintRecord>::of(Vec::new()),
            sessions,
            Desktops::default(),
        );
        let stream = sensors.sessions().await;
        (sensors, stream)
    }
}

async fn call<B: serde::Serialize + zbus::DynamicType>(
    door: &Connection,
    method: &str,
    body: &B,
) -> zbus::Result<Message> {
    let (name, manager) = (Some("org.freedesktop.login1"), Some("org.freedesktop.login1.Manager"));
    door.call_method(name, "/org/freedesktop/login1", manager, method, body).await
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

/// A process that a session is led by, until this is dropped.
struct Somebody(Child);

impl Somebody {
    fn new() -> Self {
        Self(Command::new("sleep").arg("600").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Somebody {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
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

    let (sensors, mut stream) = house.sense().await;
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
    drop(second);
    drop(two);
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
    drop(before);
    drop(one);
    let three = Somebody::new();
    let third = house.log_on(BIN, &three).await;
    house.until_at_most(1).await;
    let (sensors, mut stream) = house.sense().await;
    let logoff = next(&mut stream).await;
    check(&logoff, SessionAct::Logoff, Some("daemon"));
    assert!(logoff.inferred);
    check(&next(&mut stream).await, SessionAct::Logon, Some("bin"));
    drop((stream, sensors, third, three));
}
