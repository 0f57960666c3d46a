//! Answering: searches, look-ups, counts, the feed, and how the store is.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{sync::Semaphore, task::spawn_blocking};
use uuid::Uuid;
use yagura_vocabulary::{Id, StoredEvent, Time, id::EventKind};

use super::{
    aggregate::{Buckets, Values},
    files::free_bytes,
    limits::Limits,
    plan::{Plan, Ranking},
    roll_up,
    scan::Scan,
    shared::Shared,
};
use crate::{
    Budget, Count, Covered, Cursor, FacetField, Facets, FeedCursor, FeedItem, FeedPage, Health, Histogram, MAX_LIMIT,
    Order, Page, Query, StoreError, matcher::Matcher,
};

/// Sets a flag when the one who waits goes away, so that a long scan does not go on for nobody.
pub(super) struct StopOnDrop(pub(super) Arc<AtomicBool>);

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
        let start = plan.below.map_or(i64::MAX, |below| below.0);
        let limits = Limits::new(stop, query.budget.unwrap_or(Budget::UNLIMITED), start);
        let mut scan = Scan::new(shared, &view, &plan, &limits);
        let limit = query.limit.clamp(1, MAX_LIMIT);
        // One more than the page holds tells whether there is another page.
        let mut hits = scan.top(limit + 1);
        let more = hits.len() > limit;
        hits.truncate(limit);
        let last = hits.last().filter(|_| more).map(|(_, item)| &item.event);
        let cursor = |time, id| Cursor { order: query.order, time, id, head };
        let next =
            last.map(|event| cursor(query.order.of(event.event.occurred_at, event.received_at), event.id.uuid()));
        let partial = limits.frontier().filter(|_| !more).map(Time::from_micros);
        let next = next.or_else(|| partial.map(|time| cursor(time, Uuid::max())));
        Page { next, partial, items: events(hits), unreadable: scan.unreadable }
    })
    .await
}

pub(super) async fn count(shared: &Arc<Shared>, query: &Query, limit: u64) -> Result<Count, StoreError> {
    let query = Query { cursor: None, ..query.clone() };
    let permits = shared.searches.clone();
    run(shared, &permits, move |shared, stop| {
        let view = shared.view();
        let plan = plan(&query, view.head);
        let limits = Limits::unlimited(stop);
        let mut scan = Scan::new(shared, &view, &plan, &limits);
        let found = scan.count(limit);
        Count { value: found.min(limit), exact: found <= limit && scan.unreadable.is_empty() }
    })
    .await
}

pub(super) async fn histogram(
    shared: &Arc<Shared>,
    query: &Query,
    bounds: &[Time],
    budget: Budget,
) -> Result<Histogram, StoreError> {
    let Some(query) = query.within(bounds)? else { return Ok(Histogram::default()) };
    let (bounds, mut buckets) = (bounds.to_vec(), Buckets::new(bounds));
    let permits = shared.surveys.clone();
    run(shared, &permits, move |shared, stop| {
        let mut view = shared.view();
        let mut plan = plan(&query, view.head);
        plan.extra = Buckets::COLUMNS.to_vec();
        roll_up::histogram(shared, &mut view, &plan, &bounds, &mut buckets);
        let limits = Limits::new(stop, budget, i64::MAX);
        let mut scan = Scan::new(shared, &view, &plan, &limits);
        scan.collect(&mut buckets);
        Histogram { covered: covered(&limits), unreadable: scan.unreadable, buckets: buckets.into_buckets() }
    })
    .await
}

pub(super) async fn facets(
    shared: &Arc<Shared>,
    query: &Query,
    fields: &[FacetField],
    top: usize,
    budget: Budget,
) -> Result<Facets, StoreError> {
    let query = Query { cursor: None, ..query.clone() };
    let fields = fields.to_vec();
    let permits = shared.surveys.clone();
    run(shared, &permits, move |shared, stop| {
        let mut view = shared.view();
        let mut plan = plan(&query, view.head);
        plan.extra = Values::columns(&fields);
        let mut values = Values::new(&fields);
        roll_up::facets(shared, &mut view, &plan, &fields, &mut values);
        let limits = Limits::new(stop, budget, i64::MAX);
        let mut scan = Scan::new(shared, &view, &plan, &limits);
        scan.collect(&mut values);
        Facets { covered: covered(&limits), unreadable: scan.unreadable, facets: values.into_facets(top) }
    })
    .await
}

fn covered(limits: &Limits<'_>) -> Covered {
    Covered { down_to: limits.frontier().map(Time::from_micros), rows: limits.rows() }
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
        let found = Scan::new(shared, &view, &plan, &Limits::unlimited(stop)).top(1);
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
        let limits = Limits::unlimited(stop);
        let mut scan = Scan::new(shared, &view, &plan, &limits);
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
        let errors = [&status.append_error, &status.flush_error, &status.merge_error, &status.compact_error];
        let unreadable = status.unreadable.values().cloned();
        Health {
            accepting: !status.closed
                && !shared.flushes.borrow().ended
                && status.append_error.is_none()
                && free_disk_bytes.is_none_or(|free| free >= shared.options.reserve_bytes)
                && memtable_rows < shared.options.max_memory_rows as u64
                && memtable_bytes < shared.options.max_memory_bytes as u64,
            rows: memtable_rows + segments.iter().map(|segment| segment.entry.rows).sum::<u64>(),
            bytes: segments.iter().map(|segment| segment.entry.all_bytes()).sum(),
            segments: segments.len() as u64,
            memtable_rows,
            memtable_bytes,
            wal_bytes: shared.log_files.bytes() + status.open_log_bytes,
            streams,
            head: *shared.head.borrow(),
            free_disk_bytes,
            work: status.work,
            last_error: errors.into_iter().flatten().next().cloned(),
            damage: status.damage.iter().cloned().chain(unreadable).collect(),
        }
    })
}

pub(super) fn plan(query: &Query, head: u64) -> Plan {
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
