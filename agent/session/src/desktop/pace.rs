//! That a window which changes its title all the time does not keep anybody busy.

use std::time::Duration;

/// Tells at most so often, and then how things are by then.
#[derive(Debug)]
pub(super) struct Pace {
    every: Duration,
    last: Option<Duration>,
    /// Changes that were not told of yet.
    changes: u64,
}

impl Pace {
    /// One telling in `every` at most.
    pub(super) const fn of(every: Duration) -> Self {
        Self { every, last: None, changes: 0 }
    }

    /// Something is different.
    pub(super) fn changed(&mut self) {
        self.changes += 1;
    }

    /// When to look and tell, by the same clock as `now`; `None` while nothing changed.
    pub(super) fn due(&self) -> Option<Duration> {
        (self.changes > 0).then(|| self.last.map_or(Duration::ZERO, |last| last + self.every))
    }

    /// Whether to look and tell now; then how many changes went by before the last one.
    pub(super) fn take(&mut self, now: Duration) -> Option<u64> {
        let due = self.due()?;
        (now >= due).then(|| {
            self.last = Some(now);
            std::mem::take(&mut self.changes) - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_first_change_is_told_at_once_and_a_flood_in_steps_with_its_size() {
        let mut pace = Pace::of(ms(250));
        assert_eq!((pace.due(), pace.take(ms(5))), (None, None));
        pace.changed();
        assert_eq!(pace.take(ms(10)), Some(0));
        for _ in 0..50 {
            pace.changed();
        }
        assert_eq!((pace.take(ms(259)), pace.due()), (None, Some(ms(260))));
        assert_eq!(pace.take(ms(260)), Some(49));
        assert_eq!(pace.due(), None);
        pace.changed();
        assert_eq!(pace.take(ms(5000)), Some(0), "after a rest it is at once again");
    }
}
