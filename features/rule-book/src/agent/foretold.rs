//! What people were told of before it was known for sure, so that they are not told again when it is.

use std::collections::VecDeque;

use yagura_vocabulary::Event;

/// More are not remembered: the oldest would be told of twice.
const MOST: usize = 256;

/// The warnings that came before their events, by rule, account and what was acted on.
#[derive(Debug, Default)]
pub(crate) struct Foretold(VecDeque<[String; 3]>);

impl Foretold {
    pub(crate) fn note(&mut self, rule: &str, event: &Event) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(key(rule, event));
    }

    pub(crate) fn has(&self, rule: &str, event: &Event) -> bool {
        self.0.contains(&key(rule, event))
    }

    /// Whether the event was told of, which counts once.
    pub(crate) fn take(&mut self, rule: &str, event: &Event) -> bool {
        let key = key(rule, event);
        let found = self.0.iter().position(|one| *one == key);
        found.is_some_and(|place| self.0.remove(place).is_some())
    }
}

fn key(rule: &str, event: &Event) -> [String; 3] {
    let account = event.account.as_ref().map(|account| account.id.clone()).unwrap_or_default();
    // Where it ended up stays the same when a copy turns out to be a move.
    let outcome = event.target.as_ref().or(event.subject.as_ref()).cloned().unwrap_or_default();
    [rule.to_owned(), account, outcome]
}

#[cfg(test)]
mod tests {
    use yagura_vocabulary::Time;

    use super::*;

    fn act(kind: &str, from: &str, to: Option<&str>) -> Event {
        let mut event = Event::new(Time::from_seconds(0), "test", kind);
        (event.subject, event.target) = (Some(from.to_owned()), to.map(str::to_owned));
        event
    }

    #[test]
    fn what_was_told_of_is_not_told_of_again_once() {
        let mut foretold = Foretold::default();
        foretold.note("usb", &act("file.copy", "/home/a", Some("/media/a")));
        assert!(!foretold.take("night", &act("file.move", "/home/a", Some("/media/a"))));
        assert!(!foretold.take("usb", &act("file.move", "/home/a", Some("/media/b"))));
        assert!(foretold.take("usb", &act("file.move", "/home/a", Some("/media/a"))));
        assert!(!foretold.take("usb", &act("file.move", "/home/a", Some("/media/a"))));
    }

    #[test]
    fn the_oldest_are_forgotten_first() {
        let mut foretold = Foretold::default();
        for number in 0..=MOST {
            foretold.note("usb", &act("file.create", &format!("/media/{number}"), None));
        }
        assert!(!foretold.has("usb", &act("file.create", "/media/0", None)));
        assert!(foretold.has("usb", &act("file.create", "/media/1", None)));
    }
}
