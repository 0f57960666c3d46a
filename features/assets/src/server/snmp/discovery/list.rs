//! `GET /api/v1/assets/discoveries`, `GET /api/v1/assets/discoveries/{id}`: what became of them.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, Path, error::Problem};

use super::job::{Discovery, Row, SELECT, find};
use crate::server::snmp::for_all;

/// So many are shown.
const LAST: usize = 50;

/// List searches for devices
#[utoipa::path(get, path = "/api/v1/assets/discoveries", tag = "assets",
    responses((status = 200, body = Page<Discovery>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<Discovery>>> {
    for_all(&caller)?;
    let sql = format!("{SELECT} ORDER BY started_at DESC, id LIMIT {LAST}");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| Discovery::of(row, ctx.now())).collect())))
}

/// Show a search for devices
#[utoipa::path(get, path = "/api/v1/assets/discoveries/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = Discovery), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Discovery>> {
    for_all(&caller)?;
    Ok(Json(find(&ctx, &id).await?))
}
