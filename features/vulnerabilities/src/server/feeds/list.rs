//! `GET /api/v1/vulnerabilities/feeds`, `GET /api/v1/vulnerabilities/feeds/{id}`: what there is, how old it is, what failed.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Context, Json, Page, Path, error::Problem};

use super::view::{Feed, Row, SELECT, find};

/// List feeds of vulnerabilities
#[utoipa::path(get, path = "/api/v1/vulnerabilities/feeds", tag = "vulnerabilities",
    responses((status = 200, body = Page<Feed>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>) -> ApiResult<Json<Page<Feed>>> {
    let sql = format!("{SELECT} WHERE f.removed = 0 ORDER BY f.built_in DESC, f.name, f.id");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| Feed::of(row, ctx.now())).collect())))
}

/// Show a feed of vulnerabilities
#[utoipa::path(get, path = "/api/v1/vulnerabilities/feeds/{id}", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 200, body = Feed), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(State(ctx): State<Context>, Path(id): Path<String>) -> ApiResult<Json<Feed>> {
    Ok(Json(Feed::of(find(&ctx, &id).await?, ctx.now())))
}
