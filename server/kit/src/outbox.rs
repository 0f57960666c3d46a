//! What the outboxes share: tables of what waits to be sent, each with `id`, `state` (`queued` while it waits) and `next_at`.
//!
//! Whoever puts something in rings a [`Bell`] with its transaction ([`crate::Tx::ring`]); [`work_off`] then looks at once, and every so
//! often besides. Of several servers one [`claim`]s a row, and waits a [`pause`] after a failure.

use std::{sync::Arc, time::Duration};

use sqlx::AssertSqlSafe;
use tokio::sync::Notify;

use crate::{ApiError, Context};

/// While one server sends, no other does.
const CLAIM: Duration = Duration::from_secs(300);
/// The pause after the first failure; each next one is twice as long,
const FIRST_PAUSE: Duration = Duration::from_secs(60);
/// up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Wakes one worker. That it was rung while nobody listened is not forgotten.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Rings now. For what a transaction writes, ring with that ([`crate::Tx::ring`]): before its end nobody sees it.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits until it rings.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}

/// How often outboxes are looked at when nobody rings, which is how long what another server put there waits; a part of the context.
#[derive(Debug, Clone, Copy)]
pub struct LookEvery(pub Duration);

/// Looks whenever the bell rings and every so often besides, until the server stops. What is being looked at is finished first.
pub async fn work_off<F>(ctx: Context, bell: Bell, what: &'static str, look: impl Fn(Context) -> F + Send)
where
    F: Future<Output = Result<(), ApiError>> + Send,
{
    let (stop, LookEvery(every)) = (ctx.stopping(), *ctx.part());
    loop {
        if let Err(error) = look(ctx.clone()).await {
            tracing::warn!(?error, "{what} could not be sent");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.rung() => {}
            () = tokio::time::sleep(every) => {}
        }
    }
}

/// Takes a row of `table` that was seen to be due at `next_at` for this server; false when another one has.
///
/// # Errors
/// When the database is away.
pub async fn claim(ctx: &Context, table: &'static str, id: &str, next_at: i64) -> Result<bool, ApiError> {
    let mut tx = ctx.db().write().await?;
    let sql = format!("UPDATE {table} SET next_at = $1 WHERE id = $2 AND next_at = $3 AND state = 'queued'");
    let taken = sqlx::query(AssertSqlSafe(sql))
        .bind((ctx.now() + CLAIM).micros())
        .bind(id)
        .bind(next_at)
        .execute(tx.on())
        .await?;
    tx.commit().await?;
    Ok(taken.rows_affected() == 1)
}

/// How long to wait after `failures` earlier ones. Pure.
#[must_use]
pub fn pause(failures: i64) -> Duration {
    let doublings = u32::try_from(failures.clamp(0, 16)).unwrap_or(16);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour() {
        let minutes: Vec<_> = (0..8).map(|failures| pause(failures).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!((pause(-1), pause(i64::MAX)), (FIRST_PAUSE, LONGEST_PAUSE));
    }
}
