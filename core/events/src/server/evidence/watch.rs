//! The task that writes the head down each day, and carries it to its places.

use std::time::Duration;

use yagura_server_kit::{ApiError, Context, outbox::work_off};

use super::{Bell, deliver, heads, settings};
use crate::server::{asked::clock, retention::last_hour, store};

/// So long heads are remembered here; the places keep them for ever.
const REMEMBERED: Duration = Duration::from_secs(400 * 86_400);

/// Looks again and again, until the server stops.
pub(in super::super) async fn watch(ctx: Context) {
    let bell = ctx.part::<Bell>().0.clone();
    work_off(ctx, bell, "the head of the journal", |ctx| async move { run_due(&ctx).await }).await;
}

/// Writes today's head down if its hour has come, and delivers what is due.
///
/// # Errors
/// When the database or the store is away. That a delivery failed is written down.
pub async fn run_due(ctx: &Context) -> Result<(), ApiError> {
    daily(ctx).await?;
    deliver::due(ctx).await
}

async fn daily(ctx: &Context) -> Result<(), ApiError> {
    let Some(evidence) = store(ctx).evidence() else { return Ok(()) };
    let now = ctx.now();
    let mut connection = ctx.db().read().acquire().await?;
    let kept = settings::load(&mut connection).await?;
    let Some(changed_at) = kept.changed_at.filter(|_| !kept.settings.destinations.is_empty()) else { return Ok(()) };
    let due = last_hour(now, &clock(ctx).await?.zone, kept.settings.hour);
    // Not for an hour that was over before anybody wanted it.
    if due < changed_at {
        return Ok(());
    }
    let id = format!("daily-{}", due.micros());
    let known: Option<(i64,)> =
        sqlx::query_as("SELECT 1 FROM events_head WHERE id = $1").bind(&id).fetch_optional(&mut *connection).await?;
    drop(connection);
    if known.is_some() {
        return Ok(());
    }
    let mut tx = ctx.db().write().await?;
    if heads::write_down(ctx, tx.on(), evidence, (&id, None), &kept.settings.destinations).await? {
        forget(ctx, &mut tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn forget(ctx: &Context, tx: &mut yagura_server_kit::Tx) -> Result<(), ApiError> {
    let before = (ctx.now() - REMEMBERED).micros();
    sqlx::query("DELETE FROM events_head_delivery WHERE head IN (SELECT id FROM events_head WHERE written_at < $1)")
        .bind(before)
        .execute(tx.on())
        .await?;
    sqlx::query("DELETE FROM events_head WHERE written_at < $1").bind(before).execute(tx.on()).await?;
    Ok(())
}
