//! `GET /api/v1/vulnerabilities/exceptions`: what is lived with, and what was.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use super::{WeaknessException, rows, touched_by};
use crate::server::api::Offset;

/// List exceptions
#[utoipa::path(get, path = "/api/v1/vulnerabilities/exceptions", tag = "vulnerabilities", params(PageQuery),
    responses((status = 200, body = Page<WeaknessException>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> ApiResult<Json<Page<WeaknessException>>> {
    let (limit, offset) = (paging.limit()?, paging.after::<Offset>()?.map_or(0, |place| place.offset));
    let rows = rows(&ctx, &caller).await?;
    let touched = touched_by(&ctx, &caller).await?;
    let count = Count { value: rows.len() as u64, exact: true };
    let (now, next) = (ctx.now(), offset + limit as usize);
    let view = |row: super::Row| {
        let touched = touched.get(&row.id).copied().unwrap_or_default();
        row.view(now, touched)
    };
    let items = rows.into_iter().skip(offset).take(limit as usize + 1).map(view).collect();
    Ok(Json(Page::cut(items, limit, count, |_| Offset { offset: next })))
}
