//! `GET /api/v1/assets/rounds` and `GET /api/v1/assets/rounds/{id}`.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, Path, error::Problem};

use super::{RoundRow, StockRound, find, select};

/// Most rounds that are shown: twenty years of one a month.
const MOST: usize = 240;

/// List rounds of stock-taking
///
/// The newest first.
#[utoipa::path(get, path = "/api/v1/assets/rounds", tag = "assets",
    responses((status = 200, body = Page<StockRound>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<StockRound>>> {
    let sql = format!("{} ORDER BY r.opened_at DESC, r.id DESC LIMIT {MOST}", select(""));
    let rows: Vec<RoundRow> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(StockRound::from).collect())))
}

/// Show a round of stock-taking
#[utoipa::path(get, path = "/api/v1/assets/rounds/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = StockRound), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<StockRound>> {
    Ok(Json(find(&ctx, &caller, &id).await?))
}
