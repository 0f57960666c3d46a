//! A logind of the tests' own (elogind), on a bus of its own, and people who come and go. Shared with the promises about sessions.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::sync::{Mutex, MutexGuard};
use zbus::{Connection, Message, OwnedObjectPath, OwnedVariant, connection::Builder};

/// Accounts that every Debian has. Nobody works as them on a machine that runs tests.
pub(crate) const DAEMON: u32 = 1;
pub(crate) const BIN: u32 = 2;

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
pub(crate) struct House {
    pub(crate) home: tempfile::TempDir,
    logind: Child,
    /// Whoever opens sessions, as `sshd` or `login` do.
    door: Connection,
    _alone: MutexGuard<'static, ()>,
}

/// One at a time: they would share the hierarchy of control groups that has a group for each session.
static ALONE: Mutex<()> = Mutex::const_new(());

/// The bus and elogind are one group of processes.
fn end(logind: &Child) {
    let group = format!("-{}", logind.id());
    drop(Command::new("kill").args(["--", &group]).stderr(Stdio::null()).status());
}

impl Drop for House {
    fn drop(&mut self) {
        end(&self.logind);
        drop(self.logind.wait());
    }
}

impl House {
    pub(crate) async fn open() -> Option<Self> {
        let Some(elogind) = std::env::var_os("YAGURA_TEST_ELOGIND") else {
            eprintln!("SKIPPED: YAGURA_TEST_ELOGIND names no folder with elogind (./dev setup test fetches it)");
            return None;
        };
        let alone = ALONE.lock().await;
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
                // What it had started goes on without it.
                end(&logind);
                break;
            }
            if let Ok(door) = Builder::address(address.as_str()).build().await
                && call(&door, "ListSessions", &()).await.is_ok()
            {
                let house = Self { home, logind, door, _alone: alone };
                let leader = Somebody::new();
                return match house.try_log_on(DAEMON, &leader).await {
                    Ok(session) => {
                        // First the process: a session that lets go of others is over when nobody is in it.
                        drop(leader);
                        drop(session);
                        house.until_at_most(0).await;
                        Some(house)
                    }
                    Err(error) => {
                        eprintln!("SKIPPED: elogind opens no sessions here: {error}");
                        None
                    }
                };
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        eprintln!("SKIPPED: elogind does not run here (it needs root and a mount namespace)");
        None
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Lets somebody in; the session goes on for as long as the answer, which holds its descriptor, is kept.
    pub(crate) async fn log_on(&self, account: u32, leader: &Somebody) -> Message {
        self.try_log_on(account, leader).await.unwrap()
    }

    async fn try_log_on(&self, account: u32, leader: &Somebody) -> zbus::Result<Message> {
        let none: Vec<(&str, OwnedVariant)> = Vec::new();
        let (kind, remote) = ("x11", true);
        let place = (
            account,
            leader.pid(),
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
    pub(crate) async fn until_at_most(&self, most: usize) {
        type Sessions = Vec<(String, u32, String, String, OwnedObjectPath)>;
        let over = async {
            loop {
                let answer = call(&self.door, "ListSessions", &()).await.unwrap();
                if answer.body().deserialize::<Sessions>().unwrap().len() <= most {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), over).await.expect("sessions end");
    }

    pub(crate) async fn lock(&self, session: &Message, locked: bool) {
        let body = session.body();
        let answer = answered(&body);
        let interface = Some("org.freedesktop.login1.Session");
        let name = Some("org.freedesktop.login1");
        self.door.call_method(name, answer.1.as_str(), interface, "SetLockedHint", &locked).await.unwrap();
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

/// The name that logind gave to a session.
pub(crate) fn name_of(session: &Message) -> String {
    answered(&session.body()).0
}

/// What logind answers to whoever opens a session.
type Opened = (String, OwnedObjectPath, String, zbus::OwnedFd, u32, String, u32, bool);

fn answered(body: &zbus::message::Body) -> Opened {
    body.deserialize().unwrap()
}

/// A process that a session is led by, until this is dropped: a shell that does what it is told.
pub(crate) struct Somebody(Child);

impl Somebody {
    pub(crate) fn new() -> Self {
        Self::at(Path::new("/"))
    }

    /// In this folder.
    pub(crate) fn at(folder: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(shell.spawn().unwrap())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Has this done, some time soon.
    pub(crate) fn does(&mut self, command: &str) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{command}").unwrap();
    }

    /// The same with an account's rights, as whoever lets somebody in has their shell started.
    pub(crate) fn does_as(&mut self, account: u32, command: &str) {
        self.does(&format!("setpriv --reuid {account} --regid {account} --clear-groups sh -c '{command}'"));
    }
}

impl Drop for Somebody {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
