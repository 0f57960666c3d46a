//! `GET /api/v1/assets/snmp-credentials`.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Context, Json, Page, error::Problem};

use super::{Row, SELECT, SnmpCredential};

/// List credentials for devices
///
/// Their names only: who registers a device chooses one.
#[utoipa::path(get, path = "/api/v1/assets/snmp-credentials", tag = "assets",
    responses((status = 200, body = Page<SnmpCredential>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>) -> ApiResult<Json<Page<SnmpCredential>>> {
    let sql = format!("{SELECT} ORDER BY c.name, c.id");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(SnmpCredential::from).collect())))
}
