//! systemd-logind or elogind, over D-Bus (`org.freedesktop.login1`, as its manual page has it).
//!
//! Without one the answer is an error, and nothing else is tried: no program is called that could restart more than this machine. In a
//! container the system's bus may be the host's, so there it is not used unless somebody said which bus it is.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, connection::Builder};

use super::{Power, Unable};
use crate::Act;

const NAME: &str = "org.freedesktop.login1";
const MANAGER: &str = "/org/freedesktop/login1";
/// Whoever keeps sessions answers at once, or not at all.
const PATIENCE: Duration = Duration::from_secs(10);
/// What containers have that a machine has not.
const OF_CONTAINERS: &[&str] = &["/.dockerenv", "/run/.containerenv", "/run/systemd/container"];
/// Names the system's bus; whoever sets it knows whose bus that is.
const BUS: &str = "DBUS_SYSTEM_BUS_ADDRESS";

/// A logind.
#[derive(Debug, Clone, Default)]
pub struct Logind {
    address: Option<String>,
}

impl Logind {
    /// The logind on the bus with this address, for tests.
    #[must_use]
    pub fn at(address: &str) -> Self {
        Self { address: Some(address.to_owned()) }
    }

    async fn connect(&self) -> Result<Connection, Unable> {
        let none = |error: &dyn std::fmt::Display| Unable(format!("there is no logind on this machine ({error})"));
        if self.address.is_none()
            && std::env::var_os(BUS).is_none()
            && let Some(mark) = OF_CONTAINERS.iter().find(|mark| Path::new(mark).exists())
        {
            return Err(none(&format!("this is a container: {mark}")));
        }
        let builder = self.address.as_deref().map_or_else(Builder::system, Builder::address);
        let connected = tokio::time::timeout(PATIENCE, builder.build()).await.map_err(|_| none(&"no answer"))?;
        connected.map_err(|error| none(&error))
    }
}

async fn within<T>(work: impl Future<Output = zbus::Result<T>>) -> Result<T, Unable> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.map_err(|_| Unable("logind does not answer".to_owned()))?.map_err(|error| Unable(format!("logind: {error}")))
}

#[async_trait]
impl Power for Logind {
    async fn people(&self) -> Result<BTreeSet<u32>, Unable> {
        let connection = self.connect().await?;
        within(people(&connection)).await
    }

    async fn act(&self, act: Act) -> Result<(), Unable> {
        let method = match act {
            Act::Restart => "Reboot",
            Act::ShutDown => "PowerOff",
        };
        let connection = self.connect().await?;
        let manager = Some("org.freedesktop.login1.Manager");
        // Not interactive: nobody is asked for a password.
        within(async { connection.call_method(Some(NAME), MANAGER, manager, method, &false).await.map(drop) }).await
    }
}

async fn people(connection: &Connection) -> zbus::Result<BTreeSet<u32>> {
    type Sessions = Vec<(String, u32, String, String, OwnedObjectPath)>;
    let manager = Some("org.freedesktop.login1.Manager");
    let answer = connection.call_method(Some(NAME), MANAGER, manager, "ListSessions", &()).await?;
    let sessions: Sessions = answer.body().deserialize()?;
    let mut there = BTreeSet::new();
    for (_, uid, .., path) in sessions {
        let properties = Some("org.freedesktop.DBus.Properties");
        let asked = "org.freedesktop.login1.Session";
        let all = match connection.call_method(Some(NAME), path.as_str(), properties, "GetAll", &asked).await {
            Ok(answer) => answer.body().deserialize::<HashMap<String, OwnedVariant>>()?,
            // It is gone by now.
            Err(zbus::Error::MethodError(..)) => continue,
            Err(error) => return Err(error),
        };
        let text = |name: &str| all.get(name).cloned().and_then(|value| String::try_from(value).ok());
        // Not the login screen's own, nor a service's; not one that is being closed.
        let of_person = text("Class").is_some_and(|class| class.starts_with("user"));
        if of_person && text("State").as_deref() != Some("closing") {
            there.insert(uid);
        }
    }
    Ok(there)
}

pub(super) fn power() -> Arc<dyn Power> {
    Arc::new(Logind::default())
}

/// Where `/sys`, `/proc` and `/etc` lie.
pub(super) fn root() -> &'static Path {
    Path::new("/")
}
