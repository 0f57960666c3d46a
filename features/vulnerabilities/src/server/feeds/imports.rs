//! `GET /api/v1/vulnerabilities/imports`, `GET …/{id}`: what became of imports.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Context, Json, Page, Path, error::Problem};
use yagura_vocabulary::Id;

use super::job::{Import, Row, SELECT, find};

/// So many are shown.
const LAST: usize = 100;

/// List imports of feeds
#[utoipa::path(get, path = "/api/v1/vulnerabilities/imports", tag = "vulnerabilities",
    responses((status = 200, body = Page<Import>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>) -> ApiResult<Json<Page<Import>>> {
    let sql = format!("{SELECT} ORDER BY started_at DESC, id DESC LIMIT {LAST}");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| Import::of(row, ctx.now())).collect())))
}

/// Show an import of a feed
#[utoipa::path(get, path = "/api/v1/vulnerabilities/imports/{id}", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 200, body = Import), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(State(ctx): State<Context>, Path(id): Path<Id<Import>>) -> ApiResult<Json<Import>> {
    Ok(Json(find(&ctx, &id.to_string()).await?))
}
