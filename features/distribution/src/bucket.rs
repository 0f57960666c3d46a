//! A token bucket: how long to wait before more bytes may be fetched. Pure: the time is an argument.

use std::time::Duration;

use yagura_vocabulary::Time;

/// A bucket that fills with so many bytes a second and holds those of one second. What is larger than the bucket is taken on credit,
/// and what comes after it waits.
#[derive(Debug, Clone)]
pub struct Bucket {
    per_second: u64,
    /// Bytes that may go at once; below zero where some went on credit.
    tokens: i128,
    filled_at: Time,
}

impl Bucket {
    /// A full bucket; 0 bytes per second means no limit.
    #[must_use]
    pub fn new(per_second: u64, now: Time) -> Self {
        Self { per_second, tokens: i128::from(per_second), filled_at: now }
    }

    /// Takes so many bytes, and says how long to wait before they are fetched.
    #[must_use]
    pub fn take(&mut self, bytes: u64, now: Time) -> Duration {
        if self.per_second == 0 {
            return Duration::ZERO;
        }
        let rate = i128::from(self.per_second);
        let passed = i128::try_from(now.since(self.filled_at).as_micros()).unwrap_or(i128::MAX);
        let gained = passed.saturating_mul(rate) / 1_000_000;
        self.tokens = self.tokens.saturating_add(gained).min(rate);
        // A clock that was set back fills nothing and takes nothing away.
        self.filled_at = now;
        let debt = (-self.tokens).max(0);
        self.tokens -= i128::from(bytes);
        // What is still owed by those before is waited for, not what is taken now: a chunk goes out as soon as the last is paid for.
        let micros = (debt.saturating_mul(1_000_000) + rate - 1) / rate;
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

/// The smaller of two limits, of which 0 means none.
#[must_use]
pub fn smaller(one: u64, other: u64) -> u64 {
    match (one, other) {
        (0, limit) | (limit, 0) => limit,
        (one, other) => one.min(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHUNK: u64 = 1 << 20;

    /// Seconds, rounded, that so many chunks wait in all.
    fn waits(per_second: u64, chunks: u64) -> u64 {
        let mut now = Time::from_seconds(1_000);
        let mut bucket = Bucket::new(per_second, now);
        for _ in 0..chunks {
            now = now + bucket.take(CHUNK, now);
        }
        now.since(Time::from_seconds(1_000)).as_secs()
    }

    #[test]
    fn without_a_limit_nothing_waits() {
        assert_eq!(waits(0, 100), 0);
    }

    #[test]
    fn ten_chunks_at_half_a_chunk_a_second_take_their_time() {
        // The first second is there at once, and the last chunk is fetched while it is paid for.
        assert_eq!(waits(CHUNK / 2, 10), 17);
    }

    #[test]
    fn a_pause_fills_the_bucket_once_and_not_for_ever() {
        let now = Time::from_seconds(0);
        let mut bucket = Bucket::new(CHUNK, now);
        let later = now + Duration::from_secs(3600);
        assert_eq!(bucket.take(CHUNK, later), Duration::ZERO);
        assert_eq!(bucket.take(CHUNK, later), Duration::ZERO);
        assert_eq!(bucket.take(CHUNK, later), Duration::from_secs(1));
    }

    #[test]
    fn a_clock_that_is_set_back_neither_stops_nor_frees_it() {
        let mut bucket = Bucket::new(CHUNK, Time::from_seconds(1_000));
        assert_eq!(bucket.take(2 * CHUNK, Time::from_seconds(1_000)), Duration::ZERO);
        assert_eq!(bucket.take(CHUNK, Time::from_seconds(10)), Duration::from_secs(1));
    }

    #[test]
    fn of_two_limits_the_smaller_holds() {
        assert_eq!([smaller(0, 0), smaller(5, 0), smaller(0, 5), smaller(5, 7)], [0, 5, 5, 5]);
    }

    proptest! {
        #[test]
        fn never_more_goes_than_the_rate_and_two_bursts(
            per_second in 1_u64..10_000_000,
            takes in prop::collection::vec((1_u64..3_000_000, 0_u64..5_000_000), 1..60),
        ) {
            let start = Time::from_seconds(0);
            let (mut now, mut gone, mut largest) = (start, 0_u128, 0_u64);
            let mut bucket = Bucket::new(per_second, start);
            for (bytes, idle) in takes {
                now = now + Duration::from_micros(idle);
                now = now + bucket.take(bytes, now);
                gone += u128::from(bytes);
                largest = largest.max(bytes);
                let allowed = now.since(start).as_micros() * u128::from(per_second) / 1_000_000;
                prop_assert!(gone <= allowed + u128::from(per_second) + u128::from(largest) + 2, "{gone} of {allowed}");
            }
        }
    }
}
