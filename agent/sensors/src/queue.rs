//! A queue bounded both by items and by bytes, so that neither a storm of small records nor a few huge ones fill memory.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::mpsc;

/// The end that gives.
#[derive(Debug)]
pub(crate) struct Giver<T> {
    items: mpsc::Sender<(T, usize)>,
    bytes: Arc<AtomicUsize>,
    limit: usize,
}

/// The end that takes.
#[derive(Debug)]
pub(crate) struct Taker<T> {
    items: mpsc::Receiver<(T, usize)>,
    bytes: Arc<AtomicUsize>,
}

/// Why an item was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No room now.
    Full,
    /// Nobody takes any more.
    Closed,
}

/// A queue for so many items and bytes. One item may exceed the bytes, if it is alone.
pub(crate) fn queue<T>(items: usize, bytes: usize) -> (Giver<T>, Taker<T>) {
    let (sender, receiver) = mpsc::channel(items);
    let used = Arc::new(AtomicUsize::new(0));
    (Giver { items: sender, bytes: Arc::clone(&used), limit: bytes }, Taker { items: receiver, bytes: used })
}

impl<T> Giver<T> {
    /// Gives the item if there is room; never waits.
    pub(crate) fn offer(&self, item: T, weight: usize) -> Result<(), Refusal> {
        let before = self.bytes.fetch_add(weight, Ordering::Relaxed);
        let answer = if before > 0 && before.saturating_add(weight) > self.limit {
            Err(Refusal::Full)
        } else {
            self.items.try_send((item, weight)).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Refusal::Full,
                mpsc::error::TrySendError::Closed(_) => Refusal::Closed,
            })
        };
        if answer.is_err() {
            self.bytes.fetch_sub(weight, Ordering::Relaxed);
        }
        answer
    }

    /// Gives the item, waiting for a free place; for threads that may wait.
    pub(crate) fn give(&self, item: T, weight: usize) -> Result<(), Refusal> {
        self.bytes.fetch_add(weight, Ordering::Relaxed);
        self.items.blocking_send((item, weight)).map_err(|_| Refusal::Closed)
    }
}

impl<T> Taker<T> {
    fn account(&self, taken: Option<(T, usize)>) -> Option<T> {
        let (item, weight) = taken?;
        self.bytes.fetch_sub(weight, Ordering::Relaxed);
        Some(item)
    }

    /// The next item; `None` when no giver is left.
    pub(crate) async fn take(&mut self) -> Option<T> {
        let taken = self.items.recv().await;
        self.account(taken)
    }

    /// The next item, waiting in a thread.
    pub(crate) fn take_blocking(&mut self) -> Option<T> {
        let taken = self.items.blocking_recv();
        self.account(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_full_by_items_or_by_bytes() {
        let (giver, mut taker) = queue(2, 100);
        assert_eq!(giver.offer('a', 60), Ok(()));
        assert_eq!(giver.offer('b', 60), Err(Refusal::Full), "120 bytes");
        assert_eq!(giver.offer('c', 40), Ok(()));
        assert_eq!(giver.offer('d', 0), Err(Refusal::Full), "3 items");
        assert_eq!(taker.take_blocking(), Some('a'));
        assert_eq!(giver.offer('e', 60), Ok(()));
    }

    #[test]
    fn one_item_larger_than_the_limit_passes_alone() {
        let (giver, mut taker) = queue(2, 100);
        assert_eq!(giver.offer('a', 1000), Ok(()));
        assert_eq!(giver.offer('b', 1), Err(Refusal::Full));
        assert_eq!(taker.take_blocking(), Some('a'));
        assert_eq!(giver.offer('b', 1), Ok(()));
    }
}
