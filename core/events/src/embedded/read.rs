//! Answering: searches, look-ups, counts, the feed, and how the store is.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{sync::Semaphore, task::spawn_blocking};
use yagura_vocabulary::{Id, StoredEvent, Time, id::EventKind};

use super::{
    files::free_bytes,
    plan::{Plan, Ranking},
    scan::Scan,
    shared::Shared,
};
use crate::{
    Count, Cursor, FeedCursor, FeedItem, FeedPage, Health, MAX_LIMIT, Order, Page, Query, StoreError, matcher::Matcher,
};

/// Sets a flag when the one who waits goes away, so that a long scan does not go on for nobody.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` where it may take long, with at most as many others as `permits` allow.
async fn run<T: Send + 'static>(
    shared: &Arc<Shared>,
    permits: &Arc<Semaphore>,
    work: impl FnOnce(&Shared, &AtomicBool) -> T + Send + 'static,
) -> Result<T, StoreError> {
    let permit = permits.clone().acquire_owned().await.map_err(|_| StoreError::Stopped)?;
    let stop = Arc::new(AtomicBool::new(false));
    let _guard = StopOnDrop(stop.clone());
    let shared = shared.clone();
    let work = move || {
        let _permit = permit;
        work(&shared, &stop)
    };
    spawn_blocking(work).await.map_err(|_| StoreError::Stopped)
}

pub(super) async fn search(shared: &Arc<Shared>, query: &Query) -> Result<Page, StoreError> {
    if let Some(cursor) = &query.cursor {
        cursor.check(query.order)?;
    }
    let query = query.clone();
    let permits = shared.searches.clone();
    run(shared, &permits, move |shared, stop| {
        let view = shared.view();
        let head = query.cursor.map_or(view.head, |cursor| cursor.head);
        let plan = plan(&query, head);
        let mut scan = Scan::new(shared, &view, &plan, stop);
        let limit = query.limit.clamp(1, MAX_LIMIT);
        // One more than the page holds tells whether there is another page.
        let mut hits = scan.top(limit + 1);
        let more = hits.len() > limit;
        hits.truncate(limit);
        let last = hits.last().filter(|_| more).map(|(_, item)| &item.event);
        let next = last.map(|event| Cursor {
            order: query.order,
            time: query.order.of(event.event.occurred_at, event.received_at),
            id: event.id.uuid(),
            head,
        });
        Page { next, items: events(hits), unreadable: scan.unreadable }
    })
    .await
}

pub(super) async fn count(shared: &Arc<Shared>, query: &Query, limit: u64) -> Result<Count, StoreError> {
    let query = Query { cursor: None, ..query.clone() };
    let permits = shared.searches.clone();
    run(shared, &permits, move |shared, stop| {
        let view = shared.view();
        let plan = plan(&query, view.head);
        let mut scan = Scan::new(shared, &view, &plan, stop);
        let found = scan.count(limit);
        Count { value: found.min(limit), exact: found <= limit && scan.unreadable.is_empty() }
    })
    .await
}

pub(super) async fn get(shared: &Arc<Shared>, id: Id<EventKind>) -> Result<Option<StoredEvent>, StoreError> {
    let permits = shared.look_ups.clone();
    run(shared, &permits, move |shared, stop| {
        let view = shared.view();
        let mut plan = Plan::all(Ranking::Received, Matcher::id(id.uuid()), view.head);
        // An id begins with the millisecond of `received_at`; 0 also stands for everything before 1970.
        let millis = i64::try_from(id.uuid().as_u128() >> 80).unwrap_or(0);
        plan.since = if millis == 0 { i64::MIN } else { millis * 1000 };
        plan.until = (millis + 1) * 1000;
        let found = Scan::new(shared, &view, &plan, stop).top(1);
        events(found).pop()
    })
    .await
}

pub(super) async fn feed(shared: &Arc<Shared>, after: FeedCursor, limit: usize) -> Result<FeedPage, StoreError> {
    let head = *shared.head.borrow();
    if after > head {
        return Err(StoreError::FeedAhead { after: after.0, head: head.0 });
    }
    if after == head {
        return Ok(FeedPage { items: Vec::new(), next: after, head, unreadable: Vec::new() });
    }
    let limit = limit.clamp(1, MAX_LIMIT);
    let permits = shared.look_ups.clone();
    run(shared, &permits, move |shared, stop| {
        let view = shared.view();
        let mut plan = Plan::all(Ranking::Position, Matcher::default(), view.head);
        plan.after = after.0;
        let mut scan = Scan::new(shared, &view, &plan, stop);
        let items: Vec<FeedItem> = scan.top(limit).into_iter().map(|(_, item)| item).collect();
        let full = items.len() == limit;
        let next = items.last().filter(|_| full).map_or(view.head, |item| item.position);
        FeedPage { items, next: FeedCursor(next), head: FeedCursor(view.head), unreadable: scan.unreadable }
    })
    .await
}

pub(super) fn health(shared: &Shared) -> Health {
    let (memtable_rows, memtable_bytes, segments) = {
        let state = shared.state();
        (state.memory_rows() as u64, state.memory_bytes() as u64, state.segments.clone())
    };
    let free_disk_bytes = free_bytes(&shared.options.dir);
    let streams = shared.marks().values().map(|marks| marks.len() as u64).sum();
    shared.status(|status| {
        let errors = [&status.append_error, &status.flush_error, &status.merge_error];
        let unreadable = status.unreadable.values().cloned();
        Health {
            accepting: !status.closed
                && !shared.flushes.borrow().ended
                && status.append_error.is_none()
                && free_disk_bytes.is_none_or(|free| free >= shared.options.reserve_bytes)
                && memtable_rows < shared.options.max_memory_rows as u64
                && memtable_bytes < shared.options.max_memory_bytes as u64,
            rows: memtable_rows + segments.iter().map(|segment| segment.entry.rows).sum::<u64>(),
            bytes: segments.iter().map(|segment| segment.entry.bytes).sum(),
            segments: segments.len() as u64,
            memtable_rows,
            memtable_bytes,
            wal_bytes: shared.log_files.bytes() + status.open_log_bytes,
            streams,
            head: *shared.head.borrow(),
            free_disk_bytes,
            last_error: errors.into_iter().flatten().next().cloned(),
            damage: status.damage.iter().cloned().chain(unreadable).collect(),
        }
    })
}

fn plan(query: &Query, head: u64) -> Plan {
    let ranking = match query.order {
        Order::Occurred => Ranking::Occurred,
        Order::Received => Ranking::Received,
    };
    let mut plan = Plan::all(ranking, Matcher::new(query), head);
    plan.since = query.since.map_or(i64::MIN, Time::micros);
    plan.until = query.until.map_or(i64::MAX, Time::micros);
    plan.below = query.cursor.map(|cursor| (cursor.time.micros(), cursor.id.as_u128()));
    plan
}

fn events(hits: Vec<((i64, u128), FeedItem)>) -> Vec<StoredEvent> {
    hits.into_iter().map(|(_, item)| item.event).collect()
}
