//! `POST /api/v1/distribution/rollouts/{id}/go-on`: the word for a ring that waits for one, and for a rollout that was stopped.

use axum::extract::State;
use serde_json::json;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::Id;

use super::{
    set_state, steer,
    view::{RolloutView, find},
};
use crate::{model::Rollout, server::work};

/// Go on with a rollout
///
/// A ring that waits for a person's word begins. A rollout that was stopped goes on; failures so far are forgiven, and the ring stops again
/// when as many more have failed as it bears.
#[utoipa::path(post, path = "/api/v1/distribution/rollouts/{id}/go-on", tag = "distribution", params(("id" = String, Path)),
    responses((status = 200, body = RolloutView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn go_on(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<Rollout>>,
) -> ApiResult<Json<RolloutView>> {
    let id = id.to_string();
    let mut change = Change::begin(&ctx, &caller, "rollout.go_on").await?;
    let rollout = steer(&mut change, &caller, &id).await?;
    let ring = match rollout.state.as_str() {
        "running" => {
            let held: Option<(i64, String)> = sqlx::query_as(
                "SELECT number, name FROM distribution_ring WHERE rollout_id = $1 AND state = 'held' ORDER BY number LIMIT 1",
            )
            .bind(&id)
            .fetch_optional(change.on())
            .await?;
            let (number, name) =
                held.ok_or_else(|| ApiError::conflict("no ring of the rollout waits for a person's word"))?;
            sqlx::query("UPDATE distribution_ring SET gone_by = $1 WHERE rollout_id = $2 AND number = $3")
                .bind(&caller.name)
                .bind(&id)
                .bind(number)
                .execute(change.on())
                .await?;
            Some(name)
        }
        "stopped" => {
            let at = change.at().micros();
            // A ring of which nothing more is to come is good because a person says so.
            sqlx::query(
                "UPDATE distribution_ring SET state = 'good', good_at = COALESCE(good_at, $1) WHERE rollout_id = $2
                 AND state = 'stopped' AND (good_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM distribution_part p
                 WHERE p.rollout_id = distribution_ring.rollout_id AND p.ring = distribution_ring.number AND p.state NOT IN
                 ('done', 'already', 'rolled_back', 'failed', 'expired', 'recalled', 'refused')))",
            )
            .bind(at)
            .bind(&id)
            .execute(change.on())
            .await?;
            sqlx::query(
                "UPDATE distribution_ring SET state = CASE WHEN state = 'stopped' THEN 'running' ELSE state END,
                 forgiven = (SELECT COUNT(*) FROM distribution_part p WHERE p.rollout_id = distribution_ring.rollout_id
                 AND p.ring = distribution_ring.number AND p.state IN ('failed', 'rolled_back')) WHERE rollout_id = $1",
            )
            .bind(&id)
            .execute(change.on())
            .await?;
            set_state(&mut change, &id, "running", "").await?;
            None
        }
        other => return Err(ApiError::conflict(format!("the rollout is {other} already"))),
    };
    let (was, is) = (json!({"state": rollout.state}), json!({"state": "running", "ring": ring}));
    change.commit(Audit::changed(Object::new("rollout", &id, &rollout.name), &was, &is)).await?;
    work::ring(&ctx);
    Ok(Json(find(&ctx, &caller, &id).await?))
}
