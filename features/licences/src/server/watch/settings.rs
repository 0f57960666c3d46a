//! Which alarms about licences the organisation wants.

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Etag};

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

impl LicenceWatch {
    /// Refuses what makes no sense, with its place.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if !(1..=730).contains(&self.ending_days) {
            return Err(ApiError::invalid("/ending_days", "out_of_range", "between 1 and 730"));
        }
        Ok(())
    }
}

/// What is wanted, and its version; the usual where nobody decided.
pub(in crate::server) async fn load(connection: &mut AnyConnection) -> Result<(LicenceWatch, Etag), ApiError> {
    let row: Option<(String, i64)> =
        sqlx::query_as("SELECT value, version FROM licences_watch WHERE one = 1").fetch_optional(connection).await?;
    let Some((value, version)) = row else { return Ok((LicenceWatch::default(), Etag(0))) };
    let value = serde_json::from_str(&value).map_err(|error| ApiError::unavailable(&error))?;
    Ok((value, Etag(version)))
}

pub(super) async fn store(connection: &mut AnyConnection, wanted: &LicenceWatch) -> Result<(), ApiError> {
    let value = serde_json::to_string(wanted).map_err(|error| ApiError::unavailable(&error))?;
    sqlx::query(
        "INSERT INTO licences_watch (one, value, version) VALUES (1, $1, 1)
         ON CONFLICT (one) DO UPDATE SET value = excluded.value, version = licences_watch.version + 1",
    )
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
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
