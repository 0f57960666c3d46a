//! Who waits for an answer, and since when. Pure: times are arguments, on any clock that runs forwards.

use std::{collections::BTreeMap, time::Duration};

/// Those who wait. Each is taken out once, and whoever takes one out answers it.
#[derive(Debug)]
pub(super) struct Pending<T> {
    next: u64,
    waiting: BTreeMap<u64, (Duration, T)>,
    patience: Duration,
}

impl<T> Pending<T> {
    /// Nobody waits longer than `patience`.
    pub(super) const fn new(patience: Duration) -> Self {
        Self { next: 0, waiting: BTreeMap::new(), patience }
    }

    /// Somebody waits from now on. Gives their number.
    pub(super) fn put(&mut self, now: Duration, who: T) -> u64 {
        self.next += 1;
        self.waiting.insert(self.next, (now, who));
        self.next
    }

    /// Who has this number, if nobody took them.
    pub(super) fn take(&mut self, number: u64) -> Option<T> {
        self.waiting.remove(&number).map(|(_, who)| who)
    }

    /// Those who waited too long.
    pub(super) fn overdue(&mut self, now: Duration) -> Vec<T> {
        let patience = self.patience;
        let due = |since: Duration| now.saturating_sub(since) >= patience;
        let late = self.waiting.extract_if(.., |_, (since, _)| due(*since));
        late.map(|(_, (_, who))| who).collect()
    }

    /// Everybody.
    pub(super) fn all(&mut self) -> Vec<T> {
        std::mem::take(&mut self.waiting).into_values().map(|(_, who)| who).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(1000);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn who_waited_too_long_is_let_through_once() {
        let mut pending = Pending::new(PATIENCE);
        let (first, second) = (pending.put(ms(0), "first"), pending.put(ms(400), "second"));
        assert_eq!(pending.overdue(ms(999)), Vec::<&str>::new());
        assert_eq!(pending.overdue(ms(1000)), ["first"]);
        assert_eq!(pending.take(first), None, "the answer came too late");
        assert_eq!(pending.take(second), Some("second"));
        assert_eq!(pending.overdue(ms(9000)), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn everybody_is_answered_exactly_once_and_nobody_late_is_left(
            steps in prop::collection::vec((0_u8..3, 0_u64..400, 0_usize..30), 0..200),
        ) {
            let (mut pending, mut now, mut numbers) = (Pending::new(PATIENCE), 0, Vec::new());
            let mut answered = Vec::new();
            for (step, passes, which) in steps {
                now += passes;
                match step {
                    0 => {
                        let who = (numbers.len(), now);
                        numbers.push(pending.put(ms(now), who));
                    }
                    1 if !numbers.is_empty() => answered.extend(pending.take(numbers[which % numbers.len()])),
                    _ => {
                        answered.extend(pending.overdue(ms(now)));
                        prop_assert!(pending.waiting.values().all(|(since, _)| ms(now) - *since < PATIENCE));
                    }
                }
            }
            answered.extend(pending.all());
            let mut who: Vec<_> = answered.into_iter().map(|(who, _)| who).collect();
            who.sort_unstable();
            prop_assert_eq!(who, (0..numbers.len()).collect::<Vec<_>>());
        }
    }
}
