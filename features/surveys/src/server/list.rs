//! `GET /api/v1/surveys`: newest first.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};
use yagura_vocabulary::Time;

use super::survey::{Row, SELECT, seen};

/// A survey in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SurveyItem {
    id: String,
    title: String,
    anonymous: bool,
    /// `draft`, `planned`, `open`, `closed` or `erased`.
    state: String,
    starts_at: Option<Time>,
    ends_at: Option<Time>,
    erase_at: Option<Time>,
    asked: i64,
    answered: i64,
    created_by: String,
    changed_at: Time,
}

/// The place in the list: the survey that came last. Ids sort by age.
#[derive(Serialize, Deserialize)]
struct Place {
    id: String,
}

/// List surveys
///
/// Those of which the caller may see everybody who is asked, and their own drafts.
#[utoipa::path(get, path = "/api/v1/surveys", tag = "surveys", params(PageQuery),
    responses((status = 200, body = Page<SurveyItem>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> ApiResult<Json<Page<SurveyItem>>> {
    let limit = paging.limit()?;
    let after = paging.after::<Place>()?.map(|place| place.id).unwrap_or_default();
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM surveys_survey s WHERE {}", seen(1)));
    let (count,): (i64,) = sqlx::query_as(sql).bind(caller.limit()).fetch_one(ctx.db().read()).await?;
    let sql = format!("{SELECT} WHERE {} AND ($2 = '' OR s.id < $2) ORDER BY s.id DESC LIMIT $3", seen(1));
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.db().read())
        .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| Place { id: row.id.clone() });
    Ok(Json(page.map(|row| SurveyItem {
        anonymous: row.is_anonymous(),
        id: row.id,
        title: row.title,
        state: row.state,
        starts_at: row.starts_at.map(Time::from_micros),
        ends_at: row.ends_at.map(Time::from_micros),
        erase_at: row.erase_at.map(Time::from_micros),
        asked: row.asked,
        answered: row.answered,
        created_by: row.created_by,
        changed_at: Time::from_micros(row.changed_at),
    })))
}
