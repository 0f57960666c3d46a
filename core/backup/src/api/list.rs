//! `GET /api/v1/backups`: newest first.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use crate::job::{Job, Row, SELECT};

/// List backups
#[utoipa::path(get, path = "/api/v1/backups", tag = "backups", params(PageQuery),
    responses((status = 200, body = Page<Job>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, Query(paging): Query<PageQuery>) -> ApiResult<Json<Page<Job>>> {
    let limit = paging.limit()?;
    let (before_at, before_id): (i64, String) = paging.after()?.unwrap_or((i64::MAX, String::new()));
    let sql =
        format!("{SELECT} WHERE asked_at < $1 OR (asked_at = $1 AND id < $2) ORDER BY asked_at DESC, id DESC LIMIT $3");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(before_at)
        .bind(before_id)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM backup_job").fetch_one(ctx.db().read()).await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    Ok(Json(Page::cut(rows, limit, count, |row| (row.asked_at, row.id.clone())).map(Job::from)))
}
