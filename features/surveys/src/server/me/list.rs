//! `GET /api/v1/me/surveys`: what one is asked.

use axum::extract::State;
use serde::Serialize;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, error::Problem};
use yagura_vocabulary::Time;

use super::mine;
use crate::server::{
    audience::Chosen,
    survey::{Row, SELECT},
};

/// Surveys that ended longer ago are not listed.
const MOST: usize = 50;

/// A survey that asks the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MySurveyItem {
    id: String,
    title: String,
    anonymous: bool,
    /// Whether answers are taken now.
    open: bool,
    answered: bool,
    ends_at: Option<Time>,
}

/// What the caller is asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MySurveys {
    /// Open ones first, then the latest that ended.
    items: Vec<MySurveyItem>,
}

/// List the surveys that ask me
#[utoipa::path(get, path = "/api/v1/me/surveys", tag = "me",
    responses((status = 200, body = MySurveys), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(in crate::server) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<MySurveys>> {
    let Some(mine) = mine(&ctx, &caller).await? else { return Ok(Json(MySurveys { items: Vec::new() })) };
    let sql = AssertSqlSafe(format!("{SELECT} WHERE s.state IN ('open', 'closed') ORDER BY s.id DESC"));
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(ctx.db().read()).await?;
    let now = ctx.now();
    let mut items = Vec::new();
    for row in rows {
        let mut connection = ctx.db().read().acquire().await?;
        let asked = mine.asked(&mut connection, &row.id).await?;
        let chosen =
            if asked.is_none() && row.is_open(now) { Some(Chosen::of(&mut connection, &row.id).await?) } else { None };
        drop(connection);
        let belongs = match chosen {
            Some(chosen) => mine.belongs(&ctx, &chosen).await?,
            None => asked.is_some(),
        };
        if belongs {
            items.push(MySurveyItem {
                open: row.is_open(now),
                anonymous: row.is_anonymous(),
                answered: asked.is_some_and(|(_, answered)| answered > 0),
                ends_at: row.ends_at.map(Time::from_micros),
                id: row.id,
                title: row.title,
            });
        }
    }
    items.sort_by_key(|item| !item.open);
    items.truncate(MOST);
    Ok(Json(MySurveys { items }))
}
