//! `GET /api/v1/admins`.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiResult, Context, Json, Page, error::Problem};

use crate::account::{self, Account, Admin, COLUMNS};

/// List administrators
#[utoipa::path(get, path = "/api/v1/admins", tag = "admins",
    responses((status = 200, body = Page<Admin>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>) -> ApiResult<Json<Page<Admin>>> {
    let mut connection = ctx.db().read().acquire().await?;
    let sql = format!("SELECT {COLUMNS} FROM admins_admin ORDER BY name");
    let accounts: Vec<Account> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *connection).await?;
    let mut admins = Vec::with_capacity(accounts.len());
    for account in &accounts {
        let groups = account::groups(&mut connection, &account.id).await?;
        admins.push(Admin::new(account, groups, ctx.now())?);
    }
    Ok(Json(Page::whole(admins)))
}
