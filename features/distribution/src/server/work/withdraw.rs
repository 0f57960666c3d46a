//! Taking back what has not begun, some hundred endpoints at a time.
//!
//! A command that its endpoint has not taken up is cancelled, and that is all. One that it has is answered for by the endpoint itself:
//! it is told to drop what has not begun, and says at the end which it was.

use serde_json::json;
use sqlx::FromRow;
use yagura_commands::{self as commands, Addressee, Channel, Lifetime, Order, enqueue};
use yagura_server_kit::{ApiError, Audit, Change, Context, Object};
use yagura_vocabulary::CommandState;

use super::{load::Known, steps::BY_ITSELF};
use crate::{RECALL, model::Recall, rollout::RolloutState};

/// Endpoints of one transaction.
const AT_ONCE: i64 = 200;
/// Endpoints that were given nothing, of one transaction.
const MANY: i64 = 2_000;

#[derive(FromRow)]
struct Row {
    endpoint_id: String,
    hostname: String,
    channel: String,
    command_id: String,
}

/// Takes back a piece of it. Returns whether there was any.
pub(super) async fn withdraw(ctx: &Context, rollout: &Known) -> Result<bool, ApiError> {
    let for_good = rollout.state == RolloutState::Recalling;
    let mut change = Change::begin_as(ctx, BY_ITSELF, None, "rollout.withdraw").await?;
    let at = change.at().micros();
    let mut count = 0;
    if for_good {
        count += sqlx::query(
            "UPDATE distribution_part SET state = 'recalled', changed_at = $1 WHERE rollout_id = $2 AND endpoint_id IN
             (SELECT endpoint_id FROM distribution_part WHERE rollout_id = $2 AND state = 'waiting' ORDER BY endpoint_id LIMIT $3)",
        )
        .bind(at)
        .bind(&rollout.id)
        .bind(MANY)
        .execute(change.on())
        .await?
        .rows_affected();
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT p.endpoint_id AS endpoint_id, e.hostname AS hostname, e.channel AS channel, p.command_id AS command_id
         FROM distribution_part p JOIN endpoints_endpoint e ON e.id = p.endpoint_id
         WHERE p.rollout_id = $1 AND p.command_id IS NOT NULL AND p.recalled < p.attempt ORDER BY p.endpoint_id LIMIT $2",
    )
    .bind(&rollout.id)
    .bind(AT_ONCE)
    .fetch_all(change.on())
    .await?;
    count += rows.len() as u64;
    if count == 0 {
        return Ok(false);
    }
    let mut begun = Vec::new();
    for row in rows {
        let command = row.command_id.parse().map_err(|error| ApiError::unavailable(&error))?;
        let state = commands::withdraw(&mut change, command).await?;
        let sql = if state == CommandState::Cancelled {
            // Where it is only stopped, it waits for somebody to go on.
            "UPDATE distribution_part SET recalled = attempt, command_id = NULL, changed_at = $1, next_at = $1,
             state = CASE WHEN $2 = 1 THEN 'recalled' ELSE 'waiting' END WHERE rollout_id = $3 AND endpoint_id = $4"
        } else {
            "UPDATE distribution_part SET recalled = attempt, changed_at = CASE WHEN $2 = 1 THEN $1 ELSE changed_at END
             WHERE rollout_id = $3 AND endpoint_id = $4"
        };
        sqlx::query(sql)
            .bind(at)
            .bind(i64::from(for_good))
            .bind(&rollout.id)
            .bind(&row.endpoint_id)
            .execute(change.on())
            .await?;
        if state == CommandState::Cancelled {
            sqlx::query("UPDATE distribution_attempt SET ended_at = $1 WHERE command_id = $2 AND rollout_id = $3 AND endpoint_id = $4")
                .bind(at)
                .bind(&row.command_id)
                .bind(&rollout.id)
                .bind(&row.endpoint_id)
                .execute(change.on())
                .await?;
        } else if state == CommandState::Accepted {
            let endpoint = row.endpoint_id.parse().map_err(|error| ApiError::unavailable(&error))?;
            begun.push(Addressee { endpoint, hostname: row.hostname, channel: Channel::parse(&row.channel)? });
        }
    }
    let rollout_id = rollout.id.parse().map_err(|error| ApiError::unavailable(&error))?;
    let args = serde_json::to_value(Recall { rollout_id }).map_err(|error| ApiError::unavailable(&error))?;
    let order = Order { name: RECALL, args: &args, by: &rollout.created_by, lifetime: Lifetime::MOST };
    let queued = enqueue(ctx, &mut change, &order, &begun).await?;
    let after = json!({"endpoints": count, "told": begun.len()});
    change.commit(Audit::changed(Object::new("rollout", &rollout.id, &rollout.name), &json!({}), &after)).await?;
    queued.nudge(ctx);
    Ok(true)
}
