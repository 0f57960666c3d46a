//! `GET /api/v1/licences/dictionary`: what the organisation's dictionary says.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use crate::{dictionary::Entry, server::catalogue::dictionary};

/// List the dictionary
#[utoipa::path(get, path = "/api/v1/licences/dictionary", tag = "licences", params(PageQuery),
    responses((status = 200, body = Page<Entry>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, Query(paging): Query<PageQuery>) -> ApiResult<Json<Page<Entry>>> {
    let limit = paging.limit()?;
    let after: usize = paging.after()?.unwrap_or(0);
    let all = dictionary(&ctx).await?;
    let count = Count { value: all.len() as u64, exact: true };
    let items: Vec<Entry> = all.into_iter().skip(after).take(limit as usize + 1).collect();
    Ok(Json(Page::cut(items, limit, count, |_| after + limit as usize)))
}
