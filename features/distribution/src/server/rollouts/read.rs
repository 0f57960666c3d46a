//! `GET /api/v1/distribution/rollouts/{id}`: one rollout and how far it has come.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::Id;

use super::view::{RolloutView, find};
use crate::model::Rollout;

/// Show a rollout
#[utoipa::path(get, path = "/api/v1/distribution/rollouts/{id}", tag = "distribution", params(("id" = String, Path)),
    responses((status = 200, body = RolloutView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Rollout>>,
) -> ApiResult<Json<RolloutView>> {
    Ok(Json(find(&ctx, &caller, &id.to_string()).await?))
}
