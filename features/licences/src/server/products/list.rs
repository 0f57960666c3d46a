//! `GET /api/v1/licences/products`: products, filtered, sorted and paged; with `inbox`, those that wait for a class.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::view::{COLUMNS, ProductView, Row, shown};
use crate::{Class, pattern::folded};

/// Which products, in which order.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductsQuery {
    /// Part of the name or the vendor.
    q: Option<String>,
    /// `paid`, `free`, `not_permitted`, `system`, `unclassified`.
    class: Option<String>,
    /// Whether parts of the operating system are left out.
    without_system: Option<bool>,
    /// Only what waits for a class: unclassified, on some machine, and not set aside since it came to more of them.
    inbox: Option<bool>,
    /// `none`, `enough`, `over`.
    licences: Option<String>,
    /// `name`, `machines`, `first_at`; with `-` before it the other way round.
    sort: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// How many came before: counts move, which would break a cursor by key.
#[derive(Serialize, Deserialize)]
struct Place {
    offset: i64,
}

/// List products
///
/// Products that are on no machine are shown where licences were bought for them.
#[utoipa::path(get, path = "/api/v1/licences/products", tag = "licences", params(ProductsQuery),
    responses((status = 200, body = Page<ProductView>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<ProductsQuery>,
) -> ApiResult<Json<Page<ProductView>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let limit = paging.limit()?;
    let Place { offset } = paging.after()?.unwrap_or(Place { offset: 0 });
    let class = query.class.clone().unwrap_or_default();
    if !class.is_empty() && class.parse::<Class>().is_err() {
        return Err(ApiError::invalid("?class", "unknown", format!("`{class}` is no class")));
    }
    let licences = query.licences.clone().unwrap_or_default();
    if !["", "none", "enough", "over"].contains(&licences.as_str()) {
        return Err(ApiError::invalid("?licences", "unknown", "one of none, enough, over"));
    }
    let order = order(query.sort.as_deref().unwrap_or("-machines"))?;
    let q = folded(&query.q.unwrap_or_default()).replace(['%', '_', '\\'], "");
    let matching = "WHERE (machines > 0 OR licences <> 'none')
         AND ($2 = '' OR folded LIKE '%' || $2 || '%' OR lower(vendor) LIKE '%' || $2 || '%') AND ($3 = '' OR class = $3)
         AND ($4 = 0 OR class <> 'system') AND ($5 = 0 OR (class = 'unclassified' AND machines > aside))
         AND ($6 = '' OR licences = $6)";
    let from = format!("FROM {} {matching}", shown(&caller, 1));
    let sql = format!("SELECT {COLUMNS} {from} ORDER BY {order} LIMIT $7 OFFSET $8");
    let (system, inbox) = (i64::from(query.without_system == Some(true)), i64::from(query.inbox == Some(true)));
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(&q)
        .bind(&class)
        .bind(system)
        .bind(inbox)
        .bind(&licences)
        .bind(i64::from(limit) + 1)
        .bind(offset)
        .fetch_all(ctx.db().read())
        .await?;
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) {from}")))
        .bind(caller.limit())
        .bind(&q)
        .bind(&class)
        .bind(system)
        .bind(inbox)
        .bind(&licences)
        .fetch_one(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |_| Place { offset: offset + i64::from(limit) });
    Ok(Json(page.map(|row| ProductView::new(&caller, row))))
}

fn order(sort: &str) -> Result<String, ApiError> {
    let (column, way) = sort.strip_prefix('-').map_or((sort, "ASC"), |column| (column, "DESC"));
    let column = match column {
        "name" => "folded",
        "machines" | "first_at" => column,
        _ => return Err(ApiError::invalid("?sort", "unknown", format!("products cannot be sorted by `{sort}`"))),
    };
    Ok(format!("{column} {way}, folded, number"))
}
