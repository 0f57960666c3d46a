//! `GET /api/v1/policies/{feature}/{group}` and its `/versions`.

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Page, Path, error::Problem};

use super::{PolicyVersion, place};
use crate::server::outlook::{Outlook, VERSION_COLUMNS, VersionRow};

/// Show a group's policy
#[utoipa::path(get, path = "/api/v1/policies/{feature}/{group}", tag = "policies",
    params(("feature" = String, Path), ("group" = String, Path)),
    responses((status = 200, body = PolicyVersion), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path((feature, group)): Path<(String, String)>,
) -> ApiResult<Json<PolicyVersion>> {
    let outlook = Outlook::load(&ctx).await?;
    place(&ctx, &caller, &outlook.tree, &feature, &group).await?;
    let row = outlook.newest(&feature, &group).ok_or_else(|| ApiError::not_found("policy"))?;
    Ok(Json(PolicyVersion::new(&ctx, &outlook, row, true).await?))
}

/// List the versions of a group's policy, newest first
#[utoipa::path(get, path = "/api/v1/policies/{feature}/{group}/versions", tag = "policies",
    params(("feature" = String, Path), ("group" = String, Path)),
    responses((status = 200, body = Page<PolicyVersion>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn versions(
    State(ctx): State<Context>,
    caller: Caller,
    Path((feature, group)): Path<(String, String)>,
) -> ApiResult<Json<Page<PolicyVersion>>> {
    let outlook = Outlook::load(&ctx).await?;
    place(&ctx, &caller, &outlook.tree, &feature, &group).await?;
    let sql = format!(
        "SELECT {VERSION_COLUMNS} FROM policy_version WHERE feature = $1 AND group_id = $2 ORDER BY version DESC LIMIT 1000"
    );
    let rows: Vec<VersionRow> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(&feature).bind(&group).fetch_all(ctx.db().read()).await?;
    let mut items = Vec::with_capacity(rows.len());
    for (n, row) in rows.iter().enumerate() {
        items.push(PolicyVersion::new(&ctx, &outlook, row, n == 0 && row.removed == 0).await?);
    }
    Ok(Json(Page::whole(items)))
}
