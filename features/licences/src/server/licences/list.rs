//! `GET /api/v1/licences`: what was bought, the products in order.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::view::{COLUMNS, LicenceView, Row, SHOWN, ends};
use crate::pattern::folded;

/// Which licences.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LicencesQuery {
    /// Part of the product's name, the vendor, the contract, the document or the seller.
    q: Option<String>,
    /// The product's id.
    product: Option<String>,
    /// `over`, `ended`, `not_begun`, `ending`, `enough`.
    state: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Place {
    folded: String,
    id: String,
}

/// List licences
#[utoipa::path(get, path = "/api/v1/licences", tag = "licences", params(LicencesQuery),
    responses((status = 200, body = Page<LicenceView>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<LicencesQuery>,
) -> ApiResult<Json<Page<LicenceView>>> {
    let state = query.state.unwrap_or_default();
    if !["", "over", "ended", "not_begun", "ending", "enough"].contains(&state.as_str()) {
        return Err(ApiError::invalid("?state", "unknown", "one of over, ended, not_begun, ending, enough"));
    }
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let after = paging.after()?.unwrap_or(Place { folded: String::new(), id: String::new() });
    // One part of the machines cannot say how a licence stands.
    let state = if caller.limited { String::new() } else { state };
    let product = query.product.map_or(-1, |id| id.parse::<i64>().unwrap_or(0));
    let q = folded(&query.q.unwrap_or_default()).replace(['%', '_', '\\'], "");
    let (now, near) = ends(&ctx).await?;
    let matching = format!(
        "FROM {SHOWN} WHERE ($3 = '' OR folded LIKE '%' || $3 || '%' OR lower(vendor) LIKE '%' || $3 || '%'
         OR lower(contract) LIKE '%' || $3 || '%' OR lower(document) LIKE '%' || $3 || '%'
         OR lower(seller) LIKE '%' || $3 || '%') AND ($4 = '' OR state = $4) AND ($5 = -1 OR product = $5)"
    );
    let sql = format!("SELECT {COLUMNS} {matching} AND (folded, id) > ($6, $7) ORDER BY folded, id LIMIT $8");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(now)
        .bind(near)
        .bind(&q)
        .bind(&state)
        .bind(product)
        .bind(after.folded)
        .bind(after.id)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) {matching}")))
        .bind(now)
        .bind(near)
        .bind(&q)
        .bind(&state)
        .bind(product)
        .fetch_one(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| Place { folded: folded(&row.product_name), id: row.id.clone() });
    let (next_cursor, count) = (page.next_cursor, page.count);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(LicenceView::new(&ctx, &caller, row).await?);
    }
    Ok(Json(Page { items, next_cursor, count }))
}
