//! The one task that takes events away: what was ordered first, then what the night takes. One after the other, so that two
//! removals never wait for each other.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use yagura_server_kit::{
    Context,
    alone::{Work, alone},
};

use super::Signals;
use crate::server::{erasure, retention};

const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Does what is due, until the server stops; of several servers, one.
pub(in super::super) async fn watch(ctx: Context) {
    alone(&ctx, Work::Removals, || look(ctx.clone())).await;
}

async fn look(ctx: Context) {
    let stop = ctx.stopping();
    if let Err(error) = async { retention::begin(&ctx).await.and(erasure::begin(&ctx).await) }.await {
        tracing::warn!(?error, "removals that an earlier run left could not be looked at");
    }
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = ctx.part::<Signals>().bell.notified() => {}
            _ = ticks.tick() => {}
        }
        if let Err(error) = erasure::run_due(&ctx).await {
            tracing::warn!(?error, "erasures that wait could not be looked at");
        }
        if let Err(error) = retention::run_due(&ctx).await {
            tracing::warn!(?error, "what has been kept long enough could not be looked for");
        }
    }
}
