//! Doing what [`crate::rollout::advance`] says.

use serde_json::json;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Audit, Change, Context, Object};

use super::{give::give, load::Known, withdraw::withdraw};
use crate::rollout::Step;

/// Endpoints of which one transaction writes that it is too late.
const AT_ONCE: i64 = 2_000;

/// Who does what nobody asked for at that moment, in the audit log.
pub(super) const BY_ITSELF: &str = "rollout";

/// Does a step. Returns whether anything changed.
pub(super) async fn go(ctx: &Context, rollout: &Known, step: Step) -> Result<bool, ApiError> {
    match step {
        Step::Start(ring) => {
            set_ring(ctx, rollout, ring, ("waiting', 'held", "running", "started_at = $1,"), "rollout.start_ring").await
        }
        Step::Hold(ring) => set_ring(ctx, rollout, ring, ("waiting", "held", ""), "rollout.hold_ring").await,
        Step::Good(ring) => {
            set_ring(ctx, rollout, ring, ("running", "good", "good_at = $1,"), "rollout.finish_ring").await
        }
        Step::Give(ring) => give(ctx, rollout, ring).await,
        Step::Stop(ring) => stop(ctx, rollout, ring).await,
        Step::Expire => expire(ctx, rollout).await,
        Step::Withdraw => withdraw(ctx, rollout).await,
        Step::Settle => settle(ctx, rollout).await,
        Step::Recalled => end(ctx, rollout, "recalling", "recalled").await,
        Step::Finish => end(ctx, rollout, "running", "done").await,
    }
}

fn object(rollout: &Known) -> Object {
    Object::new("rollout", &rollout.id, &rollout.name)
}

/// Writes down how a ring stands now. Words and columns are ours.
async fn set_ring(
    ctx: &Context,
    rollout: &Known,
    ring: usize,
    (from, to, at): (&str, &str, &str),
    action: &'static str,
) -> Result<bool, ApiError> {
    let mut change = Change::begin_as(ctx, BY_ITSELF, None, action).await?;
    let now = change.at().micros();
    // The time is bound in any case, so that both databases know its type.
    let sql = format!(
        "UPDATE distribution_ring SET {at} state = '{to}' WHERE rollout_id = $2 AND number = $3 AND state IN ('{from}')
         AND $1 = $1 AND EXISTS (SELECT 1 FROM distribution_rollout r WHERE r.id = $2 AND r.state = 'running')"
    );
    let done = sqlx::query(AssertSqlSafe(sql))
        .bind(now)
        .bind(&rollout.id)
        .bind(i64::try_from(ring).unwrap_or(i64::MAX))
        .execute(change.on())
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let after = json!({"ring": rollout.rings.get(ring), "state": to});
    change.commit(Audit::changed(object(rollout), &json!({}), &after)).await?;
    Ok(true)
}

/// A ring has failed: the rollout stops until a person goes on or takes it back.
async fn stop(ctx: &Context, rollout: &Known, ring: usize) -> Result<bool, ApiError> {
    let mut change = Change::begin_as(ctx, BY_ITSELF, None, "rollout.stop").await?;
    let stopped = sqlx::query(
        "UPDATE distribution_rollout SET state = 'stopped', settled = 0, stopped_by = '', version = version + 1
         WHERE id = $1 AND state = 'running'",
    )
    .bind(&rollout.id)
    .execute(change.on())
    .await?;
    if stopped.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("UPDATE distribution_ring SET state = 'stopped' WHERE rollout_id = $1 AND number = $2")
        .bind(&rollout.id)
        .bind(i64::try_from(ring).unwrap_or(i64::MAX))
        .execute(change.on())
        .await?;
    let after = json!({"state": "stopped", "ring": rollout.rings.get(ring)});
    change.commit(Audit::changed(object(rollout), &json!({"state": "running"}), &after)).await?;
    tracing::warn!(rollout = rollout.name, "a rollout has stopped because too much failed");
    Ok(true)
}

/// What was not given by the deadline has expired.
async fn expire(ctx: &Context, rollout: &Known) -> Result<bool, ApiError> {
    let mut tx = ctx.db().write().await?;
    let done = sqlx::query(
        "UPDATE distribution_part SET state = 'expired', changed_at = $1, why = 'its time was over before it was given'
         WHERE rollout_id = $2 AND endpoint_id IN (SELECT endpoint_id FROM distribution_part
         WHERE rollout_id = $2 AND state = 'waiting' ORDER BY endpoint_id LIMIT $3)",
    )
    .bind(ctx.now().micros())
    .bind(&rollout.id)
    .bind(AT_ONCE)
    .execute(tx.on())
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected() > 0)
}

async fn settle(ctx: &Context, rollout: &Known) -> Result<bool, ApiError> {
    let mut tx = ctx.db().write().await?;
    let done = sqlx::query("UPDATE distribution_rollout SET settled = 1 WHERE id = $1 AND state = 'stopped'")
        .bind(&rollout.id)
        .execute(tx.on())
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected() > 0)
}

async fn end(ctx: &Context, rollout: &Known, from: &str, to: &str) -> Result<bool, ApiError> {
    let mut change = Change::begin_as(ctx, BY_ITSELF, None, "rollout.end").await?;
    let at = change.at().micros();
    let done = sqlx::query(
        "UPDATE distribution_rollout SET state = $1, ended_at = $2, version = version + 1 WHERE id = $3 AND state = $4",
    )
    .bind(to)
    .bind(at)
    .bind(&rollout.id)
    .bind(from)
    .execute(change.on())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    change.commit(Audit::changed(object(rollout), &json!({"state": from}), &json!({"state": to}))).await?;
    Ok(true)
}

/// Removes rollouts whose making was broken off before this time: whoever asked was told that it failed.
pub(super) async fn forget_broken_off(ctx: &Context, before: i64) -> Result<(), ApiError> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM distribution_rollout WHERE state = 'preparing' AND created_at < $1")
            .bind(before)
            .fetch_all(ctx.db().read())
            .await?;
    for (id,) in rows {
        let mut tx = ctx.db().write().await?;
        for table in ["distribution_part", "distribution_ring", "distribution_use"] {
            sqlx::query(AssertSqlSafe(format!("DELETE FROM {table} WHERE rollout_id = $1")))
                .bind(&id)
                .execute(tx.on())
                .await?;
        }
        sqlx::query("DELETE FROM distribution_rollout WHERE id = $1").bind(&id).execute(tx.on()).await?;
        tx.commit().await?;
    }
    Ok(())
}
