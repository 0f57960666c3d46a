//! What a run came to.

use serde::Serialize;

/// The last line on standard output.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// How many endpoints were asked for.
    pub(crate) endpoints: u32,
    /// How many of them the server knows.
    pub(crate) enrolled: u64,
    /// Enrolments a second, from the first try to the last success; 0 when all were enrolled before.
    pub(crate) enrol_per_s: f64,
    /// Most links open at once.
    pub(crate) connected: usize,
    /// How many events happened.
    pub(crate) events_made: u64,
    /// How many events the server acknowledged.
    pub(crate) events_acked: u64,
    /// How many events still wait in the spools.
    pub(crate) events_waiting: u64,
    /// From the first event to the last acknowledgement.
    pub(crate) seconds: f64,
    /// Acknowledged events a second over that time.
    pub(crate) events_per_s: f64,
    /// How many commands were done, and the server knows it.
    pub(crate) commands_done: usize,
    /// From when the server made a command to its end at the endpoint, half of them at most.
    pub(crate) command_p50_ms: Option<u64>,
    /// The same, 99 of a hundred at most.
    pub(crate) command_p99_ms: Option<u64>,
    /// Failed enrolments, failed connections, lost links, and whatever the channel warned of.
    pub(crate) errors: u64,
}

/// The value that `percent` of a hundred do not exceed (nearest rank); `None` of nothing.
pub(crate) fn percentile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// A number a second, with two decimals.
pub(crate) fn rate(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { round(count as f64 / seconds) } else { 0.0 }
}

/// Two decimals.
pub(crate) fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!((percentile(&hundred, 50), percentile(&hundred, 99)), (Some(50), Some(99)));
        assert_eq!((percentile(&[7], 50), percentile(&[7], 99), percentile(&[], 50)), (Some(7), Some(7), None));
    }
}
