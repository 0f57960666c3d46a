//! How long to wait before the next try.

use std::time::Duration;

/// The first pause after a failure.
pub const FIRST: Duration = Duration::from_secs(5);
/// The longest pause.
pub const LONGEST: Duration = Duration::from_secs(300);

/// Pauses that double from [`FIRST`] to [`LONGEST`], each shortened by chance to between half and all of it, so that
/// thousands of agents do not come back at once.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after one more failure; at least what the server asked for.
    pub fn pause(&mut self, asked: Option<Duration>) -> Duration {
        let full = FIRST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        asked.map_or(full / 2, |asked| asked) + up_to(full / 2)
    }

    /// It worked: the next failure is a first one again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A random time between nothing and `most`.
#[must_use]
pub fn up_to(most: Duration) -> Duration {
    let mut bytes = [0; 4];
    // Without randomness nothing else would work either; the middle is as good as any.
    if ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes).is_err() {
        return most / 2;
    }
    most.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_five_seconds_to_five_minutes() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..12).map(|_| backoff.pause(None)).collect();
        assert!(pauses[0] >= FIRST / 2 && pauses[0] <= FIRST, "{pauses:?}");
        assert!(pauses[11] >= LONGEST / 2 && pauses[11] <= LONGEST, "{pauses:?}");
        backoff.reset();
        assert!(backoff.pause(None) <= FIRST);
    }

    #[test]
    fn the_server_s_wish_is_the_least() {
        let asked = Duration::from_secs(60);
        assert!(Backoff::default().pause(Some(asked)) >= asked);
    }
}
