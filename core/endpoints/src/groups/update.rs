//! `PATCH /api/v1/groups/{id}`: rename, move, or change the query.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{
    AgentHooks, ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, Path, error::Problem,
};
use yagura_vocabulary::id::GroupId;

use super::{
    Group, GroupKind,
    create::{check_name, check_query, child_path, taken},
    list::one,
    tree::Tree,
};

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct GroupChange {
    name: Option<String>,
    parent_id: Option<GroupId>,
    query: Option<String>,
}

/// Change a group
#[utoipa::path(patch, path = "/api/v1/groups/{id}", tag = "groups", 
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = GroupChange, responses((status = 200, body = Group), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<GroupId>,
    Json(body): Json<GroupChange>,
) -> ApiResult<Json<Group>> {
    let key = id.to_string();
    one(&ctx, &caller, &key).await?;
    let tree = Tree::load(&ctx).await?;
    let group = tree.find(&key).ok_or_else(|| ApiError::not_found("group"))?;
    seen.check(Etag(group.version))?;
    let name = body.name.as_deref().unwrap_or(&group.name);
    check_name(name)?;
    let query = if body.query.is_some() {
        let kind = if group.kind == "fixed" { GroupKind::Fixed } else { GroupKind::Query };
        check_query(kind, body.query.as_deref())?
    } else {
        group.query.as_deref()
    };
    let parent_id = body.parent_id.map(|id| id.to_string()).or_else(|| group.parent_id.clone());
    let (path, id_path) = match &parent_id {
        None => ("/".to_owned(), group.id_path.clone()),
        Some(parent) => {
            one(&ctx, &caller, parent)
                .await
                .map_err(|_| ApiError::invalid("/parent_id", "unknown", "there is no such group"))?;
            let parent = tree
                .find(parent)
                .filter(|parent| parent.kind == "fixed" && !parent.id_path.starts_with(&group.id_path))
                .ok_or_else(|| {
                    ApiError::invalid("/parent_id", "inside_itself", "a group cannot lie in itself or in a query group")
                })?;
            if group.parent_id.is_none() {
                return Err(ApiError::invalid("/parent_id", "root", "the root group stays where it is"));
            }
            (child_path(&parent.path, name), format!("{}{key}/", parent.id_path))
        }
    };
    let mut change = Change::begin(&ctx, &caller, "group.update").await?;
    for below in tree.all().iter().filter(|below| below.id_path.starts_with(&group.id_path)) {
        let own = below.id == group.id;
        let tail = below.path.strip_prefix(group.path.trim_end_matches('/')).unwrap_or_default();
        let new_path = if own { path.clone() } else { format!("{}{tail}", path.trim_end_matches('/')) };
        let new_id_path = format!("{id_path}{}", &below.id_path[group.id_path.len()..]);
        sqlx::query("UPDATE endpoints_group SET path = $1, id_path = $2 WHERE id = $3")
            .bind(new_path)
            .bind(new_id_path)
            .bind(&below.id)
            .execute(change.on())
            .await
            .map_err(taken)?;
    }
    sqlx::query(
        "UPDATE endpoints_group SET name = $1, parent_id = $2, query = $3, version = version + 1 WHERE id = $4",
    )
    .bind(name)
    .bind(&parent_id)
    .bind(query)
    .bind(&key)
    .execute(change.on())
    .await?;
    let before = json!({"name": group.name, "path": group.path, "query": group.query});
    let after = json!({"name": name, "path": path, "query": query});
    change.commit(Audit::changed(Object::new("group", &id, name), &before, &after)).await?;
    for hook in &ctx.part::<AgentHooks>().0 {
        hook.regrouped(&ctx, None).await?;
    }
    Ok(Json(one(&ctx, &caller, &key).await?))
}
