//! The contract between the server and whatever keeps its events.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use uuid::Uuid;
use yagura_vocabulary::{
    Event, Id, Lane, StoredEvent, Time,
    id::{Endpoint, EventKind, Person},
};

use crate::{
    AppendError, Budget, Count, FacetField, Facets, Forecast, Guard, Histogram, Page, Query, Removal, Removed,
    StoreError, Work,
    embedded::{Head, Seal, SignedManifest},
};

/// A sealed batch of one stream, as an endpoint sent it.
///
/// A stream is (endpoint, epoch, lane). Its sequence numbers run from 1 without holes, and a batch covers `first..=last`
/// of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Who sent it.
    pub endpoint: Id<Endpoint>,
    /// The endpoint's numbering.
    pub epoch: Uuid,
    /// The lane in that numbering.
    pub lane: Lane,
    /// The first sequence number it covers, at least 1.
    pub first: u64,
    /// The last sequence number it covers, at most `i64::MAX`.
    pub last: u64,
    /// SHA-256 of the batch as it was sealed; the same range sent again must carry the same hash.
    pub sha256: [u8; 32],
    /// When the server took it.
    pub received_at: Time,
    /// What it carries: at least one row, sequence numbers rising within `first..=last`.
    pub rows: Vec<Row>,
}

/// One event of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place in the stream. Normally there is one row per number; a gap batch has one row of kind `agent.gap`.
    pub seq: u64,
    /// The person whom the account belonged to, if known.
    pub person: Option<Id<Person>>,
    /// What happened.
    pub event: Event,
}

/// What became of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was new and is now durable.
    Stored {
        /// How many events it added.
        rows: usize,
    },
    /// All of it had been stored before: acknowledge it again.
    AlreadyStored,
    /// Something between the last stored number and this batch is missing. Append what is missing, or a gap batch.
    Ahead {
        /// The number that would be stored next.
        expected: u64,
    },
    /// It contradicts what is stored: it begins before the mark and ends after it, or it is the last batch with another
    /// hash. Two machines may share one identity.
    Conflict {
        /// The last stored number.
        acked: u64,
    },
}

/// How far one stream of an endpoint has been stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The endpoint's numbering.
    pub epoch: Uuid,
    /// The lane in that numbering.
    pub lane: Lane,
    /// The last stored sequence number.
    pub last_seq: u64,
    /// The hash of the batch that ended there.
    pub last_sha256: [u8; 32],
}

/// A place in the feed: everything up to and including this position has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FeedCursor(pub u64);

impl FeedCursor {
    /// Before the first event.
    pub const START: Self = Self(0);
}

/// One event of the feed with the position it was given when it was appended. Positions rise, with holes.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedItem {
    /// Its place in the order of commits.
    pub position: u64,
    /// The event.
    pub event: StoredEvent,
}

/// A stretch of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedPage {
    /// Events in the order of their commit.
    pub items: Vec<FeedItem>,
    /// Where to go on. Save it together with what was made of `items`.
    pub next: FeedCursor,
    /// The last committed position when this page was made; `next == head` means that all was seen.
    pub head: FeedCursor,
    /// Files that could not be read and whose events are therefore missing here.
    pub unreadable: Vec<String>,
}

/// How the store is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Whether an append would be taken now.
    pub accepting: bool,
    /// Events in all.
    pub rows: u64,
    /// Bytes of the segment files.
    pub bytes: u64,
    /// How many segment files there are.
    pub segments: u64,
    /// Events that are in the write-ahead log and in memory but not yet in a segment.
    pub memtable_rows: u64,
    /// About how much memory these take.
    pub memtable_bytes: u64,
    /// Bytes of the write-ahead log.
    pub wal_bytes: u64,
    /// Streams that have a mark.
    pub streams: u64,
    /// The last committed position.
    pub head: FeedCursor,
    /// Free bytes of the file system; `None` if it would not say.
    pub free_disk_bytes: Option<u64>,
    /// The last thing that went wrong and has not been made good since.
    pub last_error: Option<String>,
    /// What is being done in the background that takes long.
    pub work: Option<Work>,
    /// Losses that only a person can judge: unreadable files, log files set aside as damaged.
    pub damage: Vec<String>,
}

/// Keeps events: never loses one that it acknowledged, never holds one twice.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// Stores what is new of `batches` and says for each what became of it. When this returns, all that it calls stored
    /// is durable.
    ///
    /// Batches of one stream in one call are taken in their order.
    ///
    /// # Errors
    /// Nothing of the call was stored, or nothing that it can be told of: send it again later. A repetition stores
    /// nothing twice.
    async fn append(&self, batches: Vec<Batch>) -> Result<Vec<Outcome>, AppendError>;

    /// How far each stream of an endpoint has been stored, by epoch and lane.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn marks(&self, endpoint: Id<Endpoint>) -> Result<Vec<Mark>, StoreError>;

    /// A page of what matches, newest first. All pages of one walk see the store as it was at the first page. With a budget
    /// in the query, a page may end early; it then says how far it got, and its cursor goes on from there.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn search(&self, query: &Query) -> Result<Page, StoreError>;

    /// The event with this id.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn get(&self, id: Id<EventKind>) -> Result<Option<StoredEvent>, StoreError>;

    /// How many events match, counted up to `limit`. The query's cursor and limit play no part.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn count(&self, query: &Query, limit: u64) -> Result<Count, StoreError>;

    /// How many events match in each stretch of time between two neighbours of `bounds`, which rise, by the time that the
    /// query's order names. The query's cursor, limit and budget play no part. What the budget does not reach is the oldest.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn histogram(&self, query: &Query, bounds: &[Time], budget: Budget) -> Result<Histogram, StoreError>;

    /// The `top` most frequent values of each of `fields` among the events that match. The query's cursor, limit and budget
    /// play no part. What the budget does not reach is the oldest.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn facets(
        &self,
        query: &Query,
        fields: &[FacetField],
        top: usize,
        budget: Budget,
    ) -> Result<Facets, StoreError>;

    /// Up to `limit` events after a position, in the order of their commit.
    ///
    /// # Errors
    /// The store cannot be read, or the cursor is from its future.
    async fn feed(&self, after: FeedCursor, limit: usize) -> Result<FeedPage, StoreError>;

    /// What [`EventStore::remove`] would take away now.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn preview_removal(&self, removal: &Removal) -> Result<Removed, StoreError>;

    /// Takes events away for good. Health tells how far it is. It ends early when this future is dropped: what was taken
    /// away by then stays so, is written down with who wanted it, and the same removal goes on with the rest. `guard` is asked
    /// before each step.
    ///
    /// # Errors
    /// The store cannot be read or written, or the guard does not let it go on.
    async fn remove(&self, removal: &Removal, guard: Arc<dyn Guard>) -> Result<Removed, StoreError>;

    /// How fast the store grows, and for how long its room will do.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn forecast(&self) -> Result<Forecast, StoreError>;

    /// A watch on the last committed position: wait on it for news, then read the feed.
    fn news(&self) -> watch::Receiver<FeedCursor>;

    /// How the store is.
    async fn health(&self) -> Health;

    /// The journal of everything that became of the store's files; `None` for a store that keeps none.
    fn evidence(&self) -> Option<&dyn Evidence> {
        None
    }
}

/// A journal that shows afterwards what became of every file.
#[async_trait]
pub trait Evidence: Send + Sync {
    /// Its end.
    ///
    /// # Errors
    /// The journal cannot be read.
    async fn head(&self) -> Result<Head, StoreError>;

    /// Up to `limit` manifests after a number, the oldest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    async fn after(&self, number: u64, limit: u32) -> Result<Vec<SignedManifest>, StoreError>;

    /// What signs it, if anything does.
    fn seal(&self) -> Option<&dyn Seal>;
}
