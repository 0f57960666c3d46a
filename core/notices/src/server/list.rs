//! `GET /api/v1/notices`: newest first.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::{Notice, Row, delivery};

/// The place in the list: the notice that came last. Ids sort by age.
#[derive(Serialize, Deserialize)]
struct Place {
    id: String,
}

/// List notices
///
/// Those that went to at least one endpoint that the caller may see.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", params(PageQuery),
    responses((status = 200, body = Page<Notice>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> ApiResult<Json<Page<Notice>>> {
    let limit = paging.limit()?;
    let after = paging.after::<Place>()?.map(|place| place.id).unwrap_or_default();
    let chosen = format!(
        "($1 = '' OR EXISTS (SELECT 1 FROM notices_delivery d JOIN commands_command c ON c.id = d.command_id
         JOIN endpoints_endpoint e ON e.id = c.endpoint_id WHERE d.notice_id = n.id AND {}))",
        visible("e.group_id", 1)
    );
    let sql = format!("SELECT COUNT(*) FROM notices_notice n WHERE {chosen}");
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_one(ctx.db().read()).await?;
    let sql = format!(
        "SELECT n.id AS id, n.title AS title, n.text AS text, n.created_at AS created_at, n.created_by AS created_by,
         n.expires_at AS expires_at FROM notices_notice n WHERE {chosen} AND ($2 = '' OR n.id < $2)
         ORDER BY n.id DESC LIMIT $3"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| Place { id: row.id.clone() });
    let ids: Vec<_> = page.items.iter().map(|row| row.id.clone()).collect();
    let mut counted = delivery::count(&ctx, &caller, &ids).await?;
    Ok(Json(page.map(|row| {
        let delivery = counted.remove(&row.id).unwrap_or_default();
        row.with(delivery)
    })))
}
