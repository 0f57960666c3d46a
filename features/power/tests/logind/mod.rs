//! A logind of the tests' own, on a bus of its own: it says who is logged on and writes down what it is told to do. It can restart
//! nothing. Shared with the promise about power.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use zbus::{Connection, Message, MessageStream, ObjectPath, OwnedObjectPath, Variant, connection::Builder, message};

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=PLACE</listen><auth>EXTERNAL</auth><policy context="default">
<allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_destination="*"/><allow receive_sender="*"/>
</policy></busconfig>"#;

/// Who is logged on, by session, and what was asked for.
#[derive(Default)]
struct Seen {
    people: Vec<(u32, &'static str)>,
    asked: Vec<String>,
}

/// The pretended logind, until this is dropped.
pub(crate) struct Logind {
    bus: Child,
    home: tempfile::TempDir,
    seen: Arc<Mutex<Seen>>,
    _connection: Connection,
}

impl Drop for Logind {
    fn drop(&mut self) {
        drop(self.bus.kill());
        drop(self.bus.wait());
    }
}

impl Logind {
    /// Nothing, said loudly, where there is no bus.
    pub(crate) async fn start() -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let (place, config) = (home.path().join("bus"), home.path().join("bus.conf"));
        fs::write(&config, BUS.replace("PLACE", place.to_str().unwrap())).unwrap();
        let mut bus = Command::new("dbus-daemon");
        bus.arg("--config-file").arg(&config).arg("--nofork").stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut bus) = bus.spawn() else {
            eprintln!("SKIPPED: there is no dbus-daemon here");
            return None;
        };
        let address = format!("unix:path={}", place.display());
        let mut connection = None;
        for _ in 0..400 {
            if let Ok(made) = Builder::address(address.as_str()).build().await {
                connection = Some(made);
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let Some(connection) = connection else {
            drop(bus.kill());
            panic!("the bus of the test never came");
        };
        connection.request_name("org.freedesktop.login1").await.unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut calls = MessageStream::from(connection.clone());
        let (own, state) = (connection.clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Some(Ok(call)) = futures_util::StreamExt::next(&mut calls).await {
                if call.message_type() == message::Type::MethodCall {
                    // Whoever asked may be gone.
                    drop(answer(&own, &state, &call).await);
                }
            }
        });
        Some(Self { bus, home, seen, _connection: connection })
    }

    /// Where the bus is.
    pub(crate) fn address(&self) -> String {
        format!("unix:path={}", self.place().display())
    }

    fn place(&self) -> PathBuf {
        self.home.path().join("bus")
    }

    /// These accounts are logged on from now on, each in a session of this class.
    pub(crate) fn people(&self, people: &[(u32, &'static str)]) {
        self.seen.lock().unwrap().people = people.to_vec();
    }

    /// What it was told to do.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.seen.lock().unwrap().asked.clone()
    }
}

async fn answer(connection: &Connection, seen: &Mutex<Seen>, call: &Message) -> zbus::Result<()> {
    let header = call.header();
    let member = header.member().map(ToString::to_string).unwrap_or_default();
    match member.as_str() {
        "Ping" => connection.reply(&header, &()).await,
        "ListSessions" => {
            let path = |n: usize| OwnedObjectPath::try_from(format!("/org/freedesktop/login1/session/{n}"));
            let people = seen.lock().unwrap().people.clone();
            let mut sessions = Vec::new();
            for (n, (uid, _)) in people.into_iter().enumerate() {
                sessions.push((n.to_string(), uid, format!("u{uid}"), "seat0", path(n).unwrap()));
            }
            connection.reply(&header, &sessions).await
        }
        "GetAll" => {
            let n = header.path().and_then(|path| path.rsplit('/').next()?.parse::<usize>().ok()).unwrap_or_default();
            let person = seen.lock().unwrap().people.get(n).copied();
            let Some((uid, class)) = person else {
                return connection
                    .reply_error(&header, "org.freedesktop.DBus.Error.UnknownObject", &"it is gone")
                    .await;
            };
            let user = ObjectPath::try_from("/org/freedesktop/login1/user/self").unwrap();
            let all: HashMap<&str, Variant<'_>> = HashMap::from([
                ("Id", Variant::from(n.to_string())),
                ("Class", Variant::from(class)),
                ("State", Variant::from("active")),
                ("Name", Variant::from(format!("u{uid}"))),
                ("User", Variant::from((uid, user))),
                ("Timestamp", Variant::from(1_795_392_000_000_000_u64)),
                ("LockedHint", Variant::from(false)),
            ]);
            connection.reply(&header, &all).await
        }
        "Reboot" | "PowerOff" => {
            let body = call.body();
            assert!(!body.deserialize::<bool>().unwrap(), "nobody may be asked for a password");
            seen.lock().unwrap().asked.push(member);
            connection.reply(&header, &()).await
        }
        _ => connection.reply_error(&header, "org.freedesktop.DBus.Error.UnknownMethod", &"it is only pretended").await,
    }
}
