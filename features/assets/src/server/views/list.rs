//! `GET /api/v1/assets/views`.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, error::Problem};

use super::{AssetView, SELECT, ViewRow};

/// List views of the ledger
///
/// One's own, and those that others share.
#[utoipa::path(get, path = "/api/v1/assets/views", tag = "assets",
    responses((status = 200, body = Page<AssetView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<AssetView>>> {
    let sql = format!(
        "{SELECT} WHERE owner = $1 OR shared = 1 ORDER BY CASE WHEN owner = $1 THEN 0 ELSE 1 END, name, id LIMIT 500"
    );
    let rows: Vec<ViewRow> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.who.id()).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| row.view(&caller)).collect())))
}
