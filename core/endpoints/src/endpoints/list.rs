//! `GET /api/v1/endpoints`: the list, filtered, sorted and paged by the server.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::EndpointState;

use super::view::{EndpointSummary, Row, SELECT};
use crate::{groups::chosen::Chosen, presence, visible};

/// Which endpoints, in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Part of the host name, the address, or the primary user's name.
    q: Option<String>,
    /// Id of a group; its subgroups count too.
    group: Option<String>,
    /// Operating system family: `windows`, `linux`, ...
    os: Option<String>,
    state: Option<EndpointState>,
    /// Only those that look like a copy of another, or another like a copy of them (`true`); only the others (`false`).
    clone_suspected: Option<bool>,
    /// `hostname`, `-hostname`, `last_seen`, `-last_seen`, `enrolled_at`, `-enrolled_at`, `os_name`, `-os_name`.
    sort: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The place in a list: how many came before. The list is small enough for counting, and a row that moves (last seen) would
/// break a key-based cursor anyway.
#[derive(Serialize, Deserialize)]
struct Place {
    offset: i64,
}

/// List endpoints
#[utoipa::path(get, path = "/api/v1/endpoints", tag = "endpoints", params(ListQuery),
    responses((status = 200, body = Page<EndpointSummary>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<EndpointSummary>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let limit = paging.limit()?;
    let offset = paging.after::<Place>()?.map_or(0, |place| place.offset.max(0));
    let order = order(query.sort.as_deref())?;
    let silent_days = presence::silent_after_days(&ctx).await?;
    let group = Chosen::read(&ctx, query.group.as_deref()).await?;
    let sql = format!(
        "{SELECT} WHERE {} AND ($2 = '' OR lower(e.hostname) LIKE $2 OR e.ip LIKE $2 OR lower(p.name) LIKE $2)
         AND ($3 = '' OR e.os = $3) AND ($4 = '' OR g.id_path LIKE $4)
         AND ($5 < 0 OR e.clone_suspected = $5) ORDER BY {order}",
        visible("e.group_id", 1)
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(query.q.as_deref().filter(|q| !q.is_empty()).map(like).unwrap_or_default())
        .bind(query.os.unwrap_or_default())
        .bind(group.below())
        .bind(query.clone_suspected.map_or(-1, i64::from))
        .fetch_all(ctx.db().read())
        .await?;
    // Whether somebody is there is known in memory, so the state is filtered here; 100,000 short rows are no burden.
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let in_group = group.has(&row);
        let summary = EndpointSummary::new(&ctx, row, silent_days)?;
        if in_group && query.state.is_none_or(|state| summary.state == state) {
            items.push(summary);
        }
    }
    let count = Count { value: items.len() as u64, exact: true };
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(items.len());
    let rest: Vec<_> = items.drain(start..).take(limit as usize + 1).collect();
    let next = offset + i64::from(limit);
    Ok(Json(Page::cut(rest, limit, count, |_| Place { offset: next })))
}

fn order(sort: Option<&str>) -> Result<&'static str, ApiError> {
    Ok(match sort.unwrap_or("hostname") {
        "hostname" => "lower(e.hostname), e.id",
        "-hostname" => "lower(e.hostname) DESC, e.id",
        "last_seen" => "e.last_seen, e.id",
        "-last_seen" => "e.last_seen DESC, e.id",
        "enrolled_at" => "e.enrolled_at, e.id",
        "-enrolled_at" => "e.enrolled_at DESC, e.id",
        "os_name" => "e.os_name, lower(e.hostname), e.id",
        "-os_name" => "e.os_name DESC, lower(e.hostname), e.id",
        other => return Err(ApiError::invalid("?sort", "unknown", format!("endpoints cannot be sorted by `{other}`"))),
    })
}

/// A LIKE pattern for "contains"; `%` and `_` of the caller stand for themselves only where it matters little, so they are
/// dropped rather than escaped (SQLite and PostgreSQL differ in the default escape).
fn like(text: &str) -> String {
    format!("%{}%", text.to_lowercase().replace(['%', '_'], ""))
}
