//! `GET /api/v1/accounts`: sign-in names, all or only those that are nobody's yet.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::{Account, Row, SELECT};

/// Which accounts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that are mapped to nobody.
    #[serde(default)]
    unmapped: bool,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The place in the list: the account that came last.
#[derive(Serialize, Deserialize)]
struct Place {
    name: String,
    id: String,
}

/// List accounts
#[utoipa::path(get, path = "/api/v1/accounts", tag = "people", params(ListQuery),
    responses((status = 200, body = Page<Account>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<Account>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let after: Option<Place> = paging.after()?;
    let chosen = format!("{} AND ($2 = 0 OR a.person_id IS NULL)", visible("e.group_id", 1));
    let sql = format!(
        "SELECT COUNT(*) FROM people_account a JOIN endpoints_endpoint e ON e.id = a.endpoint_id WHERE {chosen}"
    );
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(i64::from(query.unmapped))
        .fetch_one(ctx.db().read())
        .await?;
    let sql = format!(
        "{SELECT} WHERE {chosen} AND ($3 = 0 OR a.name > $4 OR (a.name = $4 AND a.id > $5))
         ORDER BY a.name, a.id LIMIT $6"
    );
    let began = i64::from(after.is_some());
    let (name, id) = after.map(|place| (place.name, place.id)).unwrap_or_default();
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(i64::from(query.unmapped))
        .bind(began)
        .bind(name)
        .bind(id)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| Place { name: row.name.clone(), id: row.id.clone() });
    Ok(Json(page.map(Account::from)))
}
