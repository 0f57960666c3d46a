//! Which alarms about assets the organisation wants.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Settings, settings::within};

use crate::changes::Part;

pub(super) const DAY_US: i64 = 86_400_000_000;

/// Which alarms about assets are raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AssetWatch {
    /// Changes of these parts.
    #[schema(value_type = Vec<String>)]
    pub(super) changes: Vec<Part>,
    pub(super) new_software: NewSoftwareWatch,
    pub(super) full_disk: FullDiskWatch,
    pub(super) address_twice: Switch,
    pub(super) ends: EndsWatch,
    pub(super) unreachable: UnreachableWatch,
    pub(super) toner_low: TonerWatch,
}

/// Whether a program is installed that nobody in the organisation had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewSoftwareWatch {
    pub(super) on: bool,
    /// For so many days from the first asset on, programs are only learned.
    pub(super) learning_days: u64,
}

/// Whether a volume is nearly full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FullDiskWatch {
    pub(super) on: bool,
    /// From so many percent on.
    pub(super) percent: u64,
}

/// Whether two machines that are on line have one address in one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Switch {
    pub(super) on: bool,
}

/// Whether a lease or a warranty is about to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EndsWatch {
    pub(super) on: bool,
    /// So many days before.
    pub(super) days: u64,
}

/// Whether a device that the server asks does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UnreachableWatch {
    pub(super) on: bool,
    /// After so many rounds in a row.
    pub(super) rounds: u64,
}

/// Whether a printer's toner or ink runs low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TonerWatch {
    pub(super) on: bool,
    /// From so many percent down.
    pub(super) percent: u64,
}

impl Default for AssetWatch {
    fn default() -> Self {
        // Addresses change wherever people work from, packages and kernels with every update: those are history, not news.
        let changes = [
            Part::Hostname,
            Part::Machine,
            Part::Cpu,
            Part::Memory,
            Part::Disk,
            Part::Interface,
            Part::Administrator,
            Part::Protection,
        ];
        Self {
            changes: changes.to_vec(),
            new_software: NewSoftwareWatch::default(),
            full_disk: FullDiskWatch::default(),
            address_twice: Switch::default(),
            ends: EndsWatch::default(),
            unreachable: UnreachableWatch::default(),
            toner_low: TonerWatch::default(),
        }
    }
}

impl Default for NewSoftwareWatch {
    fn default() -> Self {
        Self { on: true, learning_days: 7 }
    }
}

impl Default for FullDiskWatch {
    fn default() -> Self {
        Self { on: true, percent: 95 }
    }
}

impl Default for Switch {
    fn default() -> Self {
        Self { on: true }
    }
}

impl Default for EndsWatch {
    fn default() -> Self {
        Self { on: true, days: 60 }
    }
}

impl Default for UnreachableWatch {
    fn default() -> Self {
        Self { on: true, rounds: 3 }
    }
}

impl Default for TonerWatch {
    fn default() -> Self {
        Self { on: true, percent: 10 }
    }
}

impl AssetWatch {
    /// Whether a change of this part is news.
    pub(super) fn wants(&self, part: Part) -> bool {
        self.changes.contains(&part)
    }
}

impl Settings for AssetWatch {
    const TABLE: &'static str = "assets_watch";
    const ACTION: &'static str = "assets_watch.update";

    fn check(&self) -> Result<(), ApiError> {
        within(&[
            ("/new_software/learning_days", self.new_software.learning_days, 0, 90),
            ("/full_disk/percent", self.full_disk.percent, 50, 99),
            ("/ends/days", self.ends.days, 1, 730),
            ("/unreachable/rounds", self.unreachable.rounds, 1, 100),
            ("/toner_low/percent", self.toner_low.percent, 1, 50),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_before_a_setting_was_there_has_the_usual_one() {
        let read: AssetWatch = serde_json::from_str(r#"{"changes": ["memory"]}"#).unwrap();
        assert_eq!(read, AssetWatch { changes: vec![Part::Memory], ..AssetWatch::default() });
    }
}
