//! How fast it is to be mended, what is an emergency, and what is an alarm.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Settings};

use crate::clock::Days;

/// What the organisation decided of findings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WeaknessSettings {
    /// In how many days findings are to be mended.
    pub days: Days,
    /// A critical weakness that is exploited at least so likely within thirty days (EPSS) is an emergency; so is whatever is exploited.
    pub emergency_epss: f64,
    /// Whether what nobody can mend yet is red too.
    pub red_without_fix: bool,
    /// Which alarms are raised.
    pub alarms: WeaknessAlarms,
}

/// Which alarms are raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WeaknessAlarms {
    /// A weakness that is known to be exploited is open.
    pub exploited: bool,
    /// A critical finding is overdue.
    pub overdue: bool,
    /// What is known of weaknesses grows old: a feed fails, or was not imported for long.
    pub feeds: bool,
}

impl Default for WeaknessAlarms {
    fn default() -> Self {
        Self { exploited: true, overdue: true, feeds: true }
    }
}

impl Default for WeaknessSettings {
    fn default() -> Self {
        Self { days: Days::default(), emergency_epss: 0.5, red_without_fix: false, alarms: WeaknessAlarms::default() }
    }
}

impl Settings for WeaknessSettings {
    const TABLE: &'static str = "vulnerabilities_settings";
    const ACTION: &'static str = "weakness_settings.update";

    fn check(&self) -> Result<(), ApiError> {
        if let Some((place, fault)) = self.days.faults().first() {
            return Err(ApiError::invalid(place, "out_of_range", *fault));
        }
        if !(0.0..=1.0).contains(&self.emergency_epss) {
            return Err(ApiError::invalid("/emergency_epss", "out_of_range", "a likelihood is between 0 and 1"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_before_a_setting_was_there_has_the_usual_one() {
        let read: WeaknessSettings = serde_json::from_str(r#"{"days": {"high": 14}}"#).unwrap();
        let days = Days { high: 14, ..Days::default() };
        assert_eq!(read, WeaknessSettings { days, ..WeaknessSettings::default() });
    }

    #[test]
    fn a_likelihood_above_one_is_refused() {
        assert!(WeaknessSettings { emergency_epss: 1.5, ..WeaknessSettings::default() }.check().is_err());
        assert!(WeaknessSettings { emergency_epss: f64::NAN, ..WeaknessSettings::default() }.check().is_err());
        assert!(WeaknessSettings::default().check().is_ok());
    }
}
