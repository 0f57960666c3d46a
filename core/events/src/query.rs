//! What is asked of the store.

use std::sync::Arc;

use uuid::Uuid;
use yagura_search_language::{Expr, Narrow};
use yagura_vocabulary::{
    Id, Level, StoredEvent, Time,
    id::{Endpoint, Person},
};

use crate::{Budget, Cursor, StoreError};

/// A question in the language of people, made ready.
#[derive(Debug, Clone)]
pub struct Asked(Arc<Expr>);

impl Asked {
    /// What it asks.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.0
    }
}

impl PartialEq for Asked {
    /// Whether it is the same one, not merely an equal one.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

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
    /// What was asked in the language of people; put in by [`Query::ask`].
    pub asked: Option<Asked>,
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

    /// The same between the first and the last of `bounds`, without a cursor; `None` if there are no bounds.
    ///
    /// # Errors
    /// The bounds do not rise.
    pub(crate) fn within(&self, bounds: &[Time]) -> Result<Option<Self>, StoreError> {
        if !bounds.is_sorted_by(|a, b| a < b) {
            return Err(StoreError::Bounds);
        }
        let (Some(first), Some(last)) = (bounds.first().copied(), bounds.last().copied()) else { return Ok(None) };
        let since = self.since.max(Some(first));
        let until = Some(self.until.map_or(last, |until| until.min(last)));
        Ok(Some(Self { cursor: None, since, until, ..self.clone() }))
    }

    /// Asks this as well. What it says about times, kinds, levels and endpoints also bounds the query itself, so that a
    /// store need not look at what cannot match. Set the order first.
    #[must_use]
    pub fn ask(mut self, expr: Expr) -> Self {
        if expr.is_all() {
            return self;
        }
        let Narrow { since, until, received_since, received_until, kinds, levels, endpoints, .. } = expr.narrow();
        let Narrow { hash_sha256, remote_ip, whole, .. } = expr.narrow();
        let told = whole
            && (self.order == Order::Occurred || (since.is_none() && until.is_none()))
            && (self.kinds.is_empty() || kinds.is_none())
            && (self.levels.is_empty() || levels.is_none());
        let (since, until) = match self.order {
            Order::Occurred => (since, until),
            Order::Received => (received_since, received_until),
        };
        self.since = self.since.max(since.map(Time::from_micros));
        self.until = [self.until, until.map(Time::from_micros)].into_iter().flatten().min();
        if self.kinds.is_empty() {
            self.kinds = kinds.unwrap_or_default().iter().map(|kind| KindFilter::parse(kind)).collect();
        }
        if self.levels.is_empty() {
            self.levels = levels.unwrap_or_default().iter().filter_map(|level| level.parse().ok()).collect();
        }
        if let Some(ids) = endpoints {
            self.endpoints = Some(match self.endpoints {
                Some(before) => before.into_iter().filter(|id| ids.contains(&id.uuid())).collect(),
                None => ids.into_iter().map(Id::from_uuid).collect(),
            });
        }
        self.hash_sha256 = self.hash_sha256.or(hash_sha256);
        self.remote_ip = self.remote_ip.or(remote_ip);
        // What the other conditions say already need not be asked twice; counts can then come from what was counted before.
        if !told {
            self.asked = Some(Asked(Arc::new(expr)));
        }
        self
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
