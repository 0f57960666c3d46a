//! Points in time: UTC microseconds inside, RFC 3339 with six decimals in JSON.

use std::{fmt, ops::Add, ops::Sub, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time: microseconds since 1970-01-01T00:00:00Z, negative before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

impl Time {
    /// The point this many microseconds after 1970-01-01T00:00:00Z.
    ///
    /// Clamped to the years 1 to 9999, so that every `Time` can be written as RFC 3339, which has four digits for a year.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN, Self::MAX))
    }

    /// 0001-01-01T00:00:00Z.
    const MIN: i64 = -62_135_596_800_000_000;
    /// 9999-12-30T22:00:00Z, the last whole second that jiff reads back in every offset.
    const MAX: i64 = 253_402_207_200_000_000;

    /// The point this many whole seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded towards the past.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long ago `earlier` was; zero if it is in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self::from_micros(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `from_micros` clamps to what jiff can hold, so the fallback is never seen.
        let stamp = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{stamp:.6}")
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time (expected RFC 3339 such as 2026-11-23T08:30:00Z)")]
pub struct ParseTimeError(pub String);

impl FromStr for Time {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let stamp: jiff::Timestamp = text.parse().map_err(|_| ParseTimeError(text.to_owned()))?;
        Ok(Self::from_micros(stamp.as_microsecond()))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc_with_microseconds() {
        let time = Time::from_micros(1_763_886_600_000_042);
        assert_eq!(time.to_string(), "2025-11-23T08:30:00.000042Z");
        assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
    }

    #[test]
    fn an_offset_is_understood() {
        let tokyo: Time = "2026-11-23T17:30:00+09:00".parse().unwrap();
        assert_eq!(tokyo.to_string(), "2026-11-23T08:30:00.000000Z");
    }

    proptest::proptest! {
        #[test]
        fn any_number_of_microseconds_survives_the_text(micros: i64) {
            let time = Time::from_micros(micros);
            proptest::prop_assert_eq!(time.to_string().parse::<Time>().unwrap(), time);
        }
    }
}
