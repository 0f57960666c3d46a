//! The inventory of one endpoint. What could not be found out is `None`, never a made-up value.

mod device;
mod hardware;
mod software;
mod system;

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

use crate::whereabouts::Whereabouts;

pub use device::{Device, PrinterState, Supply};
pub use hardware::{Battery, Cpu, Disk, DiskHealth, Display, Hardware, MemoryModule, Printer, UsbDevice};
pub use software::{BuiltFrom, PendingUpdate, Protection, Software, Updates};
pub use system::{Administrator, Interface, ListeningPort, OperatingSystem, Service, User, Volume};

/// The inventory of one endpoint. What later agents add is optional or a list, so that what earlier ones tell is read as well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Memory modules, by slot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memory: Vec<MemoryModule>,
    /// Displays, by connector.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displays: Vec<Display>,
    /// Batteries, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batteries: Vec<Battery>,
    /// USB devices, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usb: Vec<UsbDevice>,
    /// Printers, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub printers: Vec<Printer>,
    /// Services of the system, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Listening ports, by protocol and number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ListeningPort>,
    /// Accounts that may do everything, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrators: Vec<Administrator>,
    /// What protects the machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protection: Vec<Protection>,
    /// Updates that wait; `None` where no package system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updates: Option<Updates>,
    /// Where it is; `None` where the policy knows no offices, or it is in no network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whereabouts: Option<Whereabouts>,
    /// What it says as a device that has no agent and is asked over the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
}

impl Assets {
    /// The same without its packages, which are most of it and kept elsewhere.
    #[must_use]
    pub fn but_software(&self) -> Self {
        let Self {
            collected_at,
            software: _,
            hardware,
            os,
            network,
            disks,
            volumes,
            users,
            memory,
            displays,
            batteries,
            usb,
            printers,
            services,
            ports,
            administrators,
            protection,
            updates,
            whereabouts,
            device,
        } = self;
        Self {
            collected_at: *collected_at,
            software: Vec::new(),
            hardware: hardware.clone(),
            os: os.clone(),
            network: network.clone(),
            disks: disks.clone(),
            volumes: volumes.clone(),
            users: users.clone(),
            memory: memory.clone(),
            displays: displays.clone(),
            batteries: batteries.clone(),
            usb: usb.clone(),
            printers: printers.clone(),
            services: services.clone(),
            ports: ports.clone(),
            administrators: administrators.clone(),
            protection: protection.clone(),
            updates: updates.clone(),
            whereabouts: whereabouts.clone(),
            device: device.clone(),
        }
    }

    /// An inventory in which nothing is known yet.
    #[must_use]
    pub fn none(collected_at: Time) -> Self {
        Self {
            collected_at,
            hardware: Hardware::default(),
            os: OperatingSystem::default(),
            network: Vec::new(),
            disks: Vec::new(),
            volumes: Vec::new(),
            software: Vec::new(),
            users: Vec::new(),
            memory: Vec::new(),
            displays: Vec::new(),
            batteries: Vec::new(),
            usb: Vec::new(),
            printers: Vec::new(),
            services: Vec::new(),
            ports: Vec::new(),
            administrators: Vec::new(),
            protection: Vec::new(),
            updates: None,
            whereabouts: None,
            device: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a released agent tells is read, and nothing of it is lost or added.
    fn check(golden: &str) -> Assets {
        let assets: Assets = serde_json::from_str(golden).unwrap();
        let again = serde_json::to_string_pretty(&assets).unwrap() + "\n";
        assert_eq!(again, golden, "servers read this shape: a change needs a new golden file beside the old ones");
        assets
    }

    #[test]
    fn the_shape_of_the_first_inventory_is_still_read() {
        let assets = check(include_str!("../golden/assets-v1.json"));
        assert_eq!(assets.updates, None);
    }

    #[test]
    fn the_shape_of_the_second_inventory_is_still_read() {
        let assets = check(include_str!("../golden/assets-v2.json"));
        assert!(assets.hardware.uuid.is_some());
        assert!(assets.software.iter().all(|one| one.built_from.is_none()));
    }

    #[test]
    fn the_shape_of_the_third_inventory_is_still_read() {
        let assets = check(include_str!("../golden/assets-v3.json"));
        assert!(assets.software.iter().any(|one| one.built_from.is_some()));
        assert!(assets.os.hotfixes.is_empty());
    }

    #[test]
    fn the_shape_of_the_inventory_stays_as_released() {
        let assets = check(include_str!("../golden/assets-v4.json"));
        assert_eq!(assets.os.hotfixes, ["KB5031356", "KB5034123"]);
    }
}
