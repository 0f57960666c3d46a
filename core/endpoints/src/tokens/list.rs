//! `GET /api/v1/enrolment-tokens`.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, error::Problem};

use super::{EnrolmentToken, Row, SELECT};
use crate::visible;

/// List enrolment tokens
#[utoipa::path(get, path = "/api/v1/enrolment-tokens", tag = "enrolment",
    responses((status = 200, body = Page<EnrolmentToken>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<EnrolmentToken>>> {
    let sql = format!("{SELECT} WHERE {} ORDER BY t.created_at DESC, t.id", visible("t.group_id", 1));
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| EnrolmentToken::new(row, ctx.now())).collect())))
}
