//! `GET /api/v1/distribution/items`: what lies on the shelf, newest first.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::view::{Row, SELECT, ShelfKind, ShelfView};

/// Which of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ItemsQuery {
    kind: Option<ShelfKind>,
    /// Part of the name or the file's.
    q: Option<String>,
    /// All versions of the script of this name. Otherwise of each script the newest.
    name: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The place in the list: the item that came last. Ids sort by age.
#[derive(Serialize, Deserialize)]
struct Place {
    id: String,
}

/// List packages and scripts
#[utoipa::path(get, path = "/api/v1/distribution/items", tag = "distribution", params(ItemsQuery),
    responses((status = 200, body = Page<ShelfView>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    Query(query): Query<ItemsQuery>,
) -> ApiResult<Json<Page<ShelfView>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let after = paging.after::<Place>()?.map(|place| place.id).unwrap_or_default();
    let kind = query.kind.map_or("", |kind| match kind {
        ShelfKind::Deb => "deb",
        ShelfKind::Rpm => "rpm",
        ShelfKind::Script => "script",
    });
    let q = query.q.unwrap_or_default().to_lowercase().replace(['%', '_', '\\'], "");
    let name = query.name.unwrap_or_default();
    let chosen = "($1 = '' OR i.kind = $1) AND ($2 = '' OR lower(i.name) LIKE '%' || $2 || '%' OR lower(i.file_name) LIKE '%' || $2 || '%')
         AND ((($3 = '' AND (i.kind <> 'script' OR i.number = (SELECT MAX(n.number) FROM distribution_item n
         WHERE n.kind = 'script' AND n.name = i.name)))) OR ($3 <> '' AND i.kind = 'script' AND i.name = $3))";
    let (count,): (i64,) =
        sqlx::query_as(AssertSqlSafe(format!("SELECT COUNT(*) FROM distribution_item i WHERE {chosen}")))
            .bind(kind)
            .bind(&q)
            .bind(&name)
            .fetch_one(ctx.db().read())
            .await?;
    let sql = format!("{SELECT} WHERE {chosen} AND ($4 = '' OR i.id < $4) ORDER BY i.id DESC LIMIT $5");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(kind)
        .bind(&q)
        .bind(&name)
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| Place { id: row.id.clone() });
    let (next_cursor, count) = (page.next_cursor, page.count);
    let items = page.items.into_iter().map(ShelfView::try_from).collect::<Result<Vec<_>, ApiError>>()?;
    Ok(Json(Page { items, next_cursor, count }))
}
