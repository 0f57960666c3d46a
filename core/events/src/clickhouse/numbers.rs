//! Histograms and facets.

use std::collections::BTreeMap;

use uuid::Uuid;
use yagura_vocabulary::Time;

use super::{
    Inner,
    condition::column,
    read::Asked,
    remote,
    sql::Sql,
    windows::{Window, Windows},
};
use crate::{
    Budget, Covered, Facet, FacetField, Facets, Histogram, Query, StoreError,
    embedded::{Buckets, MAX_VALUES, value_of},
};

/// Rows that are fetched at once where SQL cannot count.
const ROWS: usize = 10_000;

pub(super) async fn histogram(
    inner: &Inner,
    query: &Query,
    bounds: &[Time],
    budget: Budget,
) -> Result<Histogram, StoreError> {
    let Some(query) = query.within(bounds)? else { return Ok(Histogram::default()) };
    let asked = Asked::new(inner, &query).await?;
    let mut buckets = Buckets::new(bounds);
    let mut windows = asked.windows(budget, None);
    let mut covered = Covered::default();
    while let Some(window) = windows.next(inner).await? {
        if asked.exact() {
            count_by_time(inner, &asked, &query, bounds, window, &mut buckets).await?;
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

/// Whether the budget is used up; notes down to when everything has been looked at.
fn end_early(windows: &Windows, window: Window, covered: &mut Covered) -> bool {
    let Some(since) = window.since.filter(|_| windows.spent()) else { return false };
    covered.down_to = Some(since);
    true
}

async fn count_by_time(
    inner: &Inner,
    asked: &Asked<'_>,
    query: &Query,
    bounds: &[Time],
    window: Window,
    buckets: &mut Buckets,
) -> Result<(), StoreError> {
    let time = column(query.order);
    let texts = bounds.iter().map(|bound| bound.micros().to_string()).collect();
    let sql = Sql::new(&format!(
        "SELECT roundDown({time}, CAST(?, 'Array(Int64)')) AS bound, toString(level), toString(kind), count()
         FROM events WHERE "
    ));
    let sql = sql.texts(texts).then(asked.rows(window)).and_then(" GROUP BY bound, level, kind");
    let rows: Vec<(i64, String, String, u64)> =
        sql.query(&inner.client).fetch_all().await.map_err(remote("count events by time"))?;
    for (bound, level, kind, count) in rows {
        if let Some(bucket) = buckets.bucket(bound) {
            buckets.put(bucket, &level, &kind, count);
        }
    }
    Ok(())
}

/// The counts of one field's values.
struct Values {
    field: FacetField,
    counts: BTreeMap<String, u64>,
    unlisted: u64,
    without: u64,
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
    let asked = Asked::new(inner, &Query { cursor: None, ..query.clone() }).await?;
    let values = |field: &FacetField| Values { field: *field, counts: BTreeMap::new(), unlisted: 0, without: 0 };
    let mut values: Vec<_> = fields.iter().map(values).collect();
    let mut windows = asked.windows(budget, None);
    let mut covered = Covered::default();
    while let Some(window) = windows.next(inner).await? {
        if asked.exact() {
            for of in &mut values {
                count_values(inner, &asked, window, of).await?;
            }
        } else {
            asked
                .each(window, None, ROWS, &mut |item| {
                    let mut buffer = Uuid::encode_buffer();
                    for of in &mut values {
                        of.put(value_of(of.field, &item.event, &mut buffer).map(ToOwned::to_owned), 1);
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
    let facet = |of: Values| Facet::new(of.field, of.counts, top, of.unlisted, of.without);
    Ok(Facets { facets: values.into_iter().map(facet).collect(), covered, unreadable: Vec::new() })
}

async fn count_values(inner: &Inner, asked: &Asked<'_>, window: Window, of: &mut Values) -> Result<(), StoreError> {
    let sql = Sql::new(&format!(
        "SELECT CAST({} AS Nullable(String)) AS value, count() AS found FROM events WHERE ",
        column_of(of.field)
    ));
    let sql = sql.then(asked.rows(window)).and_then(" GROUP BY value ORDER BY found DESC, value LIMIT ?");
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
