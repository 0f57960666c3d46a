//! `GET /api/v1/events/tail`: what happens, as it arrives. An answer waits for news, so that a row is told the moment it is stored,
//! and nothing is asked where nothing happens.

use std::time::Duration;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query as Params, error::Problem};
use yagura_vocabulary::StoredEvent;

use super::{
    search::{EventView, SearchQuery, hostnames, wanted},
    store, viewed,
};
use crate::{FeedCursor, Order, Query, matcher::Matcher};

/// So long an answer waits where nothing else is said: shorter than proxies wait for one.
const USUAL_S: u32 = 25;
const LONGEST_S: u32 = 55;
/// Events of the feed that are looked at in one step,
const STEP: usize = 1000;
/// and in one answer: whoever is far behind gets an answer without rows, and goes on from there.
const LOOKED_AT: usize = 50_000;
/// Rows of one answer.
const MOST: usize = 200;

/// From where on, and how long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TailQuery {
    /// `next` of the answer before, or `tail` of a page; left out, an answer comes at once that says where now is.
    after: Option<String>,
    /// So many seconds an answer may wait for news; 25 if left out, 0 for none.
    #[param(minimum = 0, maximum = 55)]
    wait_s: Option<u32>,
}

/// What has arrived.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventTail {
    /// In the order in which they were stored.
    items: Vec<EventView>,
    /// Where to go on: the next `after`.
    next: String,
    /// More is there already.
    more: bool,
    /// Files that could not be read and whose events are therefore missing here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    unreadable: Vec<String>,
}

/// Where a tail begins that shows what comes after everything that can be found now.
pub(super) fn head(ctx: &Context) -> String {
    store(ctx).news().borrow().0.to_string()
}

/// Follow events as they arrive
#[utoipa::path(get, path = "/api/v1/events/tail", tag = "events", params(SearchQuery, TailQuery),
    responses((status = 200, body = EventTail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn tail(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<SearchQuery>,
    Params(from): Params<TailQuery>,
) -> ApiResult<Json<EventTail>> {
    let wait_s = from.wait_s.unwrap_or(USUAL_S);
    if wait_s > LONGEST_S {
        return Err(ApiError::invalid("?wait_s", "out_of_range", "an answer waits for at most 55 seconds"));
    }
    let question = params.question();
    let query = wanted(&ctx, &caller, params, 1).await?;
    viewed::note(&ctx, &caller, &question).await?;
    let Some(after) = from.after else {
        return Ok(Json(EventTail { items: Vec::new(), next: head(&ctx), more: false, unreadable: Vec::new() }));
    };
    let after = after.parse().map(FeedCursor);
    let after = after.map_err(|_| ApiError::invalid("?after", "unknown", "this is no `next` of an answer"))?;
    let mut news = store(&ctx).news();
    news.mark_unchanged();
    let until = Instant::now() + Duration::from_secs(u64::from(wait_s));
    let mut found = Found {
        matcher: Matcher::new(&query),
        query,
        after,
        rows: Vec::new(),
        unreadable: Vec::new(),
        scratch: String::new(),
    };
    let stop = ctx.stopping();
    loop {
        let more = found.look(&ctx).await?;
        if more || !found.rows.is_empty() || !found.unreadable.is_empty() {
            return found.answer(&ctx, more).await;
        }
        let waited = async {
            tokio::select! {
                () = stop.cancelled() => false,
                told = timeout_at(until, news.changed()) => matches!(told, Ok(Ok(()))),
            }
        };
        if !waited.await {
            return found.answer(&ctx, false).await;
        }
    }
}

struct Found {
    query: Query,
    matcher: Matcher,
    after: FeedCursor,
    rows: Vec<StoredEvent>,
    unreadable: Vec<String>,
    scratch: String,
}

impl Found {
    /// Looks at what has come, up to enough for one answer; whether there is more.
    async fn look(&mut self, ctx: &Context) -> Result<bool, ApiError> {
        for _ in 0..LOOKED_AT / STEP {
            let page = store(ctx).feed(self.after, STEP).await?;
            self.unreadable.extend(page.unreadable);
            for item in page.items {
                self.after = FeedCursor(item.position);
                if self.matcher.matches(&item.event, &mut self.scratch) && in_time(&self.query, &item.event) {
                    self.rows.push(item.event);
                }
                if self.rows.len() >= MOST {
                    return Ok(true);
                }
            }
            self.after = page.next;
            if self.after >= page.head {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn answer(self, ctx: &Context, more: bool) -> ApiResult<Json<EventTail>> {
        let names = hostnames(ctx, &self.rows).await?;
        let view = |stored: StoredEvent| {
            let hostname = names.get(&stored.endpoint).cloned().unwrap_or_default();
            EventView::new(stored, hostname)
        };
        let items = self.rows.into_iter().map(view).collect();
        Ok(Json(EventTail { items, next: self.after.0.to_string(), more, unreadable: self.unreadable }))
    }
}

/// Whether an event lies between the bounds of a question.
fn in_time(query: &Query, stored: &StoredEvent) -> bool {
    let at = match query.order {
        Order::Occurred => stored.event.occurred_at,
        Order::Received => stored.received_at,
    };
    query.since.is_none_or(|since| at >= since) && query.until.is_none_or(|until| at < until)
}
