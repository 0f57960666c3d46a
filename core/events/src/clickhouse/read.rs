//! Pages, look-ups, counts and the feed.

use uuid::Uuid;
use yagura_vocabulary::{Id, StoredEvent, Time, id::EventKind};

use super::{
    Inner,
    condition::{self, Condition, below, newest_first, times},
    control::Visible,
    remote,
    rollup::Counts,
    row::Read,
    sql::Sql,
    windows::{Window, Windows},
};
use crate::{
    Budget, Count, Cursor, FeedCursor, FeedItem, FeedPage, MAX_LIMIT, Order, Page, Query, StoreError, matcher::Matcher,
};

/// Rows that are fetched at once where each has to be looked at: first, and at most.
const FEW: usize = 1_000;
const MANY: usize = 32_000;

/// Rows that can be seen, up to `head`.
pub(super) fn seen(visible: &Visible, head: u64) -> Sql {
    let mut parts = vec![Sql::new("position <= ?").number(head)];
    let voids = visible.voids.iter().filter(|(first, _)| *first <= head);
    parts.extend(voids.map(|(first, last)| Sql::new("position NOT BETWEEN ? AND ?").number(*first).number(*last)));
    Sql::all(parts)
}

/// A question made ready.
pub(super) struct Asked<'a> {
    inner: &'a Inner,
    order: Order,
    seen: Sql,
    condition: Condition,
    matcher: Matcher,
    since: Option<Time>,
    until: Option<Time>,
    pub(super) head: u64,
    /// Counts that answer it, if they do.
    counts: Option<Counts>,
}

impl<'a> Asked<'a> {
    pub(super) async fn new(inner: &'a Inner, query: &Query) -> Result<Self, StoreError> {
        let visible = inner.look().await?;
        let head = query.cursor.map_or(visible.head, |cursor| cursor.head);
        let (since, until) = (query.since, query.until);
        let (order, seen) = (query.order, seen(&visible, head));
        Ok(Self {
            inner,
            order,
            seen,
            condition: condition::of(query),
            matcher: Matcher::new(query),
            since,
            until,
            head,
            counts: Counts::of(query, &visible, head),
        })
    }

    /// Whether SQL says exactly what is asked.
    pub(super) const fn exact(&self) -> bool {
        self.condition.exact
    }

    /// Takes the counts that answer it.
    pub(super) fn take_counts(&mut self) -> Option<Counts> {
        self.counts.take()
    }

    pub(super) fn windows(&self, budget: Budget, until: Option<Time>) -> Windows {
        Windows::new(self.order, self.seen.clone(), self.since, until.or(self.until), budget)
    }

    /// The rows of a stretch that can match.
    pub(super) fn rows(&self, window: Window) -> Sql {
        let mut parts = times(self.order, window.since, window.until);
        parts.extend([self.seen.clone(), self.condition.sql.clone()]);
        Sql::all(parts)
    }

    fn key(&self, event: &StoredEvent) -> (Time, Uuid) {
        (self.order.of(event.event.occurred_at, event.received_at), event.id.uuid())
    }

    /// Gives `take` what matches in a stretch behind `after`, the newest first, until it says that it is enough.
    pub(super) async fn each(
        &self,
        window: Window,
        mut after: Option<(Time, Uuid)>,
        wanted: usize,
        take: &mut (dyn FnMut(FeedItem) -> bool + Send),
    ) -> Result<(), StoreError> {
        let mut at_once = if self.exact() { wanted } else { wanted.max(FEW) }.min(MANY);
        loop {
            let mut rows = vec![self.rows(window)];
            rows.extend(after.map(|(time, id)| below(self.order, time, id)));
            let sql = Sql::new("SELECT ?fields FROM events WHERE ").then(Sql::all(rows));
            let sql = sql.and_then(newest_first(self.order)).and_then(" LIMIT ?").number(at_once as u64);
            let mut rows = sql.query(&self.inner.client).fetch::<Read>().map_err(remote("search events"))?;
            let (mut count, mut scratch) = (0, String::new());
            while let Some(row) = rows.next().await.map_err(remote("search events"))? {
                count += 1;
                let item = row.into_item()?;
                after = Some(self.key(&item.event));
                if (self.exact() || self.matcher.matches(&item.event, &mut scratch)) && !take(item) {
                    return Ok(());
                }
            }
            if count < at_once {
                return Ok(());
            }
            at_once = (at_once * 2).min(MANY);
        }
    }
}

pub(super) async fn search(inner: &Inner, query: &Query) -> Result<Page, StoreError> {
    if let Some(cursor) = &query.cursor {
        cursor.check(query.order)?;
    }
    let asked = Asked::new(inner, query).await?;
    let limit = query.limit.clamp(1, MAX_LIMIT);
    let after = query.cursor.map(|cursor| (cursor.time, cursor.id));
    let cursor = |(time, id)| Cursor { order: query.order, time, id, head: asked.head };
    // Nothing after the cursor is newer than it.
    let newest = after.map(|(time, _)| Time::from_micros(time.micros().saturating_add(1)));
    let until = query.until.into_iter().chain(newest).min();
    let mut windows = asked.windows(query.budget.unwrap_or(Budget::UNLIMITED), until);
    let mut page = Page::default();
    let mut more = false;
    while let Some(window) = windows.next(inner).await? {
        let items = &mut page.items;
        // One more than the page holds tells whether there is another page.
        let wanted = limit + 1 - items.len();
        asked
            .each(window, after, wanted, &mut |item| {
                more = items.len() == limit;
                if !more {
                    items.push(item.event);
                }
                !more
            })
            .await?;
        if more {
            page.next = page.items.last().map(|event| cursor(asked.key(event)));
            break;
        }
        if windows.spent()
            && let Some(since) = window.since
        {
            // Everything from `since` on has been looked at; the next page begins right below it.
            page.partial = Some(since);
            page.next = Some(cursor((since, Uuid::nil())));
            break;
        }
    }
    Ok(page)
}

pub(super) async fn count(inner: &Inner, query: &Query, limit: u64) -> Result<Count, StoreError> {
    let asked = Asked::new(inner, &Query { cursor: None, ..query.clone() }).await?;
    let whole = Window { since: query.since, until: query.until };
    let most = limit.saturating_add(1);
    let mut found: u64 = 0;
    if asked.exact() {
        let sql = Sql::new("SELECT count() FROM (SELECT 1 FROM events WHERE ").then(asked.rows(whole));
        let sql = sql.and_then(" LIMIT ?)").number(most);
        found = sql.query(&inner.client).fetch_one().await.map_err(remote("count events"))?;
    } else {
        let mut add = |_| {
            found += 1;
            found < most
        };
        asked.each(whole, None, FEW, &mut add).await?;
    }
    Ok(Count { value: found.min(limit), exact: found <= limit })
}

pub(super) async fn get(inner: &Inner, id: Id<EventKind>) -> Result<Option<StoredEvent>, StoreError> {
    let visible = inner.look().await?;
    // An id begins with the millisecond of `received_at`; 0 also stands for everything before 1970.
    let millis = i64::try_from(id.uuid().as_u128() >> 80).unwrap_or(0);
    let since = (millis > 0).then(|| Time::from_micros(millis * 1000));
    let until = Time::from_micros((millis + 1) * 1000);
    let mut parts = times(Order::Received, since, Some(until));
    parts.push(seen(&visible, visible.head));
    parts.push(Sql::new("id = toFixedString(unhex(?), 16)").text(hex::encode(id.uuid().as_bytes())));
    let sql = Sql::new("SELECT ?fields FROM events WHERE ").then(Sql::all(parts)).and_then(" LIMIT 1");
    let row: Option<Read> = sql.query(&inner.client).fetch_optional().await.map_err(remote("look an event up"))?;
    Ok(row.map(Read::into_item).transpose()?.map(|item| item.event))
}

pub(super) async fn feed(inner: &Inner, after: FeedCursor, limit: usize) -> Result<FeedPage, StoreError> {
    let visible = inner.look().await?;
    let head = visible.cursor();
    if after > head {
        return Err(StoreError::FeedAhead { after: after.0, head: head.0 });
    }
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut page = FeedPage { items: Vec::new(), next: after, head, unreadable: Vec::new() };
    // Positions have few holes, so a stretch of them holds about as many events; after a leap, it grows.
    let mut span = limit as u64;
    while page.next < head && page.items.len() < limit {
        let upto = page.next.0.saturating_add(span).min(head.0);
        let wanted = limit - page.items.len();
        let sql = Sql::new("SELECT ?fields FROM events WHERE position > ? AND position <= ? AND ");
        let sql = sql.number(page.next.0).number(upto).then(seen(&visible, head.0));
        let sql = sql.and_then(" ORDER BY position LIMIT ?").number(wanted as u64);
        let rows: Vec<Read> = sql.query(&inner.client).fetch_all().await.map_err(remote("read the feed"))?;
        let full = rows.len() == wanted;
        for row in rows {
            page.items.push(row.into_item()?);
        }
        page.next = match page.items.last() {
            Some(last) if full => FeedCursor(last.position),
            _ => FeedCursor(upto),
        };
        span = span.saturating_mul(4);
    }
    Ok(page)
}
