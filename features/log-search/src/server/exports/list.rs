//! `GET /api/v1/log-search/exports`: one's own, the newest first.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, error::Problem};

use super::{Export, ExportRow, Exports, SELECT};

/// List exports
#[utoipa::path(get, path = "/api/v1/log-search/exports", tag = "log-search",
    responses((status = 200, body = Page<Export>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<Export>>> {
    let sql = AssertSqlSafe(format!("{SELECT} WHERE owner = $1 ORDER BY created_at DESC, id LIMIT 100"));
    let rows: Vec<ExportRow> = sqlx::query_as(sql).bind(caller.who.id()).fetch_all(ctx.db().read()).await?;
    let exports = ctx.part::<Exports>();
    Ok(Json(Page::whole(rows.into_iter().map(|row| row.view(exports)).collect())))
}
