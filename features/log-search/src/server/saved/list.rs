//! `GET /api/v1/log-search/saved`: one's own and the shared ones, by name.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, error::Problem};

use super::{SELECT, Saved, SavedRow};

/// List saved searches
#[utoipa::path(get, path = "/api/v1/log-search/saved", tag = "log-search",
    responses((status = 200, body = Page<Saved>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<Saved>>> {
    let sql = AssertSqlSafe(format!("{SELECT} WHERE owner = $1 OR shared = 1 ORDER BY name, id"));
    let mut connection = ctx.db().read().acquire().await?;
    let rows: Vec<SavedRow> = sqlx::query_as(sql).bind(caller.who.id()).fetch_all(&mut *connection).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(row.view(&mut connection, &caller).await?);
    }
    Ok(Json(Page::whole(items)))
}
