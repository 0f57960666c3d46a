//! A store in a directory of its own, and endpoints that send to it.

use std::{collections::HashSet, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use tempfile::TempDir;
use uuid::Uuid;
use yagura_events::{
    Batch, Embedded, EventStore, FeedCursor, FeedItem, Options, Outcome, Query, Row, conformance::Subject,
    embedded::FailPoints,
};
use yagura_vocabulary::{Event, Id, Lane, StoredEvent, Time};

/// How the store of a rig is stopped before it is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// As an operator stops it.
    Close,
    /// As `SIGKILL` stops it.
    Kill,
}

/// Where the settled events of a rig lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settle {
    /// In memory and in the log.
    Memory,
    /// In segments, as they came.
    Segments,
    /// In day files.
    DayFiles,
}

type Change = Arc<dyn Fn(&mut Options) + Send + Sync>;

/// A store, its directory, and how it is to be treated.
pub(crate) struct Rig {
    pub(crate) dir: TempDir,
    pub(crate) store: Arc<Embedded>,
    pub(crate) points: FailPoints,
    pub(crate) stop: Stop,
    settle: Settle,
    change: Change,
}

impl Rig {
    pub(crate) async fn new(stop: Stop, settle: Settle, change: impl Fn(&mut Options) + Send + Sync + 'static) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let change: Change = Arc::new(change);
        let (store, points) = open(dir.path(), &change).await;
        Self { dir, store, points, stop, settle, change }
    }

    /// A store with the usual options, which is killed to stop it.
    pub(crate) async fn plain() -> Self {
        Self::new(Stop::Kill, Settle::Segments, |_| {}).await
    }

    /// Stops the store for as long as `meanwhile` takes.
    pub(crate) async fn restart_after(&mut self, meanwhile: impl FnOnce(&Path)) {
        if self.stop == Stop::Kill {
            self.points.stop();
        }
        let closed = self.store.close().await;
        assert!(closed.is_ok() || self.stop == Stop::Kill, "{closed:?}");
        meanwhile(self.dir.path());
        (self.store, self.points) = open(self.dir.path(), &self.change).await;
    }

    pub(crate) async fn all(&self) -> Vec<StoredEvent> {
        everything(&*self.store).await
    }

    pub(crate) async fn feed(&self) -> Vec<FeedItem> {
        self.store.feed(FeedCursor::START, 10_000).await.unwrap().items
    }
}

async fn open(dir: &Path, change: &Change) -> (Arc<Embedded>, FailPoints) {
    let mut options = options(dir);
    change(&mut options);
    options.fail_points = FailPoints::default();
    let points = options.fail_points.clone();
    (Arc::new(Embedded::open(options).await.unwrap()), points)
}

/// Options for tests: no disk is too full, nobody waits.
pub(crate) fn options(dir: &Path) -> Options {
    let mut options = Options::new(dir);
    options.reserve_bytes = 0;
    options.linger = Duration::from_millis(1);
    options
}

/// Every event of a store, which must hold each one once.
pub(crate) async fn everything(store: &dyn EventStore) -> Vec<StoredEvent> {
    let page = store.search(&Query { limit: 10_000, ..Query::new() }).await.unwrap();
    let places: HashSet<_> =
        page.items.iter().map(|event| (event.endpoint, event.epoch, event.lane, event.seq)).collect();
    let ids: HashSet<_> = page.items.iter().map(|event| event.id).collect();
    assert_eq!((places.len(), ids.len()), (page.items.len(), page.items.len()), "each event is stored once");
    page.items
}

/// One stream of one endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) number: u128,
    pub(crate) next: u64,
}

impl Sender {
    pub(crate) const fn new(number: u128) -> Self {
        Self { number, next: 1 }
    }

    /// Seals the next `rows` events.
    pub(crate) fn batch(&mut self, rows: u64) -> Batch {
        let (first, last) = (self.next, self.next + rows - 1);
        self.next = last + 1;
        batch(self.number, first, last)
    }
}

/// The batch that endpoint `number` seals for these sequence numbers, always the same.
pub(crate) fn batch(number: u128, first: u64, last: u64) -> Batch {
    let time = Time::from_seconds(1_795_392_000) + Duration::from_secs(first);
    let row = |seq| {
        let mut event = Event::new(time, "operation_log", "file.open");
        event.subject = Some(format!("/home/user{number}/file {seq}"));
        event.process_guid = Some(Uuid::from_u128(u128::from(seq)));
        Row { seq, person: None, event }
    };
    let mut sha256 = [0; 32];
    sha256[..8].copy_from_slice(&first.to_le_bytes());
    sha256[8..16].copy_from_slice(&last.to_le_bytes());
    let endpoint = Id::from_uuid(Uuid::from_u128(number));
    let (epoch, lane) = (Uuid::from_u128(1), Lane::Operation);
    Batch { endpoint, epoch, lane, first, last, sha256, received_at: time, rows: (first..=last).map(row).collect() }
}

pub(crate) async fn store(to: &Embedded, batch: Batch) {
    let rows = batch.rows.len();
    assert_eq!(to.append(vec![batch]).await.unwrap(), [Outcome::Stored { rows }]);
}

#[async_trait]
impl Subject for Rig {
    fn store(&self) -> Arc<dyn EventStore> {
        self.store.clone()
    }

    async fn restart(&mut self) {
        self.restart_after(|_| {}).await;
    }

    async fn settle(&mut self) {
        match self.settle {
            Settle::Memory => {}
            Settle::Segments => self.store.flush().await.unwrap(),
            Settle::DayFiles => self.store.compact().await.unwrap(),
        }
    }
}
