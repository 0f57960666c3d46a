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

/// A condition, and what is bound to its parameters.
struct Chosen {
    sql: String,
    bound: Vec<Bound>,
}

enum Bound {
    Text(String),
    Number(i64),
}

impl Chosen {
    /// Only what is asked for stands in it: with "or nothing was asked", no index would help, and all rollouts of all time would be read.
    fn new(caller: &Caller, query: &PartsQuery) -> Result<Self, ApiError> {
        let states: Vec<&str> =
            query.state.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty()).collect();
        if let Some(wrong) = states.iter().find(|word| PartState::parse(word).is_none()) {
            return Err(ApiError::invalid("?state", "unknown", format!("`{wrong}` is no state of a part")));
        }
        if query.rollout.is_none() && query.endpoint.is_none() {
            return Err(ApiError::invalid("?rollout", "required", "say of which rollout or of which endpoint"));
        }
        let sql = format!("r.state <> 'preparing' AND {}", visible("e.group_id", 1));
        let mut own = Self { sql, bound: vec![Bound::Text(caller.limit().to_owned())] };
        if let Some(rollout) = &query.rollout {
            own.and("p.rollout_id =", Bound::Text(rollout.clone()), "");
        }
        if let Some(endpoint) = &query.endpoint {
            own.and("p.endpoint_id =", Bound::Text(endpoint.clone()), "");
        }
        if let Some(ring) = query.ring {
            own.and("p.ring =", Bound::Number(ring), "");
        }
        let text = query.q.as_deref().unwrap_or_default().to_lowercase().replace(['%', '_', '\\'], "");
        if !text.is_empty() {
            own.and("lower(e.hostname) LIKE '%' ||", Bound::Text(text), "|| '%'");
        }
        if !states.is_empty() {
            // Words of ours, checked above.
            own.sql += &format!(" AND p.state IN ('{}')", states.join("', '"));
        }
        Ok(own)
    }

    /// The number of the next parameter, to which this is bound.
    fn bind(&mut self, bound: Bound) -> usize {
        self.bound.push(bound);
        self.bound.len()
    }

    fn and(&mut self, before: &str, bound: Bound, after: &str) {
        let n = self.bind(bound);
        self.sql += &format!(" AND {before} ${n} {after}");
    }

    /// Goes on behind this place.
    fn after(&mut self, place: Place) {
        let rollout = self.bind(Bound::Text(place.rollout));
        let hostname = self.bind(Bound::Text(place.hostname));
        let endpoint = self.bind(Bound::Text(place.endpoint));
        self.sql += &format!(
            " AND (p.rollout_id < ${rollout} OR (p.rollout_id = ${rollout} AND (e.hostname, p.endpoint_id) > (${hostname}, ${endpoint})))"
        );
    }

    async fn ask<T>(self, ctx: &Context, sql: String) -> Result<Vec<T>, ApiError>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
    {
        let mut query = sqlx::query_as::<sqlx::Any, T>(AssertSqlSafe(sql));
        for bound in self.bound {
            query = match bound {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
            };
        }
        Ok(query.fetch_all(ctx.db().read()).await?)
    }
}

/// What is chosen from: parts, their rollouts and endpoints.
const CHOOSE: &str = "FROM distribution_part p JOIN distribution_rollout r ON r.id = p.rollout_id
     JOIN endpoints_endpoint e ON e.id = p.endpoint_id";

/// How many they are.
async fn count(ctx: &Context, caller: &Caller, query: &PartsQuery) -> Result<Count, ApiError> {
    let chosen = Chosen::new(caller, query)?;
    let sql = format!("SELECT COUNT(*) {CHOOSE} WHERE {}", chosen.sql);
    let rows: Vec<(i64,)> = chosen.ask(ctx, sql).await?;
    Ok(Count { value: rows.first().map_or(0, |(count,)| count.unsigned_abs()), exact: true })
}

/// One page of them, and where it goes on.
pub(super) async fn page(ctx: &Context, caller: &Caller, query: &PartsQuery) -> Result<Page<Row>, ApiError> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let limit = paging.limit()?;
    let mut chosen = Chosen::new(caller, query)?;
    if let Some(place) = paging.after::<Place>()? {
        chosen.after(place);
    }
    let most = chosen.bind(Bound::Number(i64::from(limit) + 1));
    // What is shown of each is fetched for the page only.
    let sql = format!(
        "{SELECT} FROM (SELECT p.rollout_id AS rollout_id, p.endpoint_id AS endpoint_id {CHOOSE} WHERE {}
         ORDER BY p.rollout_id DESC, e.hostname, p.endpoint_id LIMIT ${most}) page
         CROSS JOIN {FROM} WHERE p.rollout_id = page.rollout_id AND p.endpoint_id = page.endpoint_id
         ORDER BY p.rollout_id DESC, e.hostname, p.endpoint_id",
        chosen.sql
    );
    let rows: Vec<Row> = chosen.ask(ctx, sql).await?;
    let none = Count { value: 0, exact: false };
    Ok(Page::cut(rows, limit, none, |row| Place {
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
    let count = count(&ctx, &caller, &query).await?;
    let page = page(&ctx, &caller, &query).await?;
    let next_cursor = page.next_cursor;
    let items = page.items.into_iter().map(RolloutPart::try_from).collect::<Result<Vec<_>, ApiError>>()?;
    Ok(Json(Page { items, next_cursor, count }))
}
