//! What "seven days ago" and "at night" are relative to.

use jiff::{Timestamp, tz::TimeZone};
use yagura_vocabulary::Time;

/// The moment of the question and the zone in which days and hours are meant.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Now.
    pub now: Time,
    /// The zone in which people read the log.
    pub zone: TimeZone,
}

impl Clock {
    /// How many seconds the clock on the wall was ahead of UTC at this time.
    #[must_use]
    pub fn offset_s(&self, at: Time) -> i64 {
        self.zone.to_offset(timestamp(at.micros())).seconds().into()
    }

    /// Now as the calendar library has it.
    pub(crate) fn timestamp(&self) -> Timestamp {
        timestamp(self.now.micros())
    }
}

/// A moment, held within what the calendar can say.
pub(crate) fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
