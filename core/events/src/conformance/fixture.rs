//! Endpoints that send, and questions about what was stored.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;
use yagura_vocabulary::{Event, Id, Lane, StoredEvent, Time, id::Endpoint};

use crate::{Batch, EventStore, FeedCursor, FeedItem, Order, Outcome, Query, Row};

pub(super) type Store = Arc<dyn EventStore>;

/// 2026-11-23T00:00:00Z, when all of this happens.
pub(super) fn start() -> Time {
    Time::from_seconds(1_795_392_000)
}

pub(super) fn at(seconds: u64) -> Time {
    start() + Duration::from_secs(seconds)
}

pub(super) fn endpoint(number: u128) -> Id<Endpoint> {
    Id::from_uuid(Uuid::from_u128(0xE0 << 64 | number))
}

pub(super) fn event(subject: &str) -> Event {
    let mut event = Event::new(start(), "operation_log", "file.open");
    event.subject = Some(subject.to_owned());
    event
}

/// One stream of one endpoint, which numbers what it sends.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    pub(super) endpoint: Id<Endpoint>,
    pub(super) epoch: Uuid,
    pub(super) lane: Lane,
    pub(super) next: u64,
}

impl Sender {
    pub(super) fn new(number: u128) -> Self {
        Self { endpoint: endpoint(number), epoch: Uuid::from_u128(7), lane: Lane::Operation, next: 1 }
    }

    /// Seals the next batch.
    pub(super) fn batch(&mut self, received_at: Time, events: Vec<Event>) -> Batch {
        let first = self.next;
        let rows: Vec<_> =
            events.into_iter().zip(first..).map(|(event, seq)| Row { seq, person: None, event }).collect();
        let last = first + rows.len() as u64 - 1;
        self.next = last + 1;
        let sha256 = hash(first, last);
        let Self { endpoint, epoch, lane, .. } = *self;
        Batch { endpoint, epoch, lane, first, last, sha256, received_at, rows }
    }

    /// A batch of `n` plain events.
    pub(super) fn plain(&mut self, n: usize) -> Batch {
        let time = at(self.next);
        self.batch(time, (0..n).map(|n| event(&format!("row {n}"))).collect())
    }
}

pub(super) fn hash(first: u64, last: u64) -> [u8; 32] {
    let text = format!("{first}..={last}");
    ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref().try_into().unwrap()
}

/// Stores a batch that must be new.
pub(super) async fn store(to: &Store, batch: Batch) {
    let rows = batch.rows.len();
    assert_eq!(to.append(vec![batch]).await.unwrap(), [Outcome::Stored { rows }]);
}

/// All pages of a query, `limit` events each.
pub(super) async fn walk(store: &Store, query: &Query) -> Vec<StoredEvent> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let page = store.search(&query).await.unwrap();
        assert!(page.items.len() <= query.limit, "a page has no more events than asked for");
        assert_eq!(page.unreadable, Vec::<String>::new());
        found.extend(page.items);
        let Some(next) = page.next else { return found };
        query.cursor = Some(next.to_string().parse().unwrap());
    }
}

/// The whole feed after a position.
pub(super) async fn follow(store: &Store, mut after: FeedCursor, limit: usize) -> Vec<FeedItem> {
    let mut found = Vec::new();
    loop {
        let page = store.feed(after, limit).await.unwrap();
        assert!(page.items.len() <= limit);
        found.extend(page.items);
        after = page.next;
        if after == page.head {
            return found;
        }
    }
}

/// The time by which an order sorts.
pub(super) fn time(order: Order, event: &StoredEvent) -> Time {
    order.of(event.event.occurred_at, event.received_at)
}

/// Numbers that are the same for the same seed (`SplitMix64`, Steele, Lea and Flood 2014).
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// True once in `n` times.
    pub(super) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}
