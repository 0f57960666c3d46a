//! Which alarms about licences the organisation wants.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Settings, settings::within};

pub(in crate::server) const DAY_US: i64 = 86_400_000_000;

/// Which alarms about products and licences are raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LicenceWatch {
    /// A product that is not permitted is on a machine.
    pub(in crate::server) not_permitted: bool,
    /// More of a licence is used than was bought.
    pub(in crate::server) over_used: bool,
    /// A licence is about to end.
    pub(in crate::server) ending: bool,
    /// So many days before. Licences are shown as ending by this too.
    pub(in crate::server) ending_days: u64,
}

impl Default for LicenceWatch {
    fn default() -> Self {
        Self { not_permitted: true, over_used: true, ending: true, ending_days: 60 }
    }
}

impl Settings for LicenceWatch {
    const TABLE: &'static str = "licences_watch";
    const ACTION: &'static str = "licence_watch.update";

    fn check(&self) -> Result<(), ApiError> {
        within(&[("/ending_days", self.ending_days, 1, 730)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_before_a_setting_was_there_has_the_usual_one() {
        let read: LicenceWatch = serde_json::from_str(r#"{"over_used": false}"#).unwrap();
        assert_eq!(read, LicenceWatch { over_used: false, ..LicenceWatch::default() });
    }
}
