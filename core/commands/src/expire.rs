//! Commands whose time has run out before their endpoint began.

use std::time::Duration;

use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::CommandState;

use crate::state::{Outcome, advance};

const EVERY: Duration = Duration::from_secs(30);
/// So many at once, so that others get at the database in between.
const AT_ONCE: i64 = 500;

/// Marks them until the server stops.
pub(crate) async fn watch(ctx: Context) {
    let stop = ctx.stopping();
    loop {
        match mark(&ctx).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "commands ran out of time"),
            Err(error) => tracing::warn!(?error, "commands that ran out of time could not be marked; trying again"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Marks what has run out of time now. Returns how many.
pub(crate) async fn mark(ctx: &Context) -> Result<u64, ApiError> {
    let (now, mut count) = (ctx.now(), 0);
    loop {
        let ids: Vec<(String,)> = sqlx::query_as(
            "SELECT id FROM commands_command WHERE state IN ('queued', 'nudged', 'fetched') AND expires_at <= $1
             ORDER BY id LIMIT $2",
        )
        .bind(now.micros())
        .bind(AT_ONCE)
        .fetch_all(ctx.db().read())
        .await?;
        if ids.is_empty() {
            return Ok(count);
        }
        let mut tx = ctx.db().write().await?;
        for (id,) in &ids {
            let id = id.parse().map_err(|error| ApiError::unavailable(&error))?;
            advance(tx.on(), id, CommandState::Expired, now, &Outcome::default()).await?;
            count += 1;
        }
        tx.commit().await?;
    }
}
