//! Events that are durable in the log but not yet in a segment.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;
use yagura_vocabulary::{Id, Lane, Time, id::Endpoint};

use crate::{FeedItem, Mark};

/// A stream: the unit of numbering and deduplication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stream {
    pub(crate) endpoint: Id<Endpoint>,
    pub(crate) epoch: Uuid,
    pub(crate) lane: Lane,
}

/// The events of one group commit; never changes, so that readers share it.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// By position.
    pub(crate) items: Vec<FeedItem>,
    pub(crate) extent: Extent,
}

impl Chunk {
    /// `None` if there are no items.
    pub(crate) fn new(items: Vec<FeedItem>) -> Option<Self> {
        let extent = Extent::of(items.iter())?;
        Some(Self { items, extent })
    }
}

/// The smallest and the largest position and times of some events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) position: (u64, u64),
    pub(crate) occurred: (Time, Time),
    pub(crate) received: (Time, Time),
}

impl Extent {
    pub(crate) fn of<'a>(items: impl Iterator<Item = &'a FeedItem>) -> Option<Self> {
        items.map(Self::one).reduce(Self::with)
    }

    fn one(item: &FeedItem) -> Self {
        let (occurred, received) = (item.event.event.occurred_at, item.event.received_at);
        Self {
            position: (item.position, item.position),
            occurred: (occurred, occurred),
            received: (received, received),
        }
    }

    /// The extent of both.
    pub(crate) fn with(self, other: Self) -> Self {
        fn both<T: Ord>(a: (T, T), b: (T, T)) -> (T, T) {
            (a.0.min(b.0), a.1.max(b.1))
        }
        Self {
            position: both(self.position, other.position),
            occurred: both(self.occurred, other.occurred),
            received: both(self.received, other.received),
        }
    }
}

/// What came in since the last segment, with the marks it moved.
#[derive(Debug, Default)]
pub(crate) struct Memtable {
    pub(crate) chunks: Vec<Arc<Chunk>>,
    pub(crate) marks: HashMap<Stream, Mark>,
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
    /// The last position in it.
    pub(crate) last: u64,
}

impl Memtable {
    pub(crate) fn add(&mut self, chunk: Chunk, bytes: usize, marks: impl IntoIterator<Item = (Stream, Mark)>) {
        self.rows += chunk.items.len();
        self.bytes += bytes;
        self.last = self.last.max(chunk.extent.position.1);
        self.marks.extend(marks);
        self.chunks.push(Arc::new(chunk));
    }
}
