//! `DELETE /api/v1/groups/{id}`: only an empty group that nothing refers to.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use yagura_server_kit::{
    AgentHooks, ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem,
};
use yagura_vocabulary::id::GroupId;

use super::{list::one, tree::Tree};

/// Remove a group
#[utoipa::path(delete, path = "/api/v1/groups/{id}", tag = "groups", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<GroupId>,
) -> ApiResult<StatusCode> {
    let key = id.to_string();
    one(&ctx, &caller, &key).await?;
    let tree = Tree::load(&ctx).await?;
    let group = tree.find(&key).ok_or_else(|| ApiError::not_found("group"))?;
    if group.parent_id.is_none() {
        return Err(ApiError::conflict("the root group cannot be removed"));
    }
    let mut change = Change::begin(&ctx, &caller, "group.remove").await?;
    sqlx::query("DELETE FROM endpoints_group WHERE id = $1").bind(&key).execute(change.on()).await?;
    let before = json!({"name": group.name, "path": group.path, "query": group.query});
    change.commit(Audit::removed(Object::new("group", &id, &group.name), &before)).await?;
    for hook in &ctx.part::<AgentHooks>().0 {
        hook.regrouped(&ctx, None).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
