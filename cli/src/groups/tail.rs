//! What `events tail` has shown, so that nothing is shown twice and nothing is missed. Pure.
//!
//! The server's times of receipt are not quite the order in which events become visible: of two batches that are stored at
//! the same time, the one received first may be seen last. So each question reaches back a little, and ids tell the rest.

use std::{collections::HashMap, time::Duration};

use serde_json::Value;
use yagura_vocabulary::Time;

/// How far each question reaches back: longer than a batch waits between receipt and the disk.
const OVERLAP: Duration = Duration::from_secs(60);

/// What was shown and what is to be shown.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// When each event that may come again was received.
    seen: HashMap<String, Time>,
    newest: Option<Time>,
    /// Nothing received by then is news, unless it was read at the beginning.
    floor: Option<Time>,
    waiting: Vec<Value>,
}

impl Tail {
    /// Begins with what is there, newest first, of which the newest `shown` are to be shown. Where `there` is not `all`, what
    /// lies before it is no news.
    pub(crate) fn begin(there: Vec<Value>, all: bool, shown: usize) -> Self {
        let floor = there.last().and_then(received).filter(|_| !all);
        let mut tail = Self::default();
        tail.add(there);
        // Events of one batch were received at one time, and the part that was read may end within a batch.
        tail.floor = floor;
        let hidden = tail.waiting.len().saturating_sub(shown);
        tail.waiting.drain(..hidden);
        tail
    }

    /// Takes in an answer, newest first.
    pub(crate) fn add(&mut self, found: Vec<Value>) {
        for event in found.into_iter().rev() {
            let (Some(id), Some(at)) = (event["id"].as_str(), received(&event)) else { continue };
            if self.seen.insert(id.to_owned(), at).is_none() && self.floor.is_none_or(|floor| at > floor) {
                self.newest = self.newest.max(Some(at));
                self.waiting.push(event);
            }
        }
        if let Some(from) = self.from() {
            self.seen.retain(|_, at| *at >= from);
        }
    }

    /// What is to be shown now, oldest first.
    pub(crate) fn take(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.waiting)
    }

    /// From which time of receipt on to ask again; none while nothing has come.
    pub(crate) fn from(&self) -> Option<Time> {
        self.newest.map(|newest| (newest - OVERLAP).max(self.floor.unwrap_or(newest - OVERLAP)))
    }
}

fn received(event: &Value) -> Option<Time> {
    event["received_at"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(id: &str, second: i64) -> Value {
        json!({"id": id, "received_at": Time::from_seconds(second).to_string()})
    }

    fn check(tail: &mut Tail, expected: &[&str]) {
        let shown = tail.take();
        assert_eq!(shown.iter().map(|event| event["id"].as_str().unwrap()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn it_begins_with_the_newest_and_goes_on_oldest_first() {
        let mut tail = Tail::begin(vec![event("c", 103), event("b", 102), event("a", 101)], false, 2);
        check(&mut tail, &["b", "c"]);
        tail.add(vec![event("e", 105), event("d", 104), event("c", 103), event("b", 102), event("a", 101)]);
        check(&mut tail, &["d", "e"]);
        check(&mut tail, &[]);
    }

    #[test]
    fn an_event_that_becomes_visible_late_is_shown_once() {
        let mut tail = Tail::begin(vec![event("c", 200), event("a", 100)], true, 10);
        check(&mut tail, &["a", "c"]);
        for _ in 0..2 {
            tail.add(vec![event("c", 200), event("b", 150)]);
        }
        check(&mut tail, &["b"]);
    }

    #[test]
    fn what_lies_before_the_part_that_was_read_is_no_news() {
        let mut tail = Tail::begin(vec![event("c", 103), event("b", 102)], false, 0);
        tail.add(vec![event("d", 104), event("c", 103), event("b", 102), event("a", 101)]);
        check(&mut tail, &["d"]);
    }

    #[test]
    fn the_rest_of_a_batch_that_was_read_in_part_is_no_news() {
        let mut tail = Tail::begin(vec![event("c", 103), event("b", 102)], false, 2);
        check(&mut tail, &["b", "c"]);
        tail.add(vec![event("d", 104), event("c", 103), event("b", 102), event("b0", 102)]);
        check(&mut tail, &["d"]);
    }

    #[test]
    fn what_is_forgotten_is_no_longer_asked_for() {
        let mut tail = Tail::begin(vec![event("a", 100)], true, 10);
        tail.add(vec![event("b", 1_000), event("a", 100)]);
        assert_eq!(tail.from(), Some(Time::from_seconds(940)));
        assert_eq!(tail.seen.len(), 1);
    }

    #[test]
    fn where_nothing_was_everything_is_news() {
        let mut tail = Tail::begin(Vec::new(), true, 10);
        assert_eq!(tail.from(), None);
        tail.add(vec![event("a", 100)]);
        check(&mut tail, &["a"]);
    }
}
