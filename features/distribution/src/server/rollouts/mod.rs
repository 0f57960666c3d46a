//! Rollouts: asked for, looked at, and steered by people.

pub(super) mod again;
pub(super) mod create;
pub(super) mod go_on;
pub(super) mod list;
pub(super) mod preview;
pub(super) mod read;
pub(super) mod stop;
pub(super) mod take_back;
mod view;

use sqlx::AssertSqlSafe;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Change};

/// What is needed to steer a rollout.
struct Steered {
    name: String,
    state: String,
}

/// A rollout that the caller may steer: all of whose endpoints they see.
async fn steer(change: &mut Change, caller: &Caller, id: &str) -> Result<Steered, ApiError> {
    let found: Option<(String, String)> =
        sqlx::query_as("SELECT name, state FROM distribution_rollout WHERE id = $1 AND state <> 'preparing'")
            .bind(id)
            .fetch_optional(change.on())
            .await?;
    let (name, state) = found.ok_or_else(|| ApiError::not_found("rollout"))?;
    if !caller.limit().is_empty() {
        let sql = format!(
            "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN {} THEN 1 ELSE 0 END), 0) AS BIGINT) FROM distribution_part p
             JOIN endpoints_endpoint e ON e.id = p.endpoint_id WHERE p.rollout_id = $2",
            visible("e.group_id", 1)
        );
        let (all, seen): (i64, i64) =
            sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).bind(id).fetch_one(change.on()).await?;
        if seen == 0 {
            return Err(ApiError::not_found("rollout"));
        }
        if seen < all {
            return Err(ApiError::forbidden("the rollout reaches endpoints that you do not see"));
        }
    }
    Ok(Steered { name, state })
}

/// Writes down how it stands now.
async fn set_state(change: &mut Change, id: &str, state: &str, by: &str) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE distribution_rollout SET state = $1, settled = 0, stopped_by = $2, version = version + 1 WHERE id = $3",
    )
    .bind(state)
    .bind(by)
    .bind(id)
    .execute(change.on())
    .await?;
    Ok(())
}
