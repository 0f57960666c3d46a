//! The same for the past: which programs would have been new in a stretch of stored events.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use yagura_events::{Budget, server::Store};
use yagura_rules::{First, Seen};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Event, Time, id::EventId};

use super::{is_maintained, is_start, key_of, learn, path_of};

/// Somebody waits for the answer.
const BUDGET: Budget = Budget { rows: 20_000_000, time: Duration::from_secs(5) };

/// Knows what ran before a time, and meets the rest event by event, the oldest first.
#[derive(Default)]
pub(crate) struct InFleet {
    known: HashSet<String>,
    /// The event at which each new one was met.
    met: HashMap<String, EventId>,
    /// Paths that were met without a hash only.
    bare: HashSet<String>,
    current: Option<EventId>,
}

impl InFleet {
    /// What ran in the ninety days before `since`, on any endpoint. Where there is too much of it to look through while somebody waits,
    /// what the server had met by then.
    pub(crate) async fn before(ctx: &Context, since: Time) -> Result<Self, ApiError> {
        let store = &**ctx.part::<Store>();
        let (programs, complete) = learn::programs(store, since - learn::BACK, since, BUDGET).await?;
        let known = if complete { programs } else { learn::met_before(ctx, since).await? };
        Ok(Self { known, ..Self::default() })
    }

    /// The event that is judged next.
    pub(crate) fn meet(&mut self, id: EventId, event: &Event) {
        self.current = Some(id);
        let Some(key) = key_of(event).filter(|_| is_start(event)) else { return };
        let path = path_of(event);
        let knows = |path: &String| self.known.contains(path) || self.met.contains_key(path);
        let update = path.as_ref().is_some_and(|path| is_maintained(path) && knows(path));
        let got_hash = event.hash_sha256.is_some() && path.as_ref().is_some_and(|path| self.bare.remove(path));
        if let Some(path) = path {
            if event.hash_sha256.is_none() && !knows(&path) {
                self.bare.insert(path.clone());
            }
            // Its path is known from now on, whatever its content is.
            self.met.entry(path).or_insert(id);
        }
        if update || got_hash {
            self.known.insert(key);
        } else if !self.known.contains(&key) {
            self.met.entry(key).or_insert(id);
        }
    }
}

impl Seen for InFleet {
    fn is_first(&mut self, scope: First, _: &str, event: &Event) -> Option<bool> {
        let key = key_of(event).filter(|_| scope == First::Fleet && is_start(event))?;
        Some(!self.known.contains(&key) && self.met.get(&key) == self.current.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use yagura_vocabulary::Id;

    use super::*;

    fn start(image: &str, hash: &str) -> Event {
        let mut event = Event::new(Time::from_seconds(0), "operation_log", "process.start");
        (event.image, event.hash_sha256) = (Some(image.to_owned()), Some(hash.to_owned()));
        event
    }

    #[track_caller]
    fn check(fleet: &mut InFleet, image: &str, hash: &str, expected: bool) {
        let event = start(image, hash);
        fleet.meet(Id::new(), &event);
        // Several rules may ask about one event.
        for _ in 0..2 {
            assert_eq!(fleet.is_first(First::Fleet, hash, &event), Some(expected), "{image} {hash}");
        }
    }

    #[test]
    fn a_program_is_new_once_and_an_update_of_a_maintained_one_never() {
        let mut fleet = InFleet { known: ["aa".to_owned(), "/usr/bin/editor".to_owned()].into(), ..InFleet::default() };
        check(&mut fleet, "/usr/bin/editor", "aa", false);
        check(&mut fleet, "/usr/bin/editor", "bb", false);
        check(&mut fleet, "/home/a/editor", "bb", false);
        check(&mut fleet, "/home/a/tool", "cc", true);
        check(&mut fleet, "/home/b/other-name", "cc", false);
        check(&mut fleet, "/home/a/tool", "dd", true);
        check(&mut fleet, "/usr/bin/new", "ee", true);
    }

    #[test]
    fn the_first_hash_of_a_program_that_was_met_without_one_is_no_other_program() {
        let mut fleet = InFleet::default();
        let bare = Event { hash_sha256: None, ..start("/home/a/tool", "") };
        fleet.meet(Id::new(), &bare);
        assert_eq!(fleet.is_first(First::Fleet, "/home/a/tool", &bare), Some(true));
        check(&mut fleet, "/home/a/tool", "aa", false);
        check(&mut fleet, "/home/a/tool", "bb", true);
    }

    #[test]
    fn whether_an_act_is_by_a_new_program_is_asked_at_its_start_only() {
        let mut fleet = InFleet::default();
        let mut event = start("/home/a/tool", "cc");
        event.kind = "file.copy".to_owned();
        fleet.meet(Id::new(), &event);
        assert_eq!(fleet.is_first(First::Fleet, "cc", &event), None);
        assert_eq!(fleet.is_first(First::Endpoint, "cc", &start("/home/a/tool", "cc")), None);
    }
}
