//! Who is logged on now, for sensors that know an account and not a session.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A session that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) uid: u32,
    /// It has a screen of its own, not just a terminal.
    pub(crate) screen: bool,
}

/// The logon sessions of this machine as the session source has them; none while nobody reads that stream.
#[derive(Debug, Clone, Default)]
pub struct Logons(Arc<Mutex<BTreeMap<String, Seat>>>);

impl Logons {
    /// These sessions go on, and no others.
    pub(crate) fn are(&self, sessions: BTreeMap<String, Seat>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = sessions;
    }

    /// The session in which an account does what is done for all of its sessions alike: its only one with a screen, else its only
    /// one. `None` where there are several, or none.
    #[must_use]
    pub fn of(&self, uid: u32) -> Option<String> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = || sessions.iter().filter(|(_, seat)| seat.uid == uid);
        only(own().filter(|(_, seat)| seat.screen)).or_else(|| only(own())).map(|(id, _)| id.clone())
    }
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sessions: &[(&str, u32, bool)], expected: Option<&str>) {
        let logons = Logons::default();
        logons.are(
            sessions.iter().map(|(id, uid, screen)| ((*id).to_owned(), Seat { uid: *uid, screen: *screen })).collect(),
        );
        assert_eq!(logons.of(1000).as_deref(), expected, "{sessions:?}");
    }

    #[test]
    fn the_only_session_of_an_account_is_the_one_and_of_several_the_one_with_a_screen() {
        check(&[("3", 1000, false)], Some("3"));
        check(&[("3", 1000, true), ("4", 1000, false), ("5", 1001, true)], Some("3"));
    }

    #[test]
    fn where_it_may_be_one_or_the_other_it_is_none() {
        check(&[], None);
        check(&[("5", 1001, true)], None);
        check(&[("3", 1000, false), ("4", 1000, false)], None);
        check(&[("3", 1000, true), ("4", 1000, true)], None);
    }
}
