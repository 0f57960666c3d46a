//! The inventory of one endpoint. What could not be found out is `None`, never a made-up value.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

/// The inventory of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Assets {
    /// When it was looked at.
    pub collected_at: Time,
    /// The machine.
    pub hardware: Hardware,
    /// The operating system.
    pub os: OperatingSystem,
    /// Network interfaces, by their number; the loopback is left out.
    pub network: Vec<Interface>,
    /// Disks, by name.
    pub disks: Vec<Disk>,
    /// Mounted file systems that hold files, by mount point.
    pub volumes: Vec<Volume>,
    /// Installed packages, by name.
    pub software: Vec<Software>,
    /// Accounts that can sign in, in the order of the system.
    pub users: Vec<User>,
}

/// The machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Hardware {
    /// Who made it.
    pub vendor: Option<String>,
    /// What they call it.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Maker, version and date of its firmware.
    pub firmware: Option<String>,
    /// The processor.
    pub cpu: Cpu,
    /// Main memory that the system can use, in bytes.
    pub memory_bytes: u64,
    /// The kind of virtual machine or container, if it is one.
    pub virtual_machine: Option<String>,
}

/// The processor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Cpu {
    /// Its name; empty if unknown.
    pub model: String,
    /// Cores, all sockets together.
    pub cores: u32,
    /// What the system can run at once.
    pub threads: u32,
}

/// The operating system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Disk {
    /// `sda`, `nvme0n1`.
    pub name: String,
    /// What its maker calls it.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Whether it is made to be pulled out.
    pub removable: bool,
}

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version, as its package system writes it.
    pub version: String,
    /// Who made the package.
    pub publisher: Option<String>,
    /// The package system: `dpkg`, `rpm`.
    pub source: String,
    /// `amd64`, `noarch`.
    pub architecture: Option<String>,
    /// When it was installed or last updated.
    pub installed_at: Option<Time>,
    /// The room it takes, in bytes, by its own account.
    pub size_bytes: Option<u64>,
}

/// An account that can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its uid or SID.
    pub id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_the_inventory_stays_as_released() {
        let golden = include_str!("../golden/assets-v1.json");
        let assets: Assets = serde_json::from_str(golden).unwrap();
        let again = serde_json::to_string_pretty(&assets).unwrap() + "\n";
        assert_eq!(again, golden, "servers read this shape: a change needs a new golden file beside the old one");
    }
}
