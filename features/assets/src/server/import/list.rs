//! `GET /api/v1/assets/imports`, `GET /api/v1/assets/imports/{id}`: what became of lists.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    for_all,
    job::{ImportJob, Row, SELECT, find},
};

/// So many are shown.
const LAST: usize = 50;

/// List imports of assets
#[utoipa::path(get, path = "/api/v1/assets/imports", tag = "assets",
    responses((status = 200, body = Page<ImportJob>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<ImportJob>>> {
    for_all(&caller)?;
    let sql = format!("{SELECT} ORDER BY started_at DESC, id LIMIT {LAST}");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| ImportJob::of(row, ctx.now())).collect())))
}

/// Show an import of assets
#[utoipa::path(get, path = "/api/v1/assets/imports/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = ImportJob), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<ImportJob>>,
) -> ApiResult<Json<ImportJob>> {
    for_all(&caller)?;
    Ok(Json(find(&ctx, &id.to_string()).await?))
}
