//! Histograms and facets.

use std::collections::BTreeMap;

use uuid::Uuid;
use yagura_vocabulary::Time;

use super::{
    Inner,
    condition::column,
    read::Asked,
    remote,
    rollup::{Counts, Piece},
    sql::Sql,
    windows::{Window, Windows},
};
use crate::{
    Budget, Covered, Facet, FacetField, Facets, Histogram, Query, StoreError,
    embedded::{Buckets, MAX_VALUES, value_of},
};

/// Rows that are fetched at once where SQL cannot count.
const ROWS: usize = 10_000;
const HOUR: i64 = 3_600_000_000;

pub(super) async fn histogram(
    inner: &Inner,
    query: &Query,
    bounds: &[Time],
    budget: Budget,
) -> Result<Histogram, StoreError> {
    let Some(query) = query.within(bounds)? else { return Ok(Histogram::default()) };
    let mut asked = Asked::new(inner, &query).await?;
    let mut buckets = Buckets::new(bounds);
    let whole_hours = bounds.iter().all(|bound| bound.micros() % HOUR == 0);
    if let Some(counts) = asked.take_counts().filter(|_| whole_hours)
        && let Some(counted) = in_time(budget, histogram_of_counts(inner, &asked, &counts, bounds, &query)).await?
        && let Some((found, rows)) = counted
    {
        found.into_iter().for_each(|(time, level, kind, count)| {
            if let Some(bucket) = buckets.bucket(time) {
                buckets.put(bucket, &level, &kind, count);
            }
        });
        let covered = Covered { rows, ..Covered::default() };
        return Ok(Histogram { covered, unreadable: Vec::new(), buckets: buckets.into_buckets() });
    }
    let mut windows = asked.windows(budget, None);
    let mut covered = Covered::default();
    while let Some(window) = windows.next(inner).await? {
        if asked.exact() {
            for (bound, level, kind, count) in count_by_time(inner, &query, bounds, asked.rows(window)).await? {
                if let Some(bucket) = buckets.bucket(bound) {
                    buckets.put(bucket, &level, &kind, count);
                }
            }
        } else {
            asked
                .each(window, None, ROWS, &mut |item| {
                    let (event, received) = (&item.event.event, item.event.received_at);
                    let time = query.order.of(event.occurred_at, received).micros();
                    if let Some(bucket) = buckets.bucket(time) {
                        buckets.put(bucket, event.level.as_str(), &event.kind, 1);
                    }
                    true
                })
                .await?;
        }
        if end_early(&windows, window, &mut covered) {
            break;
        }
    }
    covered.rows = windows.rows;
    Ok(Histogram { covered, unreadable: Vec::new(), buckets: buckets.into_buckets() })
}

/// What `work` comes to, unless it takes longer than the budget has: then rows are looked at, the newest first, as far as they can be.
async fn in_time<T>(
    budget: Budget,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<Option<T>, StoreError> {
    if budget == Budget::UNLIMITED {
        return work.await.map(Some);
    }
    tokio::time::timeout(budget.time, work).await.ok().transpose()
}

/// When a stretch begins, a level, a kind, and how many events.
type Counted = (i64, String, String, u64);

/// The numbers of a histogram, from counts; and how many events they are.
async fn histogram_of_counts(
    inner: &Inner,
    asked: &Asked<'_>,
    counts: &Counts,
    bounds: &[Time],
    query: &Query,
) -> Result<Option<(Vec<Counted>, u64)>, StoreError> {
    let Some(pieces) = counts.pieces() else { return Ok(None) };
    let mut found = Vec::new();
    for piece in pieces {
        found.extend(match piece {
            Piece::Counted(which) => {
                let hours = bounds.iter().map(|bound| (bound.micros() / HOUR).to_string()).collect();
                let sql = Sql::new(
                    "SELECT roundDown(hour, CAST(?, 'Array(Int64)')) AS bound, toString(level), toString(kind), count()
                     FROM events WHERE ",
                );
                let sql = sql.texts(hours).then(which).and_then(" GROUP BY bound, level, kind");
                let rows: Vec<Counted> =
                    sql.query(&inner.client).fetch_all().await.map_err(remote("count events by hour"))?;
                rows.into_iter().map(|(hour, level, kind, count)| (hour * HOUR, level, kind, count)).collect()
            }
            Piece::Rows { since, until, which } => {
                let rows = Sql::all(vec![asked.rows(Window { since, until }), which]);
                count_by_time(inner, query, bounds, rows).await?
            }
        });
    }
    let rows = found.iter().map(|(.., count)| count).sum();
    Ok(Some((found, rows)))
}

/// Whether the budget is used up; notes down to when everything has been looked at.
fn end_early(windows: &Windows, window: Window, covered: &mut Covered) -> bool {
    let Some(since) = window.since.filter(|_| windows.spent()) else { return false };
    covered.down_to = Some(since);
    true
}

async fn count_by_time(inner: &Inner, query: &Query, bounds: &[Time], rows: Sql) -> Result<Vec<Counted>, StoreError> {
    let time = column(query.order);
    let texts = bounds.iter().map(|bound| bound.micros().to_string()).collect();
    let sql = Sql::new(&format!(
        "SELECT roundDown({time}, CAST(?, 'Array(Int64)')) AS bound, toString(level), toString(kind), count()
         FROM events WHERE "
    ));
    let sql = sql.texts(texts).then(rows).and_then(" GROUP BY bound, level, kind");
    sql.query(&inner.client).fetch_all().await.map_err(remote("count events by time"))
}

/// The counts of one field's values.
struct Values {
    field: FacetField,
    counts: BTreeMap<String, u64>,
    unlisted: u64,
    without: u64,
}

const fn new_values(field: &FacetField) -> Values {
    Values { field: *field, counts: BTreeMap::new(), unlisted: 0, without: 0 }
}

impl Values {
    fn put(&mut self, value: Option<String>, count: u64) {
        let full = self.counts.len() >= MAX_VALUES;
        match value {
            None => self.without += count,
            Some(value) if full && !self.counts.contains_key(&value) => self.unlisted += count,
            Some(value) => *self.counts.entry(value).or_default() += count,
        }
    }
}

pub(super) async fn facets(
    inner: &Inner,
    query: &Query,
    fields: &[FacetField],
    top: usize,
    budget: Budget,
) -> Result<Facets, StoreError> {
    let mut asked = Asked::new(inner, &Query { cursor: None, ..query.clone() }).await?;
    let counts = asked.take_counts().filter(|counts| counts.pieces().is_some());
    let counted = |field: &FacetField| counts.is_some() && has_counts(*field);
    let mut told: Vec<_> = fields.iter().map(new_values).collect();
    let (mut by_counts, mut by_rows): (Vec<_>, Vec<_>) = told.iter_mut().partition(|of| counted(&of.field));
    let mut covered = Covered::default();
    if !by_rows.is_empty() || fields.is_empty() {
        covered = facets_of_rows(inner, &asked, budget, &mut by_rows).await?;
    }
    if let Some(counts) = counts.filter(|_| !by_counts.is_empty()) {
        // Where rows were looked at down to a time, the counts are of the same events.
        let counts = counts.from(covered.down_to);
        let of_counts: Vec<_> = by_counts.iter().map(|of| of.field).collect();
        match in_time(budget, facets_of_counts(inner, &asked, &counts, &of_counts)).await?.flatten() {
            Some(found) => {
                let all = |of: &Values| of.counts.values().sum::<u64>() + of.unlisted + of.without;
                covered.rows = covered.rows.max(found.first().map_or(0, all));
                by_counts.into_iter().zip(found).for_each(|(of, found)| *of = found);
            }
            None => {
                let late = facets_of_rows(inner, &asked, budget, &mut by_counts).await?;
                let down_to = covered.down_to.max(late.down_to);
                covered = Covered { rows: covered.rows.max(late.rows), down_to };
            }
        }
    }
    let facet = |of: Values| Facet::new(of.field, of.counts, top, of.unlisted, of.without);
    Ok(Facets { facets: told.into_iter().map(facet).collect(), covered, unreadable: Vec::new() })
}

/// Counts the values of some fields row by row, as far as the budget goes.
async fn facets_of_rows(
    inner: &Inner,
    asked: &Asked<'_>,
    budget: Budget,
    values: &mut [&mut Values],
) -> Result<Covered, StoreError> {
    let mut windows = asked.windows(budget, None);
    let mut covered = Covered::default();
    while let Some(window) = windows.next(inner).await? {
        count_in(inner, asked, window, values).await?;
        if end_early(&windows, window, &mut covered) {
            break;
        }
    }
    covered.rows = windows.rows;
    Ok(covered)
}

/// Counts the values of some fields in a stretch.
async fn count_in(
    inner: &Inner,
    asked: &Asked<'_>,
    window: Window,
    values: &mut [&mut Values],
) -> Result<(), StoreError> {
    if asked.exact() {
        for of in values {
            count_values(inner, asked.rows(window), of).await?;
        }
        return Ok(());
    }
    asked
        .each(window, None, ROWS, &mut |item| {
            let mut buffer = Uuid::encode_buffer();
            for of in &mut *values {
                of.put(value_of(of.field, &item.event, &mut buffer).map(ToOwned::to_owned), 1);
            }
            true
        })
        .await
}

/// Whether the counts beside the rows know a field.
const fn has_counts(field: FacetField) -> bool {
    matches!(field, FacetField::Kind | FacetField::Level | FacetField::Endpoint | FacetField::Account)
}

async fn facets_of_counts(
    inner: &Inner,
    asked: &Asked<'_>,
    counts: &Counts,
    fields: &[FacetField],
) -> Result<Option<Vec<Values>>, StoreError> {
    let Some(pieces) = counts.pieces() else { return Ok(None) };
    let mut values: Vec<_> = fields.iter().map(new_values).collect();
    for piece in pieces {
        let which = match piece {
            Piece::Counted(which) => which,
            Piece::Rows { since, until, which } => Sql::all(vec![asked.rows(Window { since, until }), which]),
        };
        for of in &mut values {
            count_values(inner, which.clone(), of).await?;
        }
    }
    Ok(Some(values))
}

async fn count_values(inner: &Inner, rows: Sql, of: &mut Values) -> Result<(), StoreError> {
    let sql = Sql::new(&format!(
        "SELECT CAST({} AS Nullable(String)) AS value, count() AS found FROM events WHERE ",
        column_of(of.field)
    ));
    let sql = sql.then(rows).and_then(" GROUP BY value ORDER BY found DESC, value LIMIT ?");
    let sql = sql.number(MAX_VALUES as u64 + 1);
    let rows: Vec<(Option<String>, u64)> =
        sql.query(&inner.client).fetch_all().await.map_err(remote("count the values of a field"))?;
    for (value, count) in rows {
        of.put(value, count);
    }
    Ok(())
}

const fn column_of(field: FacetField) -> &'static str {
    match field {
        FacetField::Account => "account_name",
        other => other.as_str(),
    }
}
