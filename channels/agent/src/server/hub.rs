//! Who is connected, and how they are nudged.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;
use yagura_vocabulary::{Id, id::Endpoint};

use crate::wire::nudge::{Nudge, Topic};

/// All connected agents. Cloning is cheap.
#[derive(Clone, Default)]
pub struct Hub(Arc<Inner>);

#[derive(Default)]
struct Inner {
    listeners: Mutex<HashMap<Id<Endpoint>, Vec<Arc<Mailbox>>>>,
    next: AtomicU64,
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
        let mailbox = Arc::new(Mailbox { number, waiting: Mutex::default(), news: Notify::new() });
        lock(&self.0.listeners).entry(endpoint).or_default().push(Arc::clone(&mailbox));
        Listener { hub: self.clone(), endpoint, mailbox }
    }

    /// Tells `endpoint` to look. False when it is not connected: it will look when it says hello.
    pub fn nudge(&self, endpoint: Id<Endpoint>, nudge: Nudge) -> bool {
        let listeners = lock(&self.0.listeners);
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
        for endpoint in self.connected() {
            self.nudge(endpoint, nudge);
        }
    }

    /// Whether the endpoint is connected.
    #[must_use]
    pub fn is_connected(&self, endpoint: Id<Endpoint>) -> bool {
        lock(&self.0.listeners).contains_key(&endpoint)
    }

    /// Everybody who is connected.
    #[must_use]
    pub fn connected(&self) -> Vec<Id<Endpoint>> {
        lock(&self.0.listeners).keys().copied().collect()
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
        let mut listeners = lock(&self.hub.0.listeners);
        if let Some(mailboxes) = listeners.get_mut(&self.endpoint) {
            mailboxes.retain(|mailbox| mailbox.number != self.mailbox.number);
            if mailboxes.is_empty() {
                listeners.remove(&self.endpoint);
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
