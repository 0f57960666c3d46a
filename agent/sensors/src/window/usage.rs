//! How long programs are before people, hour by hour.

use std::collections::BTreeMap;

use yagura_records::Moment;

const HOUR_US: i64 = 3_600_000_000;
/// More programs of one hour are not told apart: nobody uses so many.
const MOST: usize = 4096;

/// Whose desktop it is: the uid and the logon session.
pub(super) type Whose<'a> = (u32, Option<&'a str>);
type Sums = BTreeMap<(u32, Option<String>, String), Sum>;

/// The sums of this hour, by desktop and program.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// Which hour, counted from 1970.
    hour: Option<i64>,
    sums: Sums,
}

/// One program before one person.
#[derive(Debug)]
pub(super) struct Sum {
    /// The first use.
    pub(super) at: Moment,
    pub(super) active_ns: u64,
    pub(super) stays: u64,
}

fn hour(at: Moment) -> i64 {
    at.occurred_at.micros().div_euclid(HOUR_US)
}

impl Usage {
    /// Whether an hour other than that of the sums has begun.
    pub(super) fn is_over(&self, now: Moment) -> bool {
        self.hour.is_some_and(|this| this != hour(now))
    }

    /// So much use, and so many stays more, since `at`.
    pub(super) fn add(&mut self, (uid, session): Whose<'_>, image: &str, at: Moment, active_ns: u64, stays: u64) {
        if active_ns == 0 && stays == 0 {
            return;
        }
        self.open(at);
        let key = (uid, session.map(str::to_owned), image.to_owned());
        if let Some(sum) = self.sums.get_mut(&key) {
            sum.active_ns += active_ns;
            sum.stays += stays;
        } else if self.sums.len() < MOST {
            self.sums.insert(key, Sum { at, active_ns, stays });
        }
    }

    /// Something may be counted from now on, so that the end of this hour matters.
    pub(super) fn open(&mut self, at: Moment) {
        self.hour.get_or_insert_with(|| hour(at));
    }

    /// The sums, which begin anew.
    pub(super) fn take(&mut self) -> Sums {
        self.hour = None;
        std::mem::take(&mut self.sums)
    }

    /// After how long from `now` the hour is over, in nanoseconds; `None` while there are no sums.
    pub(super) fn left_ns(&self, now: Moment) -> Option<u64> {
        let hour = self.hour?;
        let end = (hour + 1).saturating_mul(HOUR_US);
        Some(u64::try_from(end - now.occurred_at.micros()).unwrap_or(0).saturating_mul(1000))
    }
}
