//! What is asked of the store.

use uuid::Uuid;
use yagura_vocabulary::{
    Id, Level, StoredEvent, Time,
    id::{Endpoint, Person},
};

use crate::{Budget, Cursor};

/// The most events that one page can have.
pub const MAX_LIMIT: usize = 10_000;

/// By which time events are ordered and bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By `occurred_at`: what a person reads.
    #[default]
    Occurred,
    /// By `received_at`: what is new here.
    Received,
}

impl Order {
    /// The word used in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Occurred => "occurred_at",
            Self::Received => "received_at",
        }
    }

    pub(crate) const fn of(self, occurred: Time, received: Time) -> Time {
        match self {
            Self::Occurred => occurred,
            Self::Received => received,
        }
    }
}

/// A kind of event, or all kinds of one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KindFilter {
    /// This kind only: `process.start`.
    Exact(String),
    /// Every kind that begins with this and a dot: `process` for `process.*`.
    Family(String),
}

impl KindFilter {
    /// Reads `process.start` or `process.*`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.strip_suffix(".*").map_or_else(|| Self::Exact(text.to_owned()), |family| Self::Family(family.to_owned()))
    }

    pub(crate) fn matches(&self, kind: &str) -> bool {
        match self {
            Self::Exact(exact) => kind == exact,
            Self::Family(family) => kind.strip_prefix(family.as_str()).is_some_and(|rest| rest.starts_with('.')),
        }
    }
}

/// A process whose events are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessFilter {
    /// The process.
    pub guid: Uuid,
    /// Also the events of processes that it started.
    pub or_parent: bool,
}

/// Whose events are wanted: what was written down as the person's, and what the accounts did while they were nobody's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    /// The person, if it is one who is known.
    pub person: Option<Id<Person>>,
    /// Accounts by endpoint and uid or SID.
    pub accounts: Vec<(Id<Endpoint>, String)>,
}

/// Which events, in which order. A field that is `None` or empty does not restrict; all that do must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Only these endpoints: the scope that the reader may see. `Some` of nothing finds nothing.
    pub endpoints: Option<Vec<Id<Endpoint>>>,
    /// A part, of one character or more, of one of the texts of the event: command line, image, parent image, subject,
    /// target, remote host, account name, class, rule, or a value in the body. Compared after [`crate::fold`].
    pub text: Option<String>,
    /// Any of these kinds.
    pub kinds: Vec<KindFilter>,
    /// Any of these levels.
    pub levels: Vec<Level>,
    /// The whole name of the account, compared after [`crate::fold`].
    pub account: Option<String>,
    /// The person.
    pub person: Option<Id<Person>>,
    /// Somebody's own events.
    pub whose: Option<Whose>,
    /// The whole path of the executable, exactly.
    pub image: Option<String>,
    /// The process.
    pub process: Option<ProcessFilter>,
    /// The SHA-256 of the file, hex; upper case is understood.
    pub hash_sha256: Option<String>,
    /// The other side's address, as written or in its canonical form.
    pub remote_ip: Option<String>,
    /// The serial number of the device, exactly.
    pub device_serial: Option<String>,
    /// The feature, exactly.
    pub feature: Option<String>,
    /// From this time on, by the time that `order` names.
    pub since: Option<Time>,
    /// Before this time, by the time that `order` names.
    pub until: Option<Time>,
    /// By which time.
    pub order: Order,
    /// How many events a page has at most; at least 1 and at most [`MAX_LIMIT`].
    pub limit: usize,
    /// Where the page before this one ended.
    pub cursor: Option<Cursor>,
    /// How much may be looked at for one page; without it, as much as it takes.
    pub budget: Option<Budget>,
}

impl Query {
    /// Everything, newest first, 100 to a page.
    #[must_use]
    pub fn new() -> Self {
        Self { limit: 100, ..Self::default() }
    }
}

/// A page of events, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The events.
    pub items: Vec<StoredEvent>,
    /// Where the next page begins; `None` if this is the last.
    pub next: Option<Cursor>,
    /// The budget was used up before the page was full: everything newer than this time has been looked at, by the time
    /// that the query's order names. `next` goes on from there.
    pub partial: Option<Time>,
    /// Files that could not be read and whose events are therefore missing here.
    pub unreadable: Vec<String>,
}

/// How many events match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The number, at most the limit that was given.
    pub value: u64,
    /// Whether it is the whole number rather than "at least this many".
    pub exact: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_takes_its_kinds_and_no_namesakes() {
        let family = KindFilter::parse("process.*");
        assert!(family.matches("process.start"));
        assert!(!family.matches("process"));
        assert!(!family.matches("processes.start"));
        assert!(KindFilter::parse("process.start").matches("process.start"));
    }
}
