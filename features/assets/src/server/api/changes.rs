//! `GET /api/v1/assets/changes`: what changed, newest first.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::Time;

use super::view::{FROM, find, seen_by};
use crate::changes::Part;

/// Which changes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesQuery {
    /// Id of an asset, or of its endpoint.
    asset: Option<String>,
    /// Parts, separated by commas: `hostname`, `memory`, `software`.
    part: Option<String>,
    /// From this time on.
    since: Option<Time>,
    /// Before this time.
    until: Option<Time>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// One change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChangeView {
    id: String,
    /// The asset.
    asset: String,
    /// Its name now.
    machine: String,
    at: Time,
    /// Who told of it.
    source: String,
    /// What kind of thing changed: `hostname`, `memory`, `software`.
    part: String,
    /// Which one, where a machine has many.
    name: String,
    /// What it was; null for what is new.
    before: Option<String>,
    /// What it is; null for what is gone.
    after: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    asset_id: String,
    machine: String,
    at: i64,
    source: String,
    part: String,
    name: String,
    before_value: Option<String>,
    after_value: Option<String>,
}

/// List changes of assets
#[utoipa::path(get, path = "/api/v1/assets/changes", tag = "assets", params(ChangesQuery),
    responses((status = 200, body = Page<ChangeView>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn changes(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<ChangesQuery>,
) -> ApiResult<Json<Page<ChangeView>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let (before_at, before_id): (i64, String) = paging.after()?.unwrap_or((i64::MAX, String::new()));
    let asset = match &query.asset {
        Some(id) => find(&ctx, &caller, id).await?.0.to_string(),
        None => String::new(),
    };
    let parts: Vec<&str> =
        query.part.as_deref().unwrap_or_default().split(',').filter(|part| !part.is_empty()).collect();
    if let Some(unknown) = parts.iter().find(|part| part.parse::<Part>().is_err()) {
        return Err(ApiError::invalid("?part", "unknown", format!("`{unknown}` is no part of an asset")));
    }
    let parts = if parts.is_empty() { String::new() } else { format!(",{},", parts.join(",")) };
    let matching = format!(
        "{FROM} JOIN assets_change c ON c.asset_id = a.id WHERE {} AND ($2 = '' OR c.asset_id = $2)
         AND ($3 = '' OR $3 LIKE '%,' || c.part || ',%') AND c.at >= $4 AND c.at < $5",
        seen_by(1)
    );
    let since = query.since.map_or(i64::MIN, Time::micros);
    let until = query.until.map_or(i64::MAX, Time::micros);
    let sql = format!(
        "SELECT c.id AS id, c.asset_id AS asset_id, a.name AS machine, c.at AS at, c.source AS source, c.part AS part,
         c.name AS name, c.before_value AS before_value, c.after_value AS after_value {matching}
         AND (c.at < $6 OR (c.at = $6 AND c.id < $7)) ORDER BY c.at DESC, c.id DESC LIMIT $8"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(&asset)
        .bind(&parts)
        .bind(since)
        .bind(until)
        .bind(before_at)
        .bind(before_id)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) {matching}")))
        .bind(caller.limit())
        .bind(&asset)
        .bind(&parts)
        .bind(since)
        .bind(until)
        .fetch_one(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| (row.at, row.id.clone()));
    Ok(Json(page.map(|row| ChangeView {
        id: row.id,
        asset: row.asset_id,
        machine: row.machine,
        at: Time::from_micros(row.at),
        source: row.source,
        part: row.part,
        name: row.name,
        before: row.before_value,
        after: row.after_value,
    })))
}
