//! Logon sessions, screen locks, sleep and shutdown, from whoever keeps them: systemd-logind or elogind, over D-Bus
//! (`org.freedesktop.login1`, as its manual page has it).

use std::{collections::HashMap, num::NonZeroUsize};

use futures_util::StreamExt as _;
use yagura_records::LogonSession;
use yagura_vocabulary::{Account, Time};
use zbus::{
    Connection, MatchRule, Message, MessageStream, OwnedObjectPath, OwnedVariant, connection::Builder, message,
};

use crate::session::diary::{Logon, Seen};

const NAME: &str = "org.freedesktop.login1";
const MANAGER: &str = "/org/freedesktop/login1";
const SESSION: &str = "org.freedesktop.login1.Session";
/// Signals that wait to be looked at.
const WAITING: NonZeroUsize = NonZeroUsize::new(256).expect("it is not zero");

type Properties = HashMap<String, OwnedVariant>;

/// A connection to logind.
pub(super) struct Logind {
    connection: Connection,
    signals: MessageStream,
    /// Sessions of people, by their objects.
    ids: HashMap<String, String>,
}

impl Logind {
    /// Connects, to the system's bus if no address is given. Signals are kept from now on.
    pub(super) async fn connect(address: Option<&str>) -> zbus::Result<Self> {
        let builder = address.map_or_else(Builder::system, Builder::address);
        let connection = builder.build().await?;
        let rule = MatchRule::builder().msg_type(message::Type::Signal).sender(NAME).build()?;
        let signals = MessageStream::for_match_rule(rule, &connection, Some(WAITING)).await?;
        // Asked now, so that one learns at once that nobody is there.
        connection.call_method(Some(NAME), MANAGER, Some("org.freedesktop.DBus.Peer"), "Ping", &()).await?;
        Ok(Self { connection, signals, ids: HashMap::new() })
    }

    /// The sessions that there are.
    pub(super) async fn present(&mut self) -> zbus::Result<Seen> {
        let manager = Some("org.freedesktop.login1.Manager");
        let answer = self.connection.call_method(Some(NAME), MANAGER, manager, "ListSessions", &()).await?;
        let sessions: Vec<(String, u32, String, String, OwnedObjectPath)> = answer.body().deserialize()?;
        let mut present = Vec::new();
        for (.., path) in sessions {
            // One that ended meanwhile is told of by a signal.
            if let Some(logon) = self.session(path.as_str()).await? {
                present.push(logon);
            }
        }
        Ok(Seen::Present(present))
    }

    /// The next signal. Cancel safe.
    pub(super) async fn next(&mut self) -> zbus::Result<Message> {
        let gone = || zbus::Error::InputOutput(std::io::Error::other("the bus is gone").into());
        self.signals.next().await.ok_or_else(gone)?
    }

    /// What a signal says; nothing where it is not about people.
    pub(super) async fn seen(&mut self, signal: &Message) -> zbus::Result<Option<Seen>> {
        let header = signal.header();
        let Some(member) = header.member() else { return Ok(None) };
        let body = signal.body();
        Ok(match member.as_str() {
            "SessionNew" => {
                let (_, path): (String, OwnedObjectPath) = body.deserialize()?;
                self.session(path.as_str()).await?.map(Seen::Came)
            }
            "SessionRemoved" => {
                let (_, path): (String, OwnedObjectPath) = body.deserialize()?;
                self.ids.remove(path.as_str()).map(Seen::Went)
            }
            "PrepareForSleep" => Some(Seen::Sleeping(body.deserialize()?)),
            "PrepareForShutdown" => {
                let stops: bool = body.deserialize()?;
                stops.then_some(Seen::Stopping)
            }
            "PropertiesChanged" => {
                let (interface, changed, dropped): (String, Properties, Vec<String>) = body.deserialize()?;
                let path = header.path().map(ToString::to_string).unwrap_or_default();
                let Some(id) = self.ids.get(&path).cloned().filter(|_| interface == SESSION) else { return Ok(None) };
                match changed.get("LockedHint").cloned().map(bool::try_from) {
                    Some(Ok(locked)) => Some(Seen::Locked(id, locked)),
                    _ if dropped.iter().any(|name| name == "LockedHint") => self
                        .properties(&path)
                        .await?
                        .and_then(|all| truth(&all, "LockedHint"))
                        .map(|it| Seen::Locked(id, it)),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// A session of a person; none where it is the login screen's own, a service's, or gone.
    async fn session(&mut self, path: &str) -> zbus::Result<Option<Logon>> {
        let Some(all) = self.properties(path).await? else { return Ok(None) };
        let Some(logon) = logon(&all) else { return Ok(None) };
        self.ids.insert(path.to_owned(), logon.session.id.clone());
        Ok(Some(logon))
    }

    async fn properties(&self, path: &str) -> zbus::Result<Option<Properties>> {
        let interface = Some("org.freedesktop.DBus.Properties");
        match self.connection.call_method(Some(NAME), path, interface, "GetAll", &SESSION).await {
            Ok(answer) => Ok(Some(answer.body().deserialize()?)),
            // It is gone by now.
            Err(zbus::Error::MethodError(..)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn text(all: &Properties, name: &str) -> Option<String> {
    let value = all.get(name).cloned()?;
    String::try_from(value).ok().filter(|text| !text.is_empty())
}

fn truth(all: &Properties, name: &str) -> Option<bool> {
    all.get(name).cloned().and_then(|value| value.try_into().ok())
}

fn logon(all: &Properties) -> Option<Logon> {
    // `user`, and since systemd 256 `user-early`, `user-light`; not `greeter`, `lock-screen`, `background`, `manager`.
    if !text(all, "Class")?.starts_with("user") {
        return None;
    }
    let (uid, _): (u32, OwnedObjectPath) = all.get("User").cloned().and_then(|value| value.try_into().ok())?;
    let since: u64 = all.get("Timestamp").cloned().and_then(|value| value.try_into().ok())?;
    let session = LogonSession {
        id: text(all, "Id")?,
        kind: text(all, "Type").filter(|kind| kind != "unspecified"),
        service: text(all, "Service"),
        terminal: text(all, "Display").or_else(|| text(all, "TTY")),
        remote_host: text(all, "RemoteHost"),
    };
    Some(Logon {
        account: Account { name: text(all, "Name").unwrap_or_else(|| uid.to_string()), id: uid.to_string() },
        session,
        since: Time::from_micros(i64::try_from(since).ok()?),
        locked: truth(all, "LockedHint").unwrap_or(false),
    })
}
