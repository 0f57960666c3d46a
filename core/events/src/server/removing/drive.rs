//! Doing a removal: it ends when the server stops or somebody cancels it, and begins anew when what is held has changed.

use std::{future::Future, sync::Arc, time::Duration};

use yagura_server_kit::{ApiError, Context};

use super::{
    RemovedView, Signals,
    guard::{Basis, Decided},
};
use crate::{Removal, StoreError, Work, server::store};

const TELL_EVERY: Duration = Duration::from_secs(1);

/// How a removal ended.
pub(in super::super) enum End {
    /// All of it was done.
    Done(RemovedView),
    /// It was cancelled on its way. What was taken away by then stands in the journal.
    Cancelled,
    /// The server stops.
    Stopped,
    /// It could not be done.
    Failed(StoreError),
}

/// Does what `removal` says, which is asked again whenever the holds have changed; every step goes by `basis` too. `tell` is told
/// every second how far it is and answers whether to go on. What is counted in the end is what went after the holds changed
/// last.
pub(in super::super) async fn drive<R, T>(
    ctx: &Context,
    basis: Basis,
    mut removal: impl FnMut() -> R,
    mut tell: impl FnMut(Option<Work>) -> T,
) -> Result<End, ApiError>
where
    R: Future<Output = Result<Removal, ApiError>>,
    T: Future<Output = Result<bool, ApiError>>,
{
    let mut holds = ctx.part::<Signals>().holds.subscribe();
    let stopping = ctx.stopping();
    loop {
        // Before the holds are read: one that comes meanwhile is seen as a change, here and by the guard.
        holds.borrow_and_update();
        let guard = Arc::new(Decided::now(ctx, basis.clone()).await?);
        let now = removal().await?;
        let work = store(ctx).remove(&now, guard);
        tokio::pin!(work);
        let again = loop {
            tokio::select! {
                biased;
                _ = holds.changed() => break true,
                outcome = &mut work => match outcome {
                    Ok(removed) => return Ok(End::Done(removed.into())),
                    Err(StoreError::Outdated(why)) => {
                        tracing::info!(why, "a removal is looked at again");
                        break tell(None).await?;
                    }
                    Err(error) => return Ok(End::Failed(error)),
                },
                () = stopping.cancelled() => return Ok(End::Stopped),
                () = tokio::time::sleep(TELL_EVERY) => {
                    if !tell(store(ctx).health().await.work).await? {
                        break false;
                    }
                }
            }
        };
        if !again {
            return Ok(End::Cancelled);
        }
    }
}
