//! The rows of the report of days, and no others, out of the log.

use std::{collections::HashMap, time::Duration};

use yagura_endpoints::Member;
use yagura_events::{
    Budget, KindFilter, Query,
    server::{Store, question},
};
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::{Time, id::EndpointId};

use crate::days::{ACTS, Day, Heard, Row, days, unended};

/// Rows of the days themselves for one page of machines; more are not read. An ordinary day has some thirty.
const MOST: usize = 200_000;
const AT_ONCE: usize = 10_000;
/// How far back it is looked for how a machine was before the first day: to its last start, or so many rows.
const BEFORE: usize = 400;
/// How long one question may take.
const PATIENCE: Budget = Budget { rows: u64::MAX, time: Duration::from_secs(4) };

/// What is read for one machine.
#[derive(Default)]
struct Known {
    rows: Vec<Row>,
    cut_off: bool,
}

/// The days of some machines between two neighbours of `bounds`, and whether everything was read.
///
/// # Errors
/// `purpose_required`, or the store or the database is away.
pub(super) async fn read(
    ctx: &Context,
    caller: &Caller,
    machines: &[Member],
    bounds: &[Time],
) -> Result<(Vec<Vec<Day>>, bool), ApiError> {
    let (Some(first), Some(last)) = (bounds.first().copied(), bounds.last().copied()) else {
        return Ok((Vec::new(), true));
    };
    let ids: Vec<EndpointId> = machines.iter().filter_map(|machine| machine.id.parse().ok()).collect();
    // What the caller may see and why they look is the log's own question; the machines are theirs already.
    let plain = question(ctx, caller, "", None).await?;
    let kinds = ACTS.iter().map(|act| KindFilter::Exact(act.kind().to_owned())).collect();
    let of_report = Query { kinds, feature: Some(crate::FEATURE.to_owned()), budget: Some(PATIENCE), ..plain.clone() };
    let (mut known, mut complete) = rows_of_days(ctx, &of_report, &ids, (first, last)).await?;
    let mut answer = Vec::new();
    for (machine, id) in machines.iter().zip(&ids) {
        let mut own = known.remove(id).unwrap_or_default();
        complete &= before(ctx, &of_report, *id, first, &mut own).await?;
        let mut ends = Vec::new();
        for span in unended(&own.rows) {
            ends.push(last_row(ctx, &plain, *id, span).await?);
        }
        let now = ctx.now();
        let heard = machine.last_heard(ctx);
        let heard =
            Heard { ends: &ends, last: heard.at.unwrap_or(now).min(now), now: heard.online, cut_off: own.cut_off };
        answer.push(days(&own.rows, heard, bounds));
    }
    Ok((answer, complete))
}

async fn rows_of_days(
    ctx: &Context,
    of_report: &Query,
    ids: &[EndpointId],
    (since, until): (Time, Time),
) -> Result<(HashMap<EndpointId, Known>, bool), ApiError> {
    let mut known: HashMap<EndpointId, Known> = HashMap::new();
    let (endpoints, since, until) = (Some(ids.to_vec()), Some(since), Some(until));
    let mut query = Query { endpoints, since, until, limit: AT_ONCE, ..of_report.clone() };
    let mut read = 0;
    while read < MOST {
        let page = ctx.part::<Store>().search(&query).await?;
        read += page.items.len();
        for stored in &page.items {
            known.entry(stored.endpoint).or_default().rows.extend(Row::of(stored));
        }
        match page.next {
            Some(next) if page.partial.is_none() => query.cursor = Some(next),
            Some(_) => return Ok((known, false)),
            None => return Ok((known, true)),
        }
    }
    Ok((known, false))
}

/// How the machine was when the first day began: its rows since its last start before that.
async fn before(
    ctx: &Context,
    of_report: &Query,
    id: EndpointId,
    first: Time,
    known: &mut Known,
) -> Result<bool, ApiError> {
    let query =
        Query { endpoints: Some(vec![id]), since: None, until: Some(first), limit: BEFORE, ..of_report.clone() };
    let page = ctx.part::<Store>().search(&query).await?;
    let rows: Vec<Row> = page.items.iter().filter_map(Row::of).collect();
    let start = rows.iter().position(|row| row.act == yagura_records::SessionAct::Boot);
    known.cut_off = start.is_none() && page.next.is_some();
    known.rows.extend(rows.into_iter().take(start.map_or(BEFORE, |at| at + 1)));
    Ok(page.partial.is_none())
}

/// When the last row of any kind was that the machine wrote between two moments; the first of them where there is none.
async fn last_row(ctx: &Context, plain: &Query, id: EndpointId, (from, to): (Time, Time)) -> Result<Time, ApiError> {
    let query = Query {
        endpoints: Some(vec![id]),
        since: Some(from),
        until: Some(to),
        limit: 1,
        budget: Some(PATIENCE),
        ..plain.clone()
    };
    let page = ctx.part::<Store>().search(&query).await?;
    Ok(page.items.first().map_or(from, |stored| stored.event.occurred_at))
}
