//! `POST /api/v1/distribution/rollouts/{id}/take-back`: what has not begun does not happen any more. What is done stays done.

use axum::extract::State;
use serde_json::json;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    set_state, steer,
    view::{RolloutView, find},
};
use crate::{model::Rollout, server::work};

/// Take a rollout back
#[utoipa::path(post, path = "/api/v1/distribution/rollouts/{id}/take-back", tag = "distribution", params(("id" = String, Path)),
    responses((status = 200, body = RolloutView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn take_back(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Rollout>>,
) -> ApiResult<Json<RolloutView>> {
    let id = id.to_string();
    let mut change = Change::begin(&ctx, &caller, "rollout.take_back").await?;
    let rollout = steer(&mut change, &caller, &id).await?;
    if !matches!(rollout.state.as_str(), "running" | "stopped") {
        return Err(ApiError::conflict(format!("the rollout is {} already", rollout.state)));
    }
    set_state(&mut change, &id, "recalling", &caller.name).await?;
    let (was, is) = (json!({"state": rollout.state}), json!({"state": "recalling"}));
    change.commit(Audit::changed(Object::new("rollout", &id, &rollout.name), &was, &is)).await?;
    work::ring(&ctx);
    Ok(Json(find(&ctx, &caller, &id).await?))
}
