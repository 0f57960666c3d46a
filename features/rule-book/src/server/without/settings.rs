//! What is raised without a rule, as the organisation wants it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Settings, settings::within};

/// What is raised without a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WithoutRules {
    pub(super) volume: VolumeWatch,
    pub(super) new_program: NewProgramWatch,
    pub(super) sensors: SensorWatch,
}

/// Whether somebody does far more on a day than they usually do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VolumeWatch {
    pub(super) on: bool,
    /// From so many files on that were copied to portable devices or shares,
    pub(super) copies: u64,
    /// so many files and folders deleted,
    pub(super) deletions: u64,
    /// or so many pages printed,
    pub(super) pages: u64,
    /// if it is so many times what is usual for the person.
    pub(super) times: u64,
}

/// Whether a program runs that never ran in the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewProgramWatch {
    pub(super) on: bool,
    /// For so many days programs are only learned, from the oldest that is stored on; rules about new programs wait for that too.
    pub(super) learning_days: u64,
}

/// Whether a sensor fails, is still while others are not, or loses what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SensorWatch {
    pub(super) on: bool,
    /// A sensor that tells nothing for so many hours is still.
    pub(super) still_after_hours: u64,
}

impl Default for VolumeWatch {
    fn default() -> Self {
        Self { on: true, copies: 30, deletions: 200, pages: 100, times: 3 }
    }
}

impl Default for NewProgramWatch {
    fn default() -> Self {
        // Where people build programs, every build is a new one.
        Self { on: false, learning_days: 7 }
    }
}

impl Default for SensorWatch {
    fn default() -> Self {
        Self { on: true, still_after_hours: 24 }
    }
}

impl Settings for WithoutRules {
    const TABLE: &'static str = "rule_book_without";
    const ACTION: &'static str = "without_rules.update";

    fn check(&self) -> Result<(), ApiError> {
        let VolumeWatch { copies, deletions, pages, times, .. } = self.volume;
        within(&[
            ("/volume/copies", copies, 1, 1_000_000),
            ("/volume/deletions", deletions, 1, 1_000_000),
            ("/volume/pages", pages, 1, 1_000_000),
            ("/volume/times", times, 1, 100),
            ("/new_program/learning_days", self.new_program.learning_days, 0, 90),
            // Counts alone are told by endpoints every six hours.
            ("/sensors/still_after_hours", self.sensors.still_after_hours, 12, 720),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_before_a_setting_was_there_has_the_usual_one() {
        let old = r#"{"volume": {"on": false}}"#;
        let read: WithoutRules = serde_json::from_str(old).unwrap();
        assert_eq!(read.volume, VolumeWatch { on: false, ..VolumeWatch::default() });
        assert_eq!(read.sensors, SensorWatch::default());
        assert!(read.check().is_ok());
    }

    #[test]
    fn a_threshold_that_makes_no_sense_is_refused() {
        for bad in [
            r#"{"volume": {"copies": 0}}"#,
            r#"{"volume": {"times": 101}}"#,
            r#"{"new_program": {"learning_days": 91}}"#,
            r#"{"sensors": {"still_after_hours": 1}}"#,
        ] {
            assert!(serde_json::from_str::<WithoutRules>(bad).unwrap().check().is_err(), "{bad}");
        }
    }
}
