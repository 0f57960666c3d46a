//! `GET /api/v1/groups`: the whole tree, ordered by path.

use std::collections::HashMap;

use axum::extract::State;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Etag, Json, Page, error::Problem};

use super::{
    Group, GroupKind,
    query::Facts,
    tree::{GroupRow, Tree},
};
use crate::{
    endpoints::view::{Row, SELECT},
    visible,
};

/// List groups
#[utoipa::path(get, path = "/api/v1/groups", tag = "groups",
    responses((status = 200, body = Page<Group>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Page<Group>>> {
    Ok(Json(Page::whole(load(&ctx, &caller).await?)))
}

/// One group, with its count.
pub(crate) async fn one(ctx: &Context, caller: &Caller, id: &str) -> Result<Group, ApiError> {
    let groups = load(ctx, caller).await?;
    groups.into_iter().find(|group| group.id.to_string() == id).ok_or_else(|| ApiError::not_found("group"))
}

async fn load(ctx: &Context, caller: &Caller) -> Result<Vec<Group>, ApiError> {
    let tree = Tree::load(ctx).await?;
    let sql = format!("SELECT g.id FROM endpoints_group g WHERE {}", visible("g.id", 1));
    let seen: Vec<(String,)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    let sql = format!("{SELECT} WHERE e.standing <> 'retired' AND {}", visible("e.group_id", 1));
    let endpoints: Vec<Row> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for endpoint in &endpoints {
        for group in tree.chain(&endpoint.group_id, &Facts::of(endpoint)) {
            *counts.entry(&group.id).or_default() += 1;
        }
    }
    let visible = |group: &&GroupRow| seen.iter().any(|(id,)| *id == group.id);
    tree.all()
        .iter()
        .filter(visible)
        .map(|group| view(group, counts.get(group.id.as_str()).copied().unwrap_or(0)))
        .collect()
}

fn view(row: &GroupRow, endpoint_count: u64) -> Result<Group, ApiError> {
    let id = |text: &str| text.parse().map_err(|error| ApiError::unavailable(&error));
    Ok(Group {
        id: id(&row.id)?,
        name: row.name.clone(),
        parent_id: row.parent_id.as_deref().map(id).transpose()?,
        path: row.path.clone(),
        kind: if row.kind == "fixed" { GroupKind::Fixed } else { GroupKind::Query },
        query: row.query.clone(),
        endpoint_count,
        etag: Etag(row.version).to_string(),
    })
}
