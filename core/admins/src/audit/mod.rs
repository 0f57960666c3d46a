//! `GET /api/v1/audit`: who changed what, newest first.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiResult, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::Time;

/// One change.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditItem {
    id: String,
    at: Time,
    actor: String,
    actor_id: Option<String>,
    ip: Option<String>,
    action: String,
    object_kind: String,
    object_id: String,
    object_label: String,
    before: Value,
    after: Value,
    purpose: Option<String>,
}

/// Which changes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// By whom (name).
    actor: Option<String>,
    /// `group.create`, ...
    action: Option<String>,
    /// Id of the thing changed.
    object: Option<String>,
    since: Option<Time>,
    until: Option<Time>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    at: i64,
    actor: String,
    actor_id: Option<String>,
    ip: Option<String>,
    action: String,
    object_kind: String,
    object_id: String,
    object_label: String,
    before_value: String,
    after_value: String,
    purpose: Option<String>,
}

/// Read the audit log
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = Page<AuditItem>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    Query(query): Query<AuditQuery>,
) -> ApiResult<Json<Page<AuditItem>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let (before_at, before_id): (i64, String) = paging.after()?.unwrap_or((i64::MAX, String::new()));
    let (actor, action) = (query.actor.unwrap_or_default(), query.action.unwrap_or_default());
    let object = query.object.unwrap_or_default();
    let since = query.since.map_or(i64::MIN, Time::micros);
    let until = query.until.map_or(i64::MAX, Time::micros);
    const MATCHING: &str = "FROM audit_row WHERE ($1 = '' OR actor = $1) AND ($2 = '' OR action = $2)
         AND ($3 = '' OR object_id = $3) AND at >= $4 AND at < $5";
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT id, at, actor, actor_id, ip, action, object_kind, object_id, object_label, before_value, after_value,
         purpose {MATCHING} AND (at < $6 OR (at = $6 AND id < $7)) ORDER BY at DESC, id DESC LIMIT $8"
    )))
    .bind(&actor)
    .bind(&action)
    .bind(&object)
    .bind(since)
    .bind(until)
    .bind(before_at)
    .bind(&before_id)
    .bind(i64::from(limit) + 1)
    .fetch_all(ctx.db().read())
    .await?;
    let (count,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) {MATCHING}")))
        .bind(&actor)
        .bind(&action)
        .bind(&object)
        .bind(since)
        .bind(until)
        .fetch_one(ctx.db().read())
        .await?;
    let count = Count { value: u64::try_from(count).unwrap_or(0), exact: true };
    let page = Page::cut(rows, limit, count, |row| (row.at, row.id.clone()));
    Ok(Json(page.map(|row| AuditItem {
        id: row.id,
        at: Time::from_micros(row.at),
        actor: row.actor,
        actor_id: row.actor_id,
        ip: row.ip,
        action: row.action,
        object_kind: row.object_kind,
        object_id: row.object_id,
        object_label: row.object_label,
        before: serde_json::from_str(&row.before_value).unwrap_or_default(),
        after: serde_json::from_str(&row.after_value).unwrap_or_default(),
        purpose: row.purpose,
    })))
}
