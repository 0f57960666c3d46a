//! Where a file of a class and a day lies, as Amazon Security Lake lays custom sources out: one source for each class,
//! partitioned by region, account and day (<https://docs.aws.amazon.com/security-lake/latest/userguide/custom-sources.html>).

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};

use crate::Class;

/// A name that cannot be a part of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableName(pub String);

impl fmt::Display for UnusableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be a part of a place in a lake: letters, digits, `-` and `_` can", self.0)
    }
}

impl std::error::Error for UnusableName {}

/// Whose lake it is: what stands in each path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    prefix: String,
    region: String,
    account: String,
}

impl Place {
    /// Sources are called `PREFIX_CLASS`. For what comes from outside of a cloud the account is a word such as `external`.
    ///
    /// # Errors
    /// A part has characters that cannot stand in a path.
    pub fn new(prefix: &str, region: &str, account: &str) -> Result<Self, UnusableName> {
        let usable =
            |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        match [prefix, region, account].into_iter().find(|part| !usable(part)) {
            Some(part) => Err(UnusableName(part.to_owned())),
            None => Ok(Self { prefix: prefix.to_owned(), region: region.to_owned(), account: account.to_owned() }),
        }
    }

    /// The folder of a class and of the day (UTC) of a time in milliseconds since 1970, without a slash at either end.
    #[must_use]
    pub fn folder(&self, class: Class, time_ms: i64) -> String {
        let Self { prefix, region, account } = self;
        format!("ext/{}/region={region}/accountId={account}/eventDay={}", source_name(prefix, class), day(time_ms))
    }
}

/// The name of the source of a class: `yagura_process_activity`.
#[must_use]
pub fn source_name(prefix: &str, class: Class) -> String {
    format!("{prefix}_{}", class.word())
}

/// The day of a time as `20261123`.
fn day(time_ms: i64) -> String {
    let time = Timestamp::from_millisecond(time_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::UTC.to_datetime(time).strftime("%Y%m%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lies_under_its_source_region_account_and_day() {
        let place = Place::new("yagura", "ap-northeast-1", "external").unwrap();
        assert_eq!(
            place.folder(Class::Process, 1_795_391_999_999),
            "ext/yagura_process_activity/region=ap-northeast-1/accountId=external/eventDay=20261122"
        );
    }

    #[test]
    fn a_name_that_would_leave_its_folder_is_refused() {
        for part in ["", "..", "a/b", "a=b", "日本"] {
            assert_eq!(Place::new("yagura", part, "external"), Err(UnusableName(part.to_owned())));
        }
    }
}
