//! Giving the work to endpoints of a ring, some hundred at a time: parts and commands in one transaction.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::FromRow;
use yagura_commands::{Addressee, Channel, Lifetime, Order, enqueue};
use yagura_server_kit::{ApiError, Audit, Change, Context, Object};
use yagura_vocabulary::id::CommandId;

use super::{load::Known, steps::BY_ITSELF};
use crate::RUN;

/// Endpoints of one transaction.
const AT_ONCE: i64 = 200;
/// A command lives so much longer than its job, in seconds: the endpoint says itself that it was too late.
const SLACK_S: i64 = 3600;

#[derive(FromRow)]
struct Row {
    endpoint_id: String,
    hostname: String,
    channel: String,
    standing: String,
    attempt: i64,
}

/// Gives the work to those that are due. Returns whether there were any.
pub(super) async fn give(ctx: &Context, rollout: &Known, ring: usize) -> Result<bool, ApiError> {
    let now = ctx.now();
    let mut change = Change::begin_as(ctx, BY_ITSELF, None, "rollout.give").await?;
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT p.endpoint_id AS endpoint_id, e.hostname AS hostname, e.channel AS channel, e.standing AS standing,
         p.attempt AS attempt FROM distribution_part p JOIN endpoints_endpoint e ON e.id = p.endpoint_id
         JOIN distribution_rollout r ON r.id = p.rollout_id
         WHERE p.rollout_id = $1 AND r.state = 'running' AND p.ring = $2 AND p.state = 'waiting' AND p.next_at <= $3
         ORDER BY p.endpoint_id LIMIT $4",
    )
    .bind(&rollout.id)
    .bind(i64::try_from(ring).unwrap_or(i64::MAX))
    .bind(now.micros())
    .bind(AT_ONCE)
    .fetch_all(change.on())
    .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    let (gone, here): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.standing == "retired");
    for row in gone {
        sqlx::query(
            "UPDATE distribution_part SET state = 'refused', why = 'the endpoint is retired', changed_at = $1
             WHERE rollout_id = $2 AND endpoint_id = $3",
        )
        .bind(now.micros())
        .bind(&rollout.id)
        .bind(row.endpoint_id)
        .execute(change.on())
        .await?;
    }
    let count = here.len();
    let mut by_attempt: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for row in here {
        by_attempt.entry(row.attempt + 1).or_default().push(row);
    }
    let id = rollout.id.parse().map_err(|error| ApiError::unavailable(&error))?;
    let left = (rollout.deadline.micros() - now.micros()) / 1_000_000 + SLACK_S;
    let lifetime = Lifetime::of_seconds(Some(left.clamp(60, 90 * 86_400).unsigned_abs()))?;
    let mut queued = Vec::new();
    for (attempt, rows) in by_attempt {
        let job = rollout.plan.job(id, u32::try_from(attempt).unwrap_or(u32::MAX), rollout.deadline);
        let args = serde_json::to_value(&job).map_err(|error| ApiError::unavailable(&error))?;
        let to = rows
            .iter()
            .map(|row| {
                let endpoint = row.endpoint_id.parse().map_err(|error| ApiError::unavailable(&error))?;
                Ok(Addressee { endpoint, hostname: row.hostname.clone(), channel: Channel::parse(&row.channel)? })
            })
            .collect::<Result<Vec<_>, ApiError>>()?;
        let order = Order { name: RUN, args: &args, by: &rollout.created_by, lifetime };
        let put = enqueue(ctx, &mut change, &order, &to).await?;
        for (row, command) in rows.iter().zip(put.ids()) {
            note(&mut change, &rollout.id, &row.endpoint_id, attempt, command).await?;
        }
        queued.push(put);
    }
    let after = json!({"ring": rollout.rings.get(ring), "endpoints": count});
    change.commit(Audit::changed(Object::new("rollout", &rollout.id, &rollout.name), &json!({}), &after)).await?;
    for put in queued {
        put.nudge(ctx);
    }
    Ok(true)
}

/// Writes down that it was given.
async fn note(
    change: &mut Change,
    rollout: &str,
    endpoint: &str,
    attempt: i64,
    command: CommandId,
) -> Result<(), ApiError> {
    let at = change.at().micros();
    sqlx::query(
        "UPDATE distribution_part SET state = 'queued', attempt = $1, command_id = $2, changed_at = $3, why = '', restart = 0
         WHERE rollout_id = $4 AND endpoint_id = $5",
    )
    .bind(attempt)
    .bind(command.to_string())
    .bind(at)
    .bind(rollout)
    .bind(endpoint)
    .execute(change.on())
    .await?;
    sqlx::query(
        "INSERT INTO distribution_attempt (rollout_id, endpoint_id, attempt, command_id, given_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(rollout)
    .bind(endpoint)
    .bind(attempt)
    .bind(command.to_string())
    .bind(at)
    .execute(change.on())
    .await?;
    Ok(())
}
