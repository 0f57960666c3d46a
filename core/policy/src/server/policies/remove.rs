//! `DELETE /api/v1/policies/{feature}/{group}`: back to what is inherited. The history stays.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Path, error::Problem};
use yagura_vocabulary::{Id, id};

use super::{object, place};
use crate::{
    ring::AT_ONCE,
    server::{manifest::nudge, outlook::Outlook},
};

/// Take a group's policy back
#[utoipa::path(delete, path = "/api/v1/policies/{feature}/{group}", tag = "policies",
    params(("feature" = String, Path), ("group" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path((feature, group)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let outlook = Outlook::load(&ctx).await?;
    let (_, group) = place(&ctx, &caller, &outlook.tree, &feature, &group).await?;
    let row = outlook.newest(&feature, &group.id).ok_or_else(|| ApiError::not_found("policy"))?;
    let mut change = Change::begin(&ctx, &caller, "policy.delete").await?;
    let at = change.at().micros();
    sqlx::query(
        "INSERT INTO policy_version (id, feature, group_id, version, inherit, value, comment, created_at, created_by,
         removed, rings, ring, ring_since, paused) VALUES ($1, $2, $3, $4, 'add', '{}', '', $5, $6, 1, $7, 0, $8, 0)",
    )
    .bind(Id::<id::Policy>::new().to_string())
    .bind(&feature)
    .bind(&group.id)
    .bind(row.version + 1)
    .bind(at)
    .bind(&caller.name)
    .bind(serde_json::to_string(&AT_ONCE).unwrap_or_default())
    .bind(at)
    .execute(change.on())
    .await?;
    let before = json!({"inherit": row.inherit, "value": row.value()});
    change.commit(Audit::removed(object(&feature, &group), &before)).await?;
    nudge(&ctx, None);
    Ok(StatusCode::NO_CONTENT)
}
