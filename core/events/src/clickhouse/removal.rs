//! Taking events away for good: mutations that write the parts anew without them.

use std::collections::HashSet;

use uuid::Uuid;
use yagura_vocabulary::StoredEvent;

use super::{
    Inner, condition,
    control::{self, signed},
    read::{Asked, seen},
    remote,
    sql::Sql,
    windows::Window,
};
use crate::{FeedItem, Guard, Query, Removal, Removed, StoreError, Work, matcher::Matcher};

/// Ids that one deletion names.
const IDS: usize = 10_000;

/// What goes, as SQL can say it.
struct Plan {
    goes: Sql,
    held: Sql,
}

/// Rows that one of `queries` finds. A comparison with nothing is neither true nor false in SQL; here it is false.
fn found(queries: &[Query]) -> Option<Sql> {
    let conditions: Vec<_> = queries.iter().map(condition::of).collect();
    let exact = conditions.iter().all(|condition| condition.exact);
    let parts = conditions.into_iter().map(|condition| Sql::new("ifNull(").then(condition.sql).and_then(", 0)"));
    exact.then(|| Sql::any(parts.collect()))
}

fn plan(removal: &Removal) -> Option<Plan> {
    let (remove, hold) = (found(&removal.remove)?, found(&removal.hold)?);
    let goes = Sql::new("(").then(remove.clone()).and_then(") AND NOT (").then(hold.clone()).and_then(")");
    let held = Sql::new("(").then(remove).and_then(") AND (").then(hold).and_then(")");
    Some(Plan { goes, held })
}

pub(super) async fn preview(inner: &Inner, removal: &Removal) -> Result<Removed, StoreError> {
    match plan(removal) {
        Some(plan) => numbers(inner, &plan).await,
        None => one_by_one(inner, removal, None).await,
    }
}

pub(super) async fn remove(inner: &Inner, removal: &Removal, guard: &dyn Guard) -> Result<Removed, StoreError> {
    let _alone = inner.removing.lock().await;
    let id = begin(inner, removal).await?;
    let work = |total| Some(Work { what: removal.kind.as_str(), done: 0, total });
    let _working = Working(inner);
    let removed = match plan(removal) {
        Some(plan) => {
            let removed = numbers(inner, &plan).await?;
            inner.work.send_replace(work(removed.rows));
            if removed.rows > 0 {
                let visible = inner.look().await?;
                delete(inner, guard, Sql::all(vec![seen(&visible, visible.head), plan.goes])).await?;
            }
            removed
        }
        None => {
            inner.work.send_replace(work(0));
            one_by_one(inner, removal, Some(guard)).await?
        }
    };
    end(inner, &id, removed).await?;
    Ok(removed)
}

/// One mutation. It cannot be stopped once it is begun, so whoever makes a hold meanwhile waits for its end.
async fn delete(inner: &Inner, guard: &dyn Guard, which: Sql) -> Result<(), StoreError> {
    let permit = guard.permit().await?;
    let deleted = inner.delete(which).await;
    permit.end().await;
    deleted
}

struct Working<'a>(&'a Inner);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.work.send_replace(None);
    }
}

async fn numbers(inner: &Inner, plan: &Plan) -> Result<Removed, StoreError> {
    let visible = inner.look().await?;
    let all = |condition: &Sql| Sql::all(vec![seen(&visible, visible.head), condition.clone()]);
    let count = Sql::new("SELECT count() FROM events WHERE ").then(all(&plan.held));
    let held = count.query(&inner.client).fetch_one().await.map_err(remote("count what is held"))?;
    let count = Sql::new("SELECT toString(_part), count() FROM events WHERE ").then(all(&plan.goes));
    let count = count.and_then(" GROUP BY _part");
    let parts: Vec<(String, u64)> =
        count.query(&inner.client).fetch_all().await.map_err(remote("count what is to be removed"))?;
    let mut removed = Removed { held, ..Removed::default() };
    let sizes = inner.parts().await?;
    for (part, rows) in parts {
        removed.rows += rows;
        let size = sizes.iter().find(|size| size.name == part);
        removed.bytes += size.map_or(0, |size| size.bytes);
        let whole = size.is_some_and(|size| size.rows == rows);
        *(if whole { &mut removed.dropped } else { &mut removed.rewritten }) += 1;
    }
    Ok(removed)
}

/// Whether a legal hold finds an event.
fn is_held(holds: &[(&Query, Matcher)], event: &StoredEvent, scratch: &mut String) -> bool {
    holds.iter().any(|(query, matcher)| {
        let time = query.order.of(event.event.occurred_at, event.received_at);
        query.since.is_none_or(|since| time >= since)
            && query.until.is_none_or(|until| time < until)
            && matcher.matches(event, scratch)
    })
}

/// Where SQL cannot say what goes, each event is asked about.
async fn one_by_one(inner: &Inner, removal: &Removal, guard: Option<&dyn Guard>) -> Result<Removed, StoreError> {
    let holds: Vec<_> = removal.hold.iter().map(|query| (query, Matcher::new(query))).collect();
    let mut removed = Removed::default();
    let mut known = HashSet::new();
    let mut ids = Vec::new();
    for query in &removal.remove {
        let query = Query { cursor: None, budget: None, ..query.clone() };
        let asked = Asked::new(inner, &query).await?;
        let whole = Window { since: query.since, until: query.until };
        let mut scratch = String::new();
        let mut take = |item: FeedItem| {
            let id = item.event.id.uuid();
            if known.insert(id) {
                match is_held(&holds, &item.event, &mut scratch) {
                    true => removed.held += 1,
                    false => ids.push(hex::encode_upper(id.as_bytes())),
                }
            }
            true
        };
        asked.each(whole, None, IDS, &mut take).await?;
    }
    removed.rows = ids.len() as u64;
    if let Some(guard) = guard {
        for some in ids.chunks(IDS) {
            delete(inner, guard, Sql::new("hex(id) IN ?").texts(some.to_vec())).await?;
        }
    }
    Ok(removed)
}

/// Writes down who wants what removed, before anything is.
async fn begin(inner: &Inner, removal: &Removal) -> Result<String, StoreError> {
    let id = Uuid::new_v4().to_string();
    let mut tx = inner.db.write().await?;
    sqlx::query(
        "INSERT INTO events_removal (id, kind, actor, reason, begun_at, removed, held) VALUES ($1, $2, $3, $4, $5, 0, 0)",
    )
    .bind(&id)
    .bind(removal.kind.as_str())
    .bind(&removal.actor)
    .bind(&removal.reason)
    .bind(inner.options.clock.now().micros())
    .execute(tx.on())
    .await
    .map_err(control::failed("write a removal down"))?;
    tx.commit().await?;
    Ok(id)
}

async fn end(inner: &Inner, id: &str, removed: Removed) -> Result<(), StoreError> {
    let mut tx = inner.db.write().await?;
    sqlx::query("UPDATE events_removal SET ended_at = $1, removed = $2, held = $3 WHERE id = $4")
        .bind(inner.options.clock.now().micros())
        .bind(signed(removed.rows))
        .bind(signed(removed.held))
        .bind(id)
        .execute(tx.on())
        .await
        .map_err(control::failed("write a removal down"))?;
    Ok(tx.commit().await?)
}
