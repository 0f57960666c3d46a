//! `GET /api/v1/distribution/parts`: the endpoints of a rollout, or the rollouts of an endpoint.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::view::{FROM, RolloutPart, Row, SELECT};
use crate::part::PartState;

/// Which parts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PartsQuery {
    /// Of this rollout.
    pub(super) rollout: Option<String>,
    /// Of this endpoint, by its id.
    pub(super) endpoint: Option<String>,
    /// Of this ring, from 0.
    pub(super) ring: Option<i64>,
    /// In one of these states, with commas between them.
    pub(super) state: Option<String>,
    /// Part of the host name.
    pub(super) q: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    pub(super) limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

/// The place in the list: what came last. Newer rollouts come first, and within one the host names in order.
#[derive(Serialize, Deserialize)]
pub(super) struct Place {
    rollout: String,
    hostname: String,
    endpoint: String,
}

/// The condition, and what is bound from `$1` on: limit, rollout, endpoint, ring, text.
pub(super) fn chosen(query: &PartsQuery) -> Result<String, ApiError> {
    let states: Vec<&str> =
        query.state.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty()).collect();
    if let Some(wrong) = states.iter().find(|word| PartState::parse(word).is_none()) {
        return Err(ApiError::invalid("?state", "unknown", format!("`{wrong}` is no state of a part")));
    }
    if query.rollout.is_none() && query.endpoint.is_none() {
        return Err(ApiError::invalid("?rollout", "required", "say of which rollout or of which endpoint"));
    }
    // Words of ours, checked above.
    let states = match states.as_slice() {
        [] => String::new(),
        some => format!("AND p.state IN ('{}')", some.join("', '")),
    };
    Ok(format!(
        "r.state <> 'preparing' AND {} AND ($2 = '' OR p.rollout_id = $2) AND ($3 = '' OR p.endpoint_id = $3)
         AND ($4 = -1 OR p.ring = $4) AND ($5 = '' OR lower(e.hostname) LIKE '%' || $5 || '%') {states}",
        visible("e.group_id", 1)
    ))
}

/// One page of them.
pub(super) async fn page(ctx: &Context, caller: &Caller, query: &PartsQuery) -> Result<Page<Row>, ApiError> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let limit = paging.limit()?;
    let after = paging.after::<Place>()?;
    let chosen = chosen(query)?;
    let (rollout, endpoint) = (query.rollout.clone().unwrap_or_default(), query.endpoint.clone().unwrap_or_default());
    let (ring, q) =
        (query.ring.unwrap_or(-1), query.q.as_deref().unwrap_or_default().to_lowercase().replace(['%', '_', '\\'], ""));
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) {FROM} WHERE {chosen}")))
        .bind(caller.limit())
        .bind(&rollout)
        .bind(&endpoint)
        .bind(ring)
        .bind(&q)
        .fetch_one(ctx.db().read())
        .await?;
    let sql = format!(
        "{SELECT} {FROM} WHERE {chosen} AND ($6 = '' OR p.rollout_id < $6 OR (p.rollout_id = $6 AND (e.hostname, p.endpoint_id) > ($7, $8)))
         ORDER BY p.rollout_id DESC, e.hostname, p.endpoint_id LIMIT $9"
    );
    let place = after.unwrap_or(Place { rollout: String::new(), hostname: String::new(), endpoint: String::new() });
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(&rollout)
        .bind(&endpoint)
        .bind(ring)
        .bind(&q)
        .bind(place.rollout)
        .bind(place.hostname)
        .bind(place.endpoint)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    Ok(Page::cut(rows, limit, count, |row| Place {
        rollout: row.rollout_id.clone(),
        hostname: row.hostname.clone(),
        endpoint: row.endpoint_id.clone(),
    }))
}

/// List what became of rollouts at endpoints
#[utoipa::path(get, path = "/api/v1/distribution/parts", tag = "distribution", params(PartsQuery),
    responses((status = 200, body = Page<RolloutPart>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<PartsQuery>,
) -> ApiResult<Json<Page<RolloutPart>>> {
    let page = page(&ctx, &caller, &query).await?;
    let (next_cursor, count) = (page.next_cursor, page.count);
    let items = page.items.into_iter().map(RolloutPart::try_from).collect::<Result<Vec<_>, ApiError>>()?;
    Ok(Json(Page { items, next_cursor, count }))
}
