//! `GET /api/v1/assets/intakes`.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, error::Problem};

use super::{IntakeCredential, Row, SELECT, for_all};

/// List intake credentials
#[utoipa::path(get, path = "/api/v1/assets/intakes", tag = "assets",
    responses((status = 200, body = Page<IntakeCredential>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<IntakeCredential>>> {
    for_all(&caller)?;
    let sql = format!("{SELECT} ORDER BY i.created_at DESC, i.id");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(IntakeCredential::from).collect())))
}
