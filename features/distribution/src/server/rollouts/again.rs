//! `POST /api/v1/distribution/rollouts/{id}/again`: what failed, was refused or came too late is given once more.

use axum::extract::State;
use serde_json::json;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    steer,
    view::{RolloutView, find},
};
use crate::{model::Rollout, server::work};

/// Try again what failed
///
/// Endpoints where it failed, that refused it or where it came too late are given it once more, as long as the rollout goes on.
#[utoipa::path(post, path = "/api/v1/distribution/rollouts/{id}/again", tag = "distribution", params(("id" = String, Path)),
    responses((status = 200, body = RolloutView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn again(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Rollout>>,
) -> ApiResult<Json<RolloutView>> {
    let id = id.to_string();
    let mut change = Change::begin(&ctx, &caller, "rollout.again").await?;
    let rollout = steer(&mut change, &caller, &id).await?;
    if !matches!(rollout.state.as_str(), "running" | "stopped") {
        return Err(ApiError::conflict(format!("the rollout is {}; make a new one", rollout.state)));
    }
    let at = change.at().micros();
    let put = sqlx::query(
        "UPDATE distribution_part SET state = 'waiting', next_at = $1, changed_at = $1, why = '', failures = 0
         WHERE rollout_id = $2 AND state IN ('failed', 'rolled_back', 'refused', 'expired')",
    )
    .bind(at)
    .bind(&id)
    .execute(change.on())
    .await?;
    if put.rows_affected() == 0 {
        return Err(ApiError::conflict("there is nothing to try again: nothing failed, was refused or came too late"));
    }
    // They are no failures any more, so there is nothing to forgive.
    sqlx::query("UPDATE distribution_ring SET forgiven = 0 WHERE rollout_id = $1")
        .bind(&id)
        .execute(change.on())
        .await?;
    let (was, is) = (json!({"state": rollout.state}), json!({"state": rollout.state, "again": put.rows_affected()}));
    change.commit(Audit::changed(Object::new("rollout", &id, &rollout.name), &was, &is)).await?;
    work::ring(&ctx);
    Ok(Json(find(&ctx, &caller, &id).await?))
}
