//! `GET /api/v1/distribution/rollouts`: newest first.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_server_kit::{ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::view::{COLUMNS, RolloutShort, Row, seen};
use crate::rollout::RolloutState;

/// Which rollouts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RolloutsQuery {
    state: Option<RolloutState>,
    /// Part of the name.
    q: Option<String>,
    /// That bring this package or script.
    item: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The place in the list: the rollout that came last. Ids sort by age.
#[derive(Serialize, Deserialize)]
struct Place {
    id: String,
}

/// List rollouts
#[utoipa::path(get, path = "/api/v1/distribution/rollouts", tag = "distribution", params(RolloutsQuery),
    responses((status = 200, body = Page<RolloutShort>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<RolloutsQuery>,
) -> ApiResult<Json<Page<RolloutShort>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let after = paging.after::<Place>()?.map(|place| place.id).unwrap_or_default();
    let state = query.state.and_then(|state| serde_json::to_value(state).ok());
    let state = state.as_ref().and_then(|state| state.as_str()).unwrap_or_default();
    let q = query.q.unwrap_or_default().to_lowercase().replace(['%', '_', '\\'], "");
    let item = query.item.unwrap_or_default();
    let chosen = format!(
        "FROM distribution_rollout r WHERE {} AND ($2 = '' OR r.state = $2) AND ($3 = '' OR lower(r.name) LIKE '%' || $3 || '%')
         AND ($4 = '' OR EXISTS (SELECT 1 FROM distribution_use u WHERE u.rollout_id = r.id AND u.item_id = $4))",
        seen(1)
    );
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) {chosen}")))
        .bind(caller.limit())
        .bind(state)
        .bind(&q)
        .bind(&item)
        .fetch_one(ctx.db().read())
        .await?;
    let sql = format!("SELECT {COLUMNS} {chosen} AND ($5 = '' OR r.id < $5) ORDER BY r.id DESC LIMIT $6");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(state)
        .bind(&q)
        .bind(&item)
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| Place { id: row.id.clone() });
    let (next_cursor, count) = (page.next_cursor, page.count);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(RolloutShort::new(&ctx, &caller, row).await?.0.in_a_list());
    }
    Ok(Json(Page { items, next_cursor, count }))
}
