//! Steps that only tell people how far an order has come: nudged, fetched. They are written down together, a little later, so
//! that thousands of endpoints that are told and ask at the same moment do not wait in line for the database's one writer.
//!
//! A stop or a crash loses what has not been written yet, which costs nothing but the step in the history: an endpoint
//! goes on by its own journal, and the steps that count (accepted, done, failed) are written before they are answered.

use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;
use yagura_server_kit::{ApiError, Code, Context};
use yagura_vocabulary::{CommandState, Time, id::CommandId};

use crate::state::{Outcome, advance};

/// So many are written in one transaction, so that others get at the database in between.
const AT_ONCE: usize = 200;
/// How long to wait for more before writing: nobody sees the difference.
const GATHER: Duration = Duration::from_millis(50);
/// How long to wait when the database is away.
const AWAY: Duration = Duration::from_secs(2);

/// Steps that wait to be written; a part of the context.
#[derive(Default)]
pub(crate) struct Notes {
    waiting: Mutex<Vec<(CommandId, CommandState, Time)>>,
    bell: Notify,
}

impl Notes {
    /// Has these steps written down soon.
    pub(crate) fn add(&self, ids: impl IntoIterator<Item = CommandId>, state: CommandState, at: Time) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend(ids.into_iter().map(|id| (id, state, at)));
        drop(waiting);
        self.bell.notify_one();
    }

    fn take(&self) -> Vec<(CommandId, CommandState, Time)> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes until the server stops, and then what is left.
pub(crate) async fn watch(ctx: Context) {
    let stop = ctx.stopping();
    loop {
        let stopped = tokio::select! {
            () = stop.cancelled() => true,
            () = async {
                ctx.part::<Notes>().bell.notified().await;
                tokio::time::sleep(GATHER).await;
            } => false,
        };
        let steps = ctx.part::<Notes>().take();
        for (done, some) in steps.chunks(AT_ONCE).enumerate() {
            if let Err(error) = write(&ctx, some).await {
                tracing::warn!(?error, "how far commands have come could not be written down; trying again");
                let left = &steps[done * AT_ONCE..];
                ctx.part::<Notes>().waiting.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(left);
                ctx.part::<Notes>().bell.notify_one();
                if !stopped {
                    tokio::time::sleep(AWAY).await;
                }
                break;
            }
        }
        if stopped {
            return;
        }
    }
}

async fn write(ctx: &Context, steps: &[(CommandId, CommandState, Time)]) -> Result<(), ApiError> {
    let mut tx = ctx.db().write_relaxed().await?;
    for (id, state, at) in steps {
        match advance(tx.on(), *id, *state, *at, &Outcome::default()).await {
            // It has been taken away, or is being changed by others, who know better.
            Err(error) if matches!(error.code(), Code::NotFound | Code::Conflict) => {}
            other => drop(other?),
        }
    }
    Ok(tx.commit().await?)
}
