//! The machine and what is built into it.

use serde::{Deserialize, Serialize};

/// The machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The system's UUID of SMBIOS, lower case with hyphens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// What its owner wrote into the firmware to know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_tag: Option<String>,
    /// Its form: `laptop`, `desktop`, `all_in_one`, `tablet`, `server`, `mini`, `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chassis: Option<String>,
}

/// The processor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Cpu {
    /// Its name; empty if unknown.
    pub model: String,
    /// Cores, all sockets together.
    pub cores: u32,
    /// What the system can run at once.
    pub threads: u32,
}

/// A memory module that is plugged in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MemoryModule {
    /// Where: `DIMM A`.
    pub slot: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// `DDR4`, `LPDDR5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Transfers per second, in millions, as it is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_mts: Option<u32>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// Its part number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Its serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// A disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What it says of its own health; `None` where it cannot be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<DiskHealth>,
}

/// What a disk says of its own health.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DiskHealth {
    /// Whether it warns of its end: no spare room left, read only, unreliable.
    pub failing: bool,
    /// How much of its life is used by its maker's reckoning, in percent; may pass 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_percent: Option<u8>,
    /// Its temperature in degrees Celsius.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub celsius: Option<i16>,
    /// For how many hours it has been on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u64>,
}

/// A display that is connected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Display {
    /// Where: `eDP-1`, `HDMI-A-1`.
    pub connector: String,
    /// Who made it, by the three letters of its EDID or the name behind them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// What they call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Its serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The year of its make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
}

/// A battery of the machine itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Battery {
    /// `BAT0`.
    pub name: String,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// What they call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Its serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// What it held when new, in milliwatt-hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub design_mwh: Option<u64>,
    /// What it holds now when full, in milliwatt-hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_mwh: Option<u64>,
    /// How often it has been charged and used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<u32>,
}

/// A USB device that is plugged in; hubs are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UsbDevice {
    /// Its maker's number, four hex digits.
    pub vendor_id: String,
    /// Its number with its maker, four hex digits.
    pub product_id: String,
    /// Its maker's name, by its own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Its name, by its own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Its serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// A printer that is set up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Printer {
    /// Its name in the system.
    pub name: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its make and model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How it is reached, without a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Whether it is the one that is used unless another is named.
    pub default: bool,
}
