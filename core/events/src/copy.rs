//! Moving all events from one store to another one: ids, positions, times and marks stay as they are.
//!
//! Neither store may be in use. What is copied is noted in the target with the events, so a copy that was stopped goes on
//! where it was.

use async_trait::async_trait;
use yagura_vocabulary::{Id, Time, id::Endpoint};

use crate::{EventStore, FeedCursor, FeedItem, MAX_LIMIT, Mark, Order, Query, StoreError};

/// Events that are read at once, and handed to the target at once.
const AT_ONCE: usize = 5 * MAX_LIMIT;
/// So many of the last copied events are compared before a copy goes on.
const COMPARED: u64 = 1_000;
const DAY: i64 = 86_400_000_000;

/// A store that can take over the events of another one.
#[async_trait]
pub trait Import: EventStore {
    /// Up to which position a copy has come; `None` if the store has events or marks of its own.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn copied(&self) -> Result<Option<FeedCursor>, StoreError>;

    /// Takes over events as they are, in the order of positions, all after what was taken over before, and notes that
    /// everything up to `upto` is there. Doing it twice does no harm.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn take_over(&self, items: Vec<FeedItem>, upto: FeedCursor) -> Result<(), StoreError>;

    /// Takes over the marks, and with that ends the copy.
    ///
    /// # Errors
    /// The store cannot be written.
    async fn take_over_marks(&self, marks: Vec<(Id<Endpoint>, Mark)>, head: FeedCursor) -> Result<(), StoreError>;
}

/// A copy cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the stores failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target is not empty.
    #[error("the target has events of its own, or of another store: copy into an empty one")]
    Occupied,
    /// Something cannot be read, so the copy would not be whole.
    #[error("the source has files that cannot be read: {}", .0.join("; "))]
    Unreadable(Vec<String>),
    /// The stores differ after the copy.
    #[error("on {day} (by the time of reception, UTC) the source has {from} events and the target {to}")]
    Differs {
        /// The day.
        day: String,
        /// Events in the source.
        from: u64,
        /// Events in the target.
        to: u64,
    },
    /// It was stopped; the same call goes on with it.
    #[error("stopped; the same command goes on where it was")]
    Stopped,
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Everything up to here is in the target,
    pub upto: FeedCursor,
    /// and this is the end of the source.
    pub head: FeedCursor,
    /// Events that were copied now.
    pub rows: u64,
}

/// Copies everything that is not in the target yet. `tell` hears how far it is, and says whether to go on.
///
/// # Errors
/// A store fails, the target has other events, or `tell` says no.
pub async fn copy(
    from: &dyn EventStore,
    to: &dyn Import,
    endpoints: &[Id<Endpoint>],
    tell: &mut (dyn FnMut(Copied) -> bool + Send),
) -> Result<Copied, CopyError> {
    let Some(begin) = to.copied().await? else { return Err(CopyError::Occupied) };
    same_so_far(from, to, begin).await?;
    let head = from.feed(begin, 1).await?.head;
    let mut copied = Copied { upto: begin, head, rows: 0 };
    while copied.upto < head {
        let mut items = Vec::new();
        let mut next = copied.upto;
        while items.len() < AT_ONCE && next < head {
            let page = from.feed(next, MAX_LIMIT).await?;
            if !page.unreadable.is_empty() {
                return Err(CopyError::Unreadable(page.unreadable));
            }
            items.extend(page.items);
            next = page.next;
        }
        copied.rows += items.len() as u64;
        to.take_over(items, next).await?;
        copied.upto = next;
        if !tell(copied) {
            return Err(CopyError::Stopped);
        }
    }
    let mut marks = Vec::new();
    for endpoint in endpoints {
        marks.extend(from.marks(*endpoint).await?.into_iter().map(|mark| (*endpoint, mark)));
    }
    to.take_over_marks(marks, head).await?;
    Ok(copied)
}

/// Whether what the target has is what the source has: at its beginning and at its end.
async fn same_so_far(from: &dyn EventStore, to: &dyn Import, upto: FeedCursor) -> Result<(), CopyError> {
    for after in [0, upto.0.saturating_sub(COMPARED)].map(FeedCursor) {
        let limit = usize::try_from(COMPARED).unwrap_or(MAX_LIMIT);
        let there = to.feed(after, limit).await?.items;
        let mut here = match from.feed(after, limit).await {
            Err(StoreError::FeedAhead { .. }) => return Err(CopyError::Occupied),
            page => page?.items,
        };
        here.retain(|item| item.position <= upto.0);
        if here != there {
            return Err(CopyError::Occupied);
        }
    }
    Ok(())
}

/// Compares how many events the stores have, day by day. Returns how many that are.
///
/// # Errors
/// They differ, or cannot be read.
pub async fn compare(from: &dyn EventStore, to: &dyn EventStore) -> Result<u64, CopyError> {
    let mut total = 0;
    let mut until = None;
    let on = |since: Option<Time>, until: Option<Time>| Query { order: Order::Received, since, until, ..Query::new() };
    loop {
        let newest = Query { limit: 1, ..on(None, until) };
        let (here, there) = (from.search(&newest).await?, to.search(&newest).await?);
        let newest = [here.items, there.items].into_iter().flatten().map(|event| event.received_at).max();
        let Some(newest) = newest else { return Ok(total) };
        let since = Time::from_micros(newest.micros().div_euclid(DAY) * DAY);
        let day = on(Some(since), until.or(Some(Time::from_micros(since.micros() + DAY))));
        let (here, there) = (from.count(&day, u64::MAX >> 1).await?.value, to.count(&day, u64::MAX >> 1).await?.value);
        if here != there {
            return Err(CopyError::Differs {
                day: since.to_string().chars().take(10).collect(),
                from: here,
                to: there,
            });
        }
        total += here;
        until = Some(since);
    }
}
