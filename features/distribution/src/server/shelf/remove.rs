//! `DELETE /api/v1/distribution/items/{id}`: what no rollout is bringing is taken from the shelf.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use yagura_blobs::withdraw;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{ShelfItem, read::find};

/// Remove a package or a script
///
/// What a rollout is bringing stays, because its endpoints fetch it. Rollouts that are over keep what they say of it.
#[utoipa::path(delete, path = "/api/v1/distribution/items/{id}", tag = "distribution", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<ShelfItem>>,
) -> ApiResult<StatusCode> {
    let id = id.to_string();
    let row = find(&ctx, &id).await?;
    if caller.limited && row.created_by != caller.name {
        return Err(ApiError::forbidden("it was handed in by somebody else, and you see only some groups"));
    }
    let action = if row.kind == "script" { "script.remove" } else { "package.remove" };
    let mut change = Change::begin(&ctx, &caller, action).await?;
    let (under_way,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM distribution_use u JOIN distribution_rollout r ON r.id = u.rollout_id
         WHERE u.item_id = $1 AND r.state NOT IN ('recalled', 'done')",
    )
    .bind(&id)
    .fetch_one(change.on())
    .await?;
    if under_way > 0 {
        return Err(ApiError::conflict("a rollout brings it that is not over; take the rollout back first"));
    }
    sqlx::query("DELETE FROM distribution_use WHERE item_id = $1").bind(&id).execute(change.on()).await?;
    sqlx::query("DELETE FROM distribution_item WHERE id = $1").bind(&id).execute(change.on()).await?;
    // Two versions of a script, or two scripts, may be the same bytes.
    let (others,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM distribution_item WHERE hash = $1")
        .bind(&row.hash)
        .fetch_one(change.on())
        .await?;
    if others == 0 {
        let hash = row.hash.parse().map_err(|error| ApiError::unavailable(&error))?;
        withdraw(&mut change, hash).await?;
    }
    let before = json!({"name": row.name, "version": row.version, "sha256": row.hash});
    let object = Object::new(
        if row.kind == "script" { "script" } else { "package" },
        &id,
        &format!("{} {}", row.name, row.version),
    );
    change.commit(Audit::removed(object, &before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
