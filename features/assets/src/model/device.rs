//! What a device without an agent says of itself.

use serde::{Deserialize, Serialize};

/// A device that is asked over the network: a printer, a switch, a UPS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Device {
    /// What it says it is, in its maker's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What its maker calls this kind of device: an OBJECT IDENTIFIER, `1.3.6.1.4.1.367.1.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    /// Where it stands, as somebody wrote into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Who looks after it, as somebody wrote into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// What it says as a printer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printer: Option<PrinterState>,
}

/// How a printer is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PrinterState {
    /// What it is called, as somebody wrote into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `idle`, `printing`, `warming_up`, `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What is wrong: `low_paper`, `no_paper`, `low_toner`, `no_toner`, `door_open`, `jammed`, `offline`, `service_requested`,
    /// `input_tray_missing`, `output_tray_missing`, `supply_missing`, `output_near_full`, `output_full`, `input_tray_empty`,
    /// `maintenance_overdue`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// How many pages it has printed in its life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u64>,
    /// What it uses up, and what catches waste.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<Supply>,
}

/// Something that a printer uses up, or that fills.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Supply {
    /// What the printer calls it: `Black Toner`.
    pub name: String,
    /// `toner`, `ink`, `drum`, `waste`, `fuser`, `transfer`, `other`.
    pub kind: String,
    /// Its colour, in the printer's word: `black`, `cyan`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// How much is left, in percent; of what fills, how much room. `None` where the printer does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// Whether the printer only says that some is left (`-3` of RFC 3805).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub some: bool,
}
