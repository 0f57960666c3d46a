//! `POST /api/v1/groups`.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{
    AgentHooks, ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem,
};
use yagura_vocabulary::id::GroupId;

use super::{Group, GroupKind, list::one, query::Query, tree::Tree};

/// A new group.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewGroup {
    name: String,
    parent_id: GroupId,
    kind: GroupKind,
    /// Required for `query`.
    query: Option<String>,
}

/// Create a group
#[utoipa::path(post, path = "/api/v1/groups", tag = "groups", request_body = NewGroup,
    responses((status = 201, body = Group), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewGroup>,
) -> ApiResult<(StatusCode, Json<Group>)> {
    check_name(&body.name)?;
    let query = check_query(body.kind, body.query.as_deref())?;
    one(&ctx, &caller, &body.parent_id.to_string())
        .await
        .map_err(|_| ApiError::invalid("/parent_id", "unknown", "there is no such group"))?;
    let tree = Tree::load(&ctx).await?;
    let parent = tree
        .find(&body.parent_id.to_string())
        .filter(|parent| parent.kind == "fixed")
        .ok_or_else(|| ApiError::invalid("/parent_id", "unknown", "a group lies in a fixed group"))?;
    let id = GroupId::new();
    let mut change = Change::begin(&ctx, &caller, "group.create").await?;
    sqlx::query(
        "INSERT INTO endpoints_group (id, parent_id, name, path, id_path, kind, query, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
    )
    .bind(id.to_string())
    .bind(&parent.id)
    .bind(&body.name)
    .bind(child_path(&parent.path, &body.name))
    .bind(format!("{}{id}/", parent.id_path))
    .bind(if body.kind == GroupKind::Fixed { "fixed" } else { "query" })
    .bind(query)
    .execute(change.on())
    .await
    .map_err(taken)?;
    let after = serde_json::json!({"name": body.name, "parent": parent.path, "query": query});
    change.commit(Audit::created(Object::new("group", &id, &body.name), &after)).await?;
    for hook in &ctx.part::<AgentHooks>().0 {
        hook.regrouped(&ctx, None).await?;
    }
    Ok((StatusCode::CREATED, Json(one(&ctx, &caller, &id.to_string()).await?)))
}

pub(crate) fn check_name(name: &str) -> Result<(), ApiError> {
    if name.trim().is_empty() || name.chars().count() > 100 || name.contains('/') || name.chars().any(char::is_control)
    {
        return Err(ApiError::invalid("/name", "bad_name", "a group's name has 1 to 100 characters and no slash"));
    }
    Ok(())
}

pub(crate) fn check_query(kind: GroupKind, query: Option<&str>) -> Result<Option<&str>, ApiError> {
    match (kind, query) {
        (GroupKind::Fixed, None) => Ok(None),
        (GroupKind::Fixed, Some(_)) => Err(ApiError::invalid("/query", "not_allowed", "a fixed group has no query")),
        (GroupKind::Query, None) => Err(ApiError::invalid("/query", "required", "say which endpoints belong to it")),
        (GroupKind::Query, Some(text)) => match Query::parse(text) {
            Ok(_) => Ok(Some(text)),
            Err(error) => Err(ApiError::invalid("/query", "bad_query", error.to_string())),
        },
    }
}

pub(crate) fn child_path(parent: &str, name: &str) -> String {
    format!("{}/{name}", parent.trim_end_matches('/'))
}

/// Two groups of one name in one place.
pub(crate) fn taken(error: sqlx::Error) -> ApiError {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => {
            ApiError::conflict("a group of that name lies there already").with("/name", "taken", None)
        }
        _ => error.into(),
    }
}
