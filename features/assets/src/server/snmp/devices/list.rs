//! `GET /api/v1/assets/devices`: all devices that the server asks.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::{DeviceDetail, DeviceSummary, FROM, Row, SELECT};
use crate::server::snmp::keep::DeviceState;

/// Which devices.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DevicesQuery {
    /// Part of the address or name, or of what the device calls itself.
    q: Option<String>,
    /// `waiting`, `reachable`, `unreachable`, `refused`, `unreadable`.
    state: Option<String>,
    /// The id of the asset that it is.
    asset: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Place {
    offset: i64,
}

/// List devices that the server asks
///
/// What does not answer comes first.
#[utoipa::path(get, path = "/api/v1/assets/devices", tag = "assets", params(DevicesQuery),
    responses((status = 200, body = Page<DeviceSummary>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<DevicesQuery>,
) -> ApiResult<Json<Page<DeviceSummary>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let limit = paging.limit()?;
    let offset = paging.after::<Place>()?.map_or(0, |place| place.offset.max(0));
    let state: Option<DeviceState> = query.state.as_deref().map(str::parse).transpose().map_err(
        |error: <DeviceState as std::str::FromStr>::Err| ApiError::invalid("?state", "unknown", error.to_string()),
    )?;
    let q = query.q.as_deref().map(|q| q.replace(['%', '_', '\\'], "").to_lowercase()).filter(|q| !q.is_empty());
    let q = q.map(|q| format!("%{q}%")).unwrap_or_default();
    let asset = query.asset.unwrap_or_default();
    let matching = format!(
        "WHERE {} AND ($2 = '' OR d.state = $2) AND ($3 = '' OR d.host LIKE $3 OR lower(a.name) LIKE $3)
         AND ($4 = '' OR s.asset_id = $4)",
        visible("g.id", 1)
    );
    let sql = format!(
        "{SELECT} {FROM} {matching}
         ORDER BY CASE d.state WHEN 'unreachable' THEN 0 WHEN 'refused' THEN 1 WHEN 'unreadable' THEN 2 ELSE 3 END,
         d.host, d.port, d.id LIMIT $5 OFFSET $6"
    );
    let state = state.map(DeviceState::as_str).unwrap_or_default();
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(state)
        .bind(&q)
        .bind(&asset)
        .bind(i64::from(limit) + 1)
        .bind(offset)
        .fetch_all(ctx.db().read())
        .await?;
    let sql = format!("SELECT COUNT(*) {FROM} {matching}");
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(state)
        .bind(&q)
        .bind(&asset)
        .fetch_one(ctx.db().read())
        .await?;
    let items: Vec<DeviceSummary> = rows.into_iter().map(|row| DeviceDetail::of(row).summary).collect();
    let next = offset + i64::from(limit);
    Ok(Json(Page::cut(items, limit, Count { value: count.unsigned_abs(), exact: true }, |_| Place { offset: next })))
}
