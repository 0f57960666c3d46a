//! Doing what is ordered and, where it must be, approved.

use yagura_server_kit::{ApiError, Context, error::Chain};

use super::{
    forget::Forgetting,
    job::{Erasure, next},
    preview::removal,
};
use crate::{
    Work,
    server::removing::{Basis, End, drive},
};

/// What a stop of the server cut off is done from the beginning: what is erased is not found again.
pub(in super::super) async fn begin(ctx: &Context) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    sqlx::query("UPDATE events_erasure SET state = 'queued' WHERE state = 'running'").execute(tx.on()).await?;
    Ok(tx.commit().await?)
}

/// Does every erasure that waits for the server.
///
/// # Errors
/// When the database is away. That an erasure failed is written down.
pub async fn run_due(ctx: &Context) -> Result<(), ApiError> {
    loop {
        let mut tx = ctx.db().write().await?;
        let Some(erasure) = next(tx.on()).await? else { return Ok(()) };
        let taken = sqlx::query("UPDATE events_erasure SET state = 'running' WHERE id = $1 AND state = 'queued'")
            .bind(&erasure.id)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
        // Somebody else has taken it at the same moment.
        if taken.rows_affected() == 0 {
            continue;
        }
        if !run(ctx, &erasure).await? {
            return Ok(());
        }
    }
}

/// False when the server stops.
async fn run(ctx: &Context, erasure: &Erasure) -> Result<bool, ApiError> {
    let person = erasure.person()?;
    let by = erasure.approved_by.as_ref().map_or_else(String::new, |second| format!(", approved by {second}"));
    let reason = format!("erasure {}{by}: {}", erasure.id, erasure.reason);
    let order = || removal(ctx, person, &erasure.asked_by, &reason);
    let basis = Basis::Erasure(erasure.id.clone());
    let (state, result, error) = match drive(ctx, basis, order, |work| tell(ctx, &erasure.id, work)).await {
        Ok(End::Stopped) => return Ok(false),
        // It stands there already.
        Ok(End::Cancelled) => return Ok(true),
        Ok(End::Done(removed)) => {
            let result = serde_json::to_string(&removed).ok();
            match Forgetting::of(ctx, person).await {
                Ok(()) => ("done", result, None),
                Err(error) => ("failed", result, Some(format!("what was made of the events is not erased: {error:?}"))),
            }
        }
        Ok(End::Failed(error)) => ("failed", None, Some(Chain(&error).to_string())),
        Err(error) => ("failed", None, Some(format!("{error:?}"))),
    };
    if let Some(error) = &error {
        tracing::error!(erasure = erasure.id, error, "an erasure failed");
    }
    let mut tx = ctx.db().write().await?;
    // One that was cancelled when everything was done already is done.
    sqlx::query("UPDATE events_erasure SET state = $1, result = $2, error = $3, ended_at = $4 WHERE id = $5")
        .bind(state)
        .bind(result)
        .bind(error)
        .bind(ctx.now().micros())
        .bind(&erasure.id)
        .execute(tx.on())
        .await?;
    tx.commit().await?;
    Ok(true)
}

/// Tells how far it is; false when it is to stop.
async fn tell(ctx: &Context, id: &str, work: Option<Work>) -> Result<bool, ApiError> {
    let number = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    let (done, total) = work.map_or((0, 0), |work| (number(work.done), number(work.total)));
    let mut tx = ctx.db().write().await?;
    let told =
        sqlx::query("UPDATE events_erasure SET done_rows = $1, total_rows = $2 WHERE id = $3 AND state = 'running'")
            .bind(done)
            .bind(total)
            .bind(id)
            .execute(tx.on())
            .await?;
    tx.commit().await?;
    Ok(told.rows_affected() == 1)
}
