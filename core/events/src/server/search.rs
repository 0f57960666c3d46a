//! `GET /api/v1/events`: search, newest first.

use std::{collections::HashMap, time::Duration};

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::AssertSqlSafe;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use yagura_endpoints::{id_by_name_or_id, visible};
use yagura_server_kit::{
    ApiError, ApiResult, Caller, Context, Count, Json, PageQuery, Query as Params,
    error::{Code, Problem},
};
use yagura_vocabulary::{
    Lane, Level, StoredEvent, Time,
    id::{EndpointId, EventId, PersonId},
};

use super::{asked, cases::reason, store, tail, viewed};
use crate::{Budget, KindFilter, Order, ProcessFilter, Query};

/// Which events, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// A question in the language of the log search: `user:tanaka file:*.xlsx since:7d`.
    pub(super) q: Option<String>,
    /// Any part of any text of the event.
    text: Option<String>,
    /// Kinds, separated by commas; `process.*` for a family.
    kind: Option<String>,
    /// Levels, separated by commas: `recorded`, `alarm`, `prohibited`.
    level: Option<String>,
    /// Id or host name of an endpoint.
    pub(super) endpoint: Option<String>,
    /// Name of an account.
    user: Option<String>,
    /// Id of a person.
    person: Option<PersonId>,
    /// Full path of the executable.
    image: Option<String>,
    /// A process and what it started.
    process_guid: Option<Uuid>,
    /// SHA-256 of a file.
    hash: Option<String>,
    /// From this time on, by the time that `order` names.
    since: Option<Time>,
    /// Before this time.
    until: Option<Time>,
    /// `occurred` (default) or `received`.
    #[param(inline)]
    order: Option<OrderWord>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    pub(super) limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OrderWord {
    #[default]
    Occurred,
    Received,
}

/// One event as the API gives it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventView {
    id: EventId,
    endpoint: EndpointId,
    hostname: String,
    kind: String,
    occurred_at: Time,
    received_at: Time,
    /// The account's name.
    user: Option<String>,
    /// The account's uid or SID.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    level: Level,
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    feature: String,
    /// The endpoint's numbering: numbers are compared within one epoch and lane.
    epoch: Uuid,
    lane: Lane,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    logon_session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_guid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command_line: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_guid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_serial: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// How many equal happenings the row stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    inferred: bool,
    truncated: bool,
    /// What has no column.
    #[schema(value_type = Object)]
    body: Map<String, Value>,
}

impl EventView {
    pub(super) fn new(stored: StoredEvent, hostname: String) -> Self {
        let event = stored.event;
        let (user, user_id) = event.account.map(|account| (account.name, account.id)).unzip();
        Self {
            id: stored.id,
            endpoint: stored.endpoint,
            hostname,
            kind: event.kind,
            occurred_at: event.occurred_at,
            received_at: stored.received_at,
            user,
            user_id,
            person: stored.person,
            level: event.level,
            rule: event.rule,
            class: event.class,
            feature: event.feature,
            epoch: stored.epoch,
            lane: stored.lane,
            seq: stored.seq,
            logon_session: event.logon_session,
            process_guid: event.process_guid,
            pid: event.pid,
            image: event.image,
            command_line: event.command_line,
            parent_guid: event.parent_guid,
            parent_image: event.parent_image,
            hash_sha256: event.hash_sha256,
            signer: event.signer,
            subject: event.subject,
            target: event.target,
            remote_ip: event.remote_ip,
            remote_port: event.remote_port,
            remote_host: event.remote_host,
            device_serial: event.device_serial,
            bytes: event.bytes,
            count: event.count,
            inferred: event.inferred,
            truncated: event.truncated,
            body: event.body,
        }
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventPage {
    items: Vec<EventView>,
    /// Where the next page begins; null if this is the last.
    next_cursor: Option<String>,
    count: Count,
    /// The search was long and stopped on its way: everything newer than this has been looked at, and `next_cursor` goes on
    /// from there, even where this page is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    searched_down_to: Option<Time>,
    /// Files that could not be read and whose events are therefore missing here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    unreadable: Vec<String>,
    /// On a first page, where `/api/v1/events/tail` goes on: nothing that comes after the page is missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    tail: Option<String>,
}

/// How long a page may take before it is given as far as it goes.
const PATIENCE: Budget = Budget { rows: u64::MAX, time: Duration::from_secs(4) };

/// Search events
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(SearchQuery),
    responses((status = 200, body = EventPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn search(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<SearchQuery>,
) -> ApiResult<Json<EventPage>> {
    let limit = PageQuery { limit: params.limit, cursor: None }.limit()?;
    let further = params.cursor.is_some();
    let question = params.question();
    let query = wanted(&ctx, &caller, params, limit).await?;
    if !further {
        viewed::note(&ctx, &caller, &question).await?;
    }
    answer(&ctx, &query).await
}

impl SearchQuery {
    /// What was asked, for the audit.
    pub(super) fn question(&self) -> Value {
        json!({"q": self.q, "text": self.text, "kind": self.kind, "level": self.level, "user": self.user,
            "endpoint": self.endpoint, "person": self.person, "image": self.image})
    }
}

/// The store's query for what somebody asked, kept to what they may see.
pub(super) async fn wanted(ctx: &Context, caller: &Caller, params: SearchQuery, limit: u32) -> Result<Query, ApiError> {
    // Also for further pages, which are not written down.
    reason(ctx, caller).await?;
    let endpoints = match &params.endpoint {
        Some(name) => Some(vec![endpoint(ctx, caller, name).await?]),
        None => scope(ctx, caller).await?,
    };
    let expr = asked::read(ctx, caller, params.q.as_deref().unwrap_or_default(), None).await?;
    Ok(query(params, endpoints, limit)?.ask(expr))
}

/// The endpoint of this name or id. What has left the ledger still has its rows: who sees everything finds them by the id.
async fn endpoint(ctx: &Context, caller: &Caller, name: &str) -> Result<EndpointId, ApiError> {
    match (id_by_name_or_id(ctx, caller, name).await, name.parse()) {
        (Err(error), Ok(id)) if error.code() == Code::NotFound && !caller.limited => Ok(id),
        (found, _) => found.map(|(id, ..)| id),
    }
}

/// The store's query for a question, kept to what the caller may see; with `received_since`, only what came since then,
/// ordered by when it came.
///
/// # Errors
/// What is wrong with the question, and where; `purpose_required`; or the database is away.
pub async fn question(
    ctx: &Context,
    caller: &Caller,
    text: &str,
    received_since: Option<Time>,
) -> Result<Query, ApiError> {
    reason(ctx, caller).await?;
    let endpoints = scope(ctx, caller).await?;
    let expr = asked::read(ctx, caller, text, None).await?;
    let order = if received_since.is_some() { Order::Received } else { Order::Occurred };
    Ok(Query { endpoints, since: received_since, order, ..Query::new() }.ask(expr))
}

/// Events as the API gives them.
///
/// # Errors
/// When the database is away.
pub async fn views(ctx: &Context, items: Vec<StoredEvent>) -> Result<Vec<Value>, ApiError> {
    let names = hostnames(ctx, &items).await?;
    let view = |stored: StoredEvent| {
        let hostname = names.get(&stored.endpoint).cloned().unwrap_or_default();
        serde_json::to_value(EventView::new(stored, hostname)).unwrap_or_default()
    };
    Ok(items.into_iter().map(view).collect())
}

/// What a query finds, as the API gives it.
pub(super) async fn answer(ctx: &Context, query: &Query) -> ApiResult<Json<EventPage>> {
    // Read before the page: what comes meanwhile is told twice rather than never.
    let tail = query.cursor.is_none().then(|| tail::head(ctx));
    let page = store(ctx).search(query).await?;
    let names = hostnames(ctx, &page.items).await?;
    let items: Vec<_> = page
        .items
        .into_iter()
        .map(|stored| {
            let hostname = names.get(&stored.endpoint).cloned().unwrap_or_default();
            EventView::new(stored, hostname)
        })
        .collect();
    let count = Count { value: items.len() as u64, exact: page.next.is_none() && query.cursor.is_none() };
    let next_cursor = page.next.map(|cursor| cursor.to_string());
    Ok(Json(EventPage { items, next_cursor, count, searched_down_to: page.partial, unreadable: page.unreadable, tail }))
}

/// The store's query for what was asked, on these endpoints only (`None` for all).
pub(super) fn query(params: SearchQuery, endpoints: Option<Vec<EndpointId>>, limit: u32) -> Result<Query, ApiError> {
    let words = |text: Option<String>| -> Vec<String> {
        let text = text.unwrap_or_default();
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let levels = words(params.level)
        .iter()
        .map(|word| {
            word.parse().map_err(|e: yagura_vocabulary::level::UnknownWord| {
                ApiError::invalid("?level", "unknown", e.to_string())
            })
        })
        .collect::<Result<_, _>>()?;
    let cursor = params.cursor.as_deref().map(str::parse).transpose()?;
    Ok(Query {
        endpoints,
        text: params.text,
        kinds: words(params.kind).iter().map(|kind| KindFilter::parse(kind)).collect(),
        levels,
        account: params.user,
        person: params.person,
        image: params.image,
        process: params.process_guid.map(|guid| ProcessFilter { guid, or_parent: true }),
        hash_sha256: params.hash,
        since: params.since,
        until: params.until,
        order: match params.order.unwrap_or_default() {
            OrderWord::Occurred => Order::Occurred,
            OrderWord::Received => Order::Received,
        },
        limit: limit as usize,
        cursor,
        budget: Some(PATIENCE),
        ..Query::new()
    })
}

/// The endpoints that a limited caller may see; `None` for all.
pub(super) async fn scope(ctx: &Context, caller: &Caller) -> Result<Option<Vec<EndpointId>>, ApiError> {
    if !caller.limited {
        return Ok(None);
    }
    let sql = format!("SELECT e.id FROM endpoints_endpoint e WHERE {}", visible("e.group_id", 1));
    let rows: Vec<(String,)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    Ok(Some(rows.into_iter().filter_map(|(id,)| id.parse().ok()).collect()))
}

/// The names of the endpoints on a page; of those that have left the ledger, their ids.
pub(super) async fn hostnames(ctx: &Context, items: &[StoredEvent]) -> Result<HashMap<EndpointId, String>, ApiError> {
    let mut names = HashMap::new();
    for stored in items {
        if names.contains_key(&stored.endpoint) {
            continue;
        }
        let name: Option<(String,)> = sqlx::query_as("SELECT hostname FROM endpoints_endpoint WHERE id = $1")
            .bind(stored.endpoint.to_string())
            .fetch_optional(ctx.db().read())
            .await?;
        names.insert(stored.endpoint, name.map_or_else(|| stored.endpoint.to_string(), |(name,)| name));
    }
    Ok(names)
}
