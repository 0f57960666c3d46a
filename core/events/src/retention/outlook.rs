//! For how long the disk lasts, with what is taken away again.

use crate::Forecast;

/// For how long the disk lasts at this rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// It cannot be told yet: no day is over.
    Unknown,
    /// As much is taken away as comes before it is full.
    Steady {
        /// What the events take then.
        bytes: u64,
    },
    /// It is full before that.
    Ends {
        /// Days until only the reserve is left.
        days: u64,
    },
}

/// The outlook of a store of so many bytes, of which everything is taken away after the `longest` time of any rule.
#[must_use]
pub fn outlook(forecast: &Forecast, bytes: u64, longest: Option<u32>) -> Outlook {
    let per_day = forecast.bytes_per_day;
    let Some(days) = forecast.days_left.filter(|_| per_day > 0) else { return Outlook::Unknown };
    let room = bytes.saturating_add(days.saturating_mul(per_day));
    match longest.map(|kept| u64::from(kept).saturating_mul(per_day)) {
        Some(steady) if steady <= room => Outlook::Steady { bytes: steady },
        _ => Outlook::Ends { days },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: u64, days_left: Option<u64>, longest: Option<u32>, expected: Outlook) {
        let forecast = Forecast { rows_per_day: 10, bytes_per_day: 100, days: 14, days_left };
        assert_eq!(outlook(&forecast, bytes, longest), expected, "{bytes} bytes, {days_left:?} days, {longest:?}");
    }

    #[test]
    fn a_disk_that_holds_all_that_is_kept_lasts() {
        check(0, Some(365), Some(365), Outlook::Steady { bytes: 36_500 });
        check(36_500, Some(0), Some(365), Outlook::Steady { bytes: 36_500 });
    }

    #[test]
    fn a_disk_that_does_not_is_full_on_a_day() {
        check(0, Some(364), Some(365), Outlook::Ends { days: 364 });
        check(36_400, Some(0), Some(365), Outlook::Ends { days: 0 });
    }

    #[test]
    fn what_is_kept_for_ever_fills_every_disk() {
        check(0, Some(100_000), None, Outlook::Ends { days: 100_000 });
    }

    #[test]
    fn before_a_day_is_over_nothing_is_told() {
        check(0, None, Some(365), Outlook::Unknown);
        assert_eq!(outlook(&Forecast::default(), 5, Some(1)), Outlook::Unknown);
    }
}
