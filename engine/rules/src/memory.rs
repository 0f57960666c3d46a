//! What a judge remembers from event to event: how much came together, and what was seen before.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{Event, words};

use crate::book::AtLeast;

words! {
    /// Where a program was never seen before.
    First {
        /// On this endpoint.
        Endpoint = "endpoint",
        /// On any endpoint of the organisation: only the server knows.
        Fleet = "fleet",
    }
}

/// Knows which programs were seen before.
pub trait Seen {
    /// Whether this is the first time that a program is met, by its SHA-256 or else its path; `None` where that cannot be known
    /// here. The same event may be asked about several times.
    fn is_first(&mut self, scope: First, program: &str, event: &Event) -> Option<bool>;
}

/// Knows of nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unseen;

impl Seen for Unseen {
    fn is_first(&mut self, _: First, _: &str, _: &Event) -> Option<bool> {
        None
    }
}

/// More sums than this are not kept; the ones that were added to longest ago are given up.
const MOST_SUMS: usize = 10_000;
/// A sum is kept in no more pieces than this, so that a storm costs no memory: neighbours in time are put together.
const MOST_PIECES: usize = 256;

/// What came together so far, by rule and account. One memory belongs to one endpoint.
#[derive(Debug, Default)]
pub struct Memory {
    sums: HashMap<(String, String), Sum>,
    pub(crate) hits: Vec<u32>,
}

#[derive(Debug, Default)]
struct Sum {
    pieces: VecDeque<Piece>,
    count: u64,
    bytes: u64,
    latest: i64,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    at: i64,
    count: u64,
    bytes: u64,
}

impl Memory {
    /// Adds an event to what a rule waits for; how much it came to if that is enough, and the sum begins anew.
    pub(crate) fn add(&mut self, rule: &str, of: &AtLeast, event: &Event) -> Option<(u64, u64)> {
        let account = event.account.as_ref().map_or("", |account| account.id.as_str());
        let key = (rule.to_owned(), account.to_owned());
        if !self.sums.contains_key(&key) && self.sums.len() >= MOST_SUMS {
            self.forget_old();
        }
        let sum = self.sums.entry(key).or_default();
        sum.add(event, i64::from(of.within_s) * 1_000_000);
        let enough =
            of.count.is_some_and(|count| sum.count >= count) || of.bytes.is_some_and(|bytes| sum.bytes >= bytes);
        enough.then(|| {
            let Sum { count, bytes, .. } = std::mem::take(sum);
            (count, bytes)
        })
    }

    /// Forgets what no rule of a new book waits for.
    pub fn keep_only(&mut self, rules: impl Fn(&str) -> bool) {
        self.sums.retain(|(rule, _), _| rules(rule));
    }

    fn forget_old(&mut self) {
        let mut times: Vec<_> = self.sums.values().map(|sum| sum.latest).collect();
        let (_, &mut middle, _) = times.select_nth_unstable(MOST_SUMS / 2);
        self.sums.retain(|_, sum| sum.latest > middle);
    }
}

impl Sum {
    fn add(&mut self, event: &Event, within: i64) {
        let at = event.occurred_at.micros();
        self.latest = self.latest.max(at);
        // Not later than the window's beginning, seen from the latest event.
        let begin = self.latest.saturating_sub(within);
        while let Some(piece) = self.pieces.front().filter(|piece| piece.at <= begin) {
            (self.count, self.bytes) = (self.count - piece.count, self.bytes - piece.bytes);
            self.pieces.pop_front();
        }
        if at <= begin {
            return;
        }
        let (count, bytes) = (event.count.unwrap_or(1).max(1), event.bytes.unwrap_or(0));
        let count = count.min(u64::MAX - self.count);
        let bytes = bytes.min(u64::MAX - self.bytes);
        (self.count, self.bytes) = (self.count + count, self.bytes + bytes);
        let grain = within / MOST_PIECES as i64;
        match self.pieces.back_mut() {
            // What arrives late counts as of the latest: a rule answers a little longer, never too early.
            Some(piece) if at.saturating_sub(piece.at) <= grain => {
                piece.count += count;
                piece.bytes += bytes;
            }
            _ => self.pieces.push_back(Piece { at, count, bytes }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use yagura_vocabulary::Time;

    use super::*;

    fn event(at_s: i64, bytes: u64) -> Event {
        let mut event = Event::new(Time::from_seconds(at_s), "test", "file.copy");
        event.bytes = Some(bytes);
        event
    }

    fn check(of: &AtLeast, events: &[(i64, u64)], expected: &[usize]) {
        let mut memory = Memory::default();
        let answers =
            events.iter().enumerate().filter(|(_, (at, bytes))| memory.add("a", of, &event(*at, *bytes)).is_some());
        assert_eq!(answers.map(|(n, _)| n).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn so_many_acts_within_the_time_are_enough_and_then_it_counts_anew() {
        let of = AtLeast { count: Some(3), bytes: None, within_s: 60 };
        check(&of, &[(0, 0), (10, 0), (20, 0), (30, 0), (40, 0), (50, 0)], &[2, 5]);
        check(&of, &[(0, 0), (50, 0), (100, 0), (150, 0), (159, 0)], &[4]);
    }

    #[test]
    fn so_many_bytes_are_enough_too() {
        let of = AtLeast { count: None, bytes: Some(100), within_s: 10 };
        check(&of, &[(0, 60), (5, 30), (9, 9), (10, 70)], &[3]);
    }

    #[test]
    fn what_is_older_than_the_time_does_not_count_although_it_comes_late() {
        let of = AtLeast { count: Some(2), bytes: None, within_s: 60 };
        check(&of, &[(100, 0), (30, 0), (110, 0)], &[2]);
    }

    #[test]
    fn accounts_are_counted_apart() {
        let of = AtLeast { count: Some(2), bytes: None, within_s: 60 };
        let mut memory = Memory::default();
        for (id, expected) in [("1", false), ("2", false), ("1", true)] {
            let mut event = event(0, 0);
            event.account = Some(yagura_vocabulary::Account { name: id.to_owned(), id: id.to_owned() });
            assert_eq!(memory.add("a", &of, &event).is_some(), expected, "{id}");
        }
    }

    #[test]
    fn a_storm_of_accounts_takes_no_more_than_its_room() {
        let of = AtLeast { count: Some(2), bytes: None, within_s: 60 };
        let mut memory = Memory::default();
        for n in 0..30_000 {
            let mut event = event(n, u64::MAX);
            event.account = Some(yagura_vocabulary::Account { name: String::new(), id: n.to_string() });
            memory.add("a", &of, &event);
        }
        assert!(memory.sums.len() <= MOST_SUMS, "{}", memory.sums.len());
    }

    proptest! {
        #[test]
        fn never_more_than_there_was(events in prop::collection::vec((0i64..10_000, 0u64..u64::MAX), 0..600)) {
            let of = AtLeast { count: Some(u64::MAX), bytes: None, within_s: 100 };
            let mut memory = Memory::default();
            for (at, bytes) in &events {
                memory.add("a", &of, &event(*at, *bytes));
            }
            let sum = memory.sums.values().next();
            prop_assert!(sum.is_none_or(|sum| sum.pieces.len() <= MOST_PIECES + 1 && sum.count as usize <= events.len()));
        }
    }
}
