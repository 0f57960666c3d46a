//! What the server does about rollouts by itself: hears how commands ended, and does the next steps that [`advance`] names.
//!
//! Everything it knows lies in the database, and each step is one transaction of some hundred endpoints at most: after a restart it goes on
//! where it was, and others get at the database in between.

mod follow;
mod give;
mod load;
mod stages;
mod steps;
mod withdraw;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as Turn, Notify};
use yagura_server_kit::{ApiError, Context, alone};
use yagura_vocabulary::{Time, id::EndpointId};

pub(super) use self::stages::Stages;
use crate::rollout::advance;

/// How often it is looked when nobody rings.
const EVERY: Duration = Duration::from_secs(2);
/// For so long an endpoint that told where it is is looked at each time.
const WARM: Duration = Duration::from_secs(60);
/// Most rounds of one rollout before others have their turn.
const ROUNDS: usize = 50;
/// Most transactions of one rollout, each of some hundred endpoints, before it is heard again whether too much fails.
const PIECES: usize = 50;
/// A rollout whose making takes longer was broken off, in microseconds.
const MAKING_US: i64 = 600 * 1_000_000;

/// Wakes the worker, and remembers which endpoints told something lately; a part of the context.
#[derive(Default)]
pub(super) struct Bell {
    rings: Arc<Notify>,
    /// One look at a time.
    turn: Turn<Cursor>,
    warm: Mutex<HashMap<EndpointId, Time>>,
}

/// How far the commands under way were looked at.
#[derive(Debug, Default)]
struct Cursor(String);

/// Wakes the worker.
pub(super) fn ring(ctx: &Context) {
    ctx.part::<Bell>().rings.notify_one();
}

impl Bell {
    /// An endpoint told where it is.
    fn told(&self, endpoint: EndpointId, now: Time) {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner).insert(endpoint, now);
        self.rings.notify_one();
    }

    /// The endpoints that told something lately.
    fn warm(&self, now: Time) -> Vec<EndpointId> {
        let mut warm = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
        warm.retain(|_, at| now.since(*at) < WARM);
        warm.keys().copied().collect()
    }
}

/// Works until the server stops.
pub(super) async fn watch(ctx: Context) {
    alone::alone(&ctx, alone::Work::Rollouts, || rounds(&ctx)).await;
}

async fn rounds(ctx: &Context) {
    let (stop, bell) = (ctx.stopping(), Arc::clone(&ctx.part::<Bell>().rings));
    loop {
        let looked = async {
            if let Err(error) = look(ctx).await {
                tracing::warn!(?error, "rollouts could not go on; it is tried again");
            }
            tokio::select! {
                () = bell.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = looked => {}
        }
    }
}

/// One look: hears what has ended, and lets every rollout go on as far as it goes now.
///
/// # Errors
/// When the database is away.
pub async fn look(ctx: &Context) -> Result<(), ApiError> {
    let bell = ctx.part::<Bell>();
    let mut cursor = bell.turn.lock().await;
    follow::follow(ctx, &mut cursor.0, &bell.warm(ctx.now())).await?;
    steps::forget_broken_off(ctx, ctx.now().micros() - MAKING_US).await?;
    for id in load::live(ctx).await? {
        let mut pieces = PIECES;
        for _ in 0..ROUNDS {
            let Some((rollout, known)) = load::rollout(ctx, &id).await? else { break };
            let steps = advance(&rollout, ctx.now());
            if steps.is_empty() {
                break;
            }
            let mut went = false;
            for step in steps {
                // Nothing that it depends on is heard meanwhile, so nothing is counted between the pieces of a step.
                while steps::go(ctx, &known, step).await? {
                    went = true;
                    pieces = pieces.saturating_sub(1);
                    if pieces == 0 || !step.is_piecemeal() {
                        break;
                    }
                }
            }
            if pieces == 0 {
                ring(ctx);
                break;
            }
            if !went {
                break;
            }
        }
    }
    Ok(())
}
