//! The operating system and what runs on it.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

/// The operating system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OperatingSystem {
    /// `Debian GNU/Linux`.
    pub name: String,
    /// `12 (bookworm)`.
    pub version: String,
    /// The kernel's release.
    pub kernel: String,
    /// `x86_64`, `aarch64`.
    pub architecture: String,
    /// When it was installed, as far as files tell.
    pub installed_at: Option<Time>,
    /// When it was started.
    pub boot_at: Option<Time>,
    /// IANA name of its time zone.
    pub time_zone: Option<String>,
    /// The machine's name in its network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The build within the version: `12.7`, `26100.6899`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// Of Windows: updates of the system that are installed, as its maker numbers them, in order: `KB5034123`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hotfixes: Vec<String>,
}

/// A network interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Interface {
    /// `eth0`.
    pub name: String,
    /// Its hardware address, lower case with colons.
    pub mac: Option<String>,
    /// Its IPv4 addresses.
    pub ipv4: Vec<String>,
    /// Its IPv6 addresses.
    pub ipv6: Vec<String>,
    /// Whether it is in use.
    pub up: bool,
    /// Its speed in megabits per second.
    pub speed_mbps: Option<u64>,
}

/// A mounted file system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Volume {
    /// Where it is mounted.
    pub mount: String,
    /// `ext4`.
    pub filesystem: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// What an ordinary user may still fill, in bytes.
    pub free_bytes: u64,
    /// Whether it lies on an encrypted device; `None` where that cannot be told.
    pub encrypted: Option<bool>,
}

/// An account that can sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its uid or SID.
    pub id: String,
}

/// An account that may do everything on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Administrator {
    /// Its name.
    pub name: String,
    /// Its uid or SID, where the machine itself knows the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What makes it one: `uid 0`, or the groups it is in.
    pub through: Vec<String>,
}

/// A service of the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Service {
    /// Its name: `ssh`.
    pub name: String,
    /// What it is, by its own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How it starts: `enabled`, `disabled`, `static` (others start it), `masked` (nothing may).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Whether it has a process now; `None` where that cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<bool>,
}

/// A port at which a program of this machine listens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ListeningPort {
    /// `tcp`, `udp`.
    pub protocol: String,
    /// At which address; `0.0.0.0` and `::` are all.
    pub address: String,
    /// The port.
    pub port: u16,
    /// The program, by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The package that the program is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}
