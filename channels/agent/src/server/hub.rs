//! Who is connected, and how they are nudged.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Notify, mpsc};
use yagura_vocabulary::{Id, id::Endpoint};

use crate::wire::nudge::{Nudge, Topic};

/// Somebody, or everybody, is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Who; everybody, if nobody is named.
    pub endpoint: Option<Id<Endpoint>>,
    /// Where.
    pub nudge: Nudge,
}

/// All connected agents. Cloning is cheap.
#[derive(Clone, Default)]
pub struct Hub(Arc<Inner>);

/// A connection that begins so long after everybody was told may have missed it; its hello came before.
const LATELY: Duration = Duration::from_secs(120);

#[derive(Default)]
struct Inner {
    who: Mutex<Who>,
    /// Where it goes on to other servers, if there may be some.
    relay: OnceLock<mpsc::UnboundedSender<Told>>,
    next: AtomicU64,
}

#[derive(Default)]
struct Who {
    listeners: HashMap<Id<Endpoint>, Vec<Arc<Mailbox>>>,
    /// What endpoints were to be told while they were not connected: between two long polls, or between a hello and the
    /// connection after it. Each topic once, so this does not grow with time.
    missed: HashMap<Id<Endpoint>, BTreeMap<Topic, u64>>,
    /// What everybody was told lately, for the same reason,
    all: BTreeMap<Topic, (u64, Instant)>,
    /// and since when endpoints are not connected: what they were told before that is not told again.
    left: HashMap<Id<Endpoint>, Instant>,
}

/// Nudges that wait for one connection: at most one per topic, the newest.
struct Mailbox {
    number: u64,
    waiting: Mutex<BTreeMap<Topic, u64>>,
    news: Notify,
}

/// One agent's connection, from the server's side. Dropping it ends it.
pub struct Listener {
    hub: Hub,
    endpoint: Id<Endpoint>,
    mailbox: Arc<Mailbox>,
}

impl Hub {
    /// A connection of `endpoint` begins. One endpoint may have several for a moment, while it reconnects.
    #[must_use]
    pub fn connect(&self, endpoint: Id<Endpoint>) -> Listener {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let mut who = lock(&self.0.who);
        let mut waiting = who.missed.remove(&endpoint).unwrap_or_default();
        let left = who.left.remove(&endpoint);
        let missed = |at: &Instant| at.elapsed() < LATELY && left.is_none_or(|left| *at > left);
        for (topic, (told, _)) in who.all.iter().filter(|(_, (_, at))| missed(at)) {
            let version = waiting.entry(*topic).or_insert(0);
            *version = (*told).max(*version);
        }
        let mailbox = Arc::new(Mailbox { number, waiting: Mutex::new(waiting), news: Notify::new() });
        who.listeners.entry(endpoint).or_default().push(Arc::clone(&mailbox));
        drop(who);
        Listener { hub: self.clone(), endpoint, mailbox }
    }

    /// What is told from now on, for other servers: the agents that are connected to them.
    ///
    /// # Panics
    /// When it is asked for a second time: a server has one road to the others.
    #[must_use]
    pub fn relay(&self) -> mpsc::UnboundedReceiver<Told> {
        let (tell, told) = mpsc::unbounded_channel();
        assert!(self.0.relay.set(tell).is_ok(), "nudges are relayed already");
        told
    }

    /// Another server says it.
    pub fn heard(&self, told: Told) {
        match told.endpoint {
            Some(endpoint) => drop(self.tell(endpoint, told.nudge)),
            None => self.tell_all(told.nudge),
        }
    }

    fn pass_on(&self, endpoint: Option<Id<Endpoint>>, nudge: Nudge) {
        if let Some(relay) = self.0.relay.get() {
            // Nobody takes it any more where the server stops.
            let _ = relay.send(Told { endpoint, nudge });
        }
    }

    /// Tells `endpoint` to look. False when it is not connected: it will look when it says hello, and is told when it connects.
    pub fn nudge(&self, endpoint: Id<Endpoint>, nudge: Nudge) -> bool {
        self.pass_on(Some(endpoint), nudge);
        self.tell(endpoint, nudge)
    }

    fn tell(&self, endpoint: Id<Endpoint>, nudge: Nudge) -> bool {
        let mut who = lock(&self.0.who);
        if !who.listeners.contains_key(&endpoint) {
            let version = who.missed.entry(endpoint).or_default().entry(nudge.topic).or_insert(0);
            *version = nudge.version.max(*version);
            return false;
        }
        let listeners = &who.listeners;
        let Some(mailboxes) = listeners.get(&endpoint) else { return false };
        for mailbox in mailboxes {
            let mut waiting = lock(&mailbox.waiting);
            let version = waiting.entry(nudge.topic).or_insert(0);
            *version = nudge.version.max(*version);
            mailbox.news.notify_one();
        }
        true
    }

    /// Tells everybody to look.
    pub fn nudge_all(&self, nudge: Nudge) {
        self.pass_on(None, nudge);
        self.tell_all(nudge);
    }

    fn tell_all(&self, nudge: Nudge) {
        lock(&self.0.who).all.insert(nudge.topic, (nudge.version, Instant::now()));
        for endpoint in self.connected() {
            self.tell(endpoint, nudge);
        }
    }

    /// Whether the endpoint is connected.
    #[must_use]
    pub fn is_connected(&self, endpoint: Id<Endpoint>) -> bool {
        lock(&self.0.who).listeners.contains_key(&endpoint)
    }

    /// Everybody who is connected.
    #[must_use]
    pub fn connected(&self) -> Vec<Id<Endpoint>> {
        lock(&self.0.who).listeners.keys().copied().collect()
    }
}

impl Listener {
    /// The nudges that wait, as soon as there is one.
    pub async fn next(&self) -> Vec<Nudge> {
        loop {
            let news = self.mailbox.news.notified();
            let waiting = std::mem::take(&mut *lock(&self.mailbox.waiting));
            if !waiting.is_empty() {
                return waiting.into_iter().map(|(topic, version)| Nudge { topic, version }).collect();
            }
            news.await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut who = lock(&self.hub.0.who);
        let Some(mailboxes) = who.listeners.get_mut(&self.endpoint) else { return };
        mailboxes.retain(|mailbox| mailbox.number != self.mailbox.number);
        // Another connection of the same endpoint was told whatever this one was.
        if mailboxes.is_empty() {
            who.listeners.remove(&self.endpoint);
            who.left.insert(self.endpoint, Instant::now());
            // What this connection did not take along is told to the next one.
            let waiting = std::mem::take(&mut *lock(&self.mailbox.waiting));
            if !waiting.is_empty() {
                who.missed.entry(self.endpoint).or_default().extend(waiting);
            }
        }
    }
}

/// Nothing is done under these locks that can panic, so a poisoned one still holds whole data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_nudges_of_one_topic_become_one() {
        let (hub, endpoint) = (Hub::default(), Id::new());
        let listener = hub.connect(endpoint);
        for version in [3, 9, 5] {
            assert!(hub.nudge(endpoint, Nudge { topic: Topic::Commands, version }));
        }
        assert_eq!(listener.next().await, [Nudge { topic: Topic::Commands, version: 9 }]);
    }

    #[tokio::test]
    async fn what_was_told_between_two_connections_is_told_at_the_next() {
        let (hub, endpoint) = (Hub::default(), Id::new());
        let first = hub.connect(endpoint);
        assert!(hub.nudge(endpoint, Nudge { topic: Topic::Hello, version: 1 }));
        drop(first);
        assert!(!hub.nudge(endpoint, Nudge { topic: Topic::Commands, version: 7 }));
        hub.nudge_all(Nudge { topic: Topic::Manifest, version: 3 });
        let told = hub.connect(endpoint).next().await;
        for (topic, version) in [(Topic::Hello, 1), (Topic::Commands, 7), (Topic::Manifest, 3)] {
            assert!(told.contains(&Nudge { topic, version }), "{told:?}");
        }
    }

    #[tokio::test]
    async fn a_long_poll_is_told_once_what_everybody_was_told() {
        let (hub, endpoint) = (Hub::default(), Id::new());
        hub.nudge_all(Nudge { topic: Topic::Manifest, version: 3 });
        assert_eq!(hub.connect(endpoint).next().await, [Nudge { topic: Topic::Manifest, version: 3 }]);
        let again = hub.connect(endpoint);
        assert!(lock(&again.mailbox.waiting).is_empty(), "else it would poll without a pause");
    }

    #[tokio::test]
    async fn an_old_connection_that_ends_does_not_end_the_new_one() {
        let (hub, endpoint) = (Hub::default(), Id::new());
        let old = hub.connect(endpoint);
        let new = hub.connect(endpoint);
        drop(old);
        assert!(hub.is_connected(endpoint));
        drop(new);
        assert!(!hub.is_connected(endpoint));
        assert!(!hub.nudge(endpoint, Nudge { topic: Topic::Hello, version: 1 }));
    }
}
