//! What packages suffer from, judged once for all machines that have them.
//!
//! `pairs` finds which packages of which releases there are; `due` which of those something new is said of, and `cycles` whose release has ended
//! since; all mark them as to be judged,
//! in the database, so that nothing is forgotten whatever happens. `judging` takes marked ones, a few at a time, and `write` writes what is
//! different.

mod cycles;
mod due;
mod judging;
mod pairs;
mod write;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, Notify};
use yagura_server_kit::{ApiError, Context};

use super::board;

/// How often it is looked when nobody rings.
const EVERY: Duration = Duration::from_secs(60);

/// Wakes judging before its time, and lets one look at a time through.
#[derive(Default)]
pub(super) struct Claims {
    bell: Arc<Notify>,
    turn: Mutex<()>,
}

/// What one look did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// Packages of a release that were judged.
    pub packages: usize,
    /// Claims that came, changed or went.
    pub changed: usize,
}

/// Wakes judging.
pub(super) fn ring(ctx: &Context) {
    ctx.part::<Claims>().bell.notify_one();
}

/// Judges until the server stops.
pub(super) async fn rounds(ctx: &Context) {
    let (stop, bell) = (ctx.stopping(), Arc::clone(&ctx.part::<Claims>().bell));
    while !stop.is_cancelled() {
        let since = Instant::now();
        if let Err(error) = look(ctx).await {
            tracing::warn!(?error, "packages could not be judged; it is tried again");
        }
        // However often it is rung, as it is when many machines tell something, looking for new packages takes a tenth of a processor.
        let rest = (since.elapsed() * 9).min(EVERY);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// One look: afterwards all that was known before it is judged.
///
/// # Errors
/// When the database is away.
pub async fn look(ctx: &Context) -> Result<Judged, ApiError> {
    let _turn = ctx.part::<Claims>().turn.lock().await;
    pairs::find(ctx).await?;
    due::mark(ctx).await?;
    cycles::mark(ctx).await?;
    let mut judged = Judged::default();
    loop {
        let due = judging::due(ctx).await?;
        if due.is_empty() || ctx.stopping().is_cancelled() {
            break;
        }
        let ends = Arc::new(cycles::now(ctx).await?);
        for keys in due.chunks(judging::AT_ONCE) {
            if ctx.stopping().is_cancelled() {
                break;
            }
            let some = judging::some(ctx, keys, &ends).await?;
            judged.packages += some.packages;
            judged.changed += some.changed;
        }
    }
    if judged.changed > 0 {
        board::ring(ctx);
    }
    Ok(judged)
}
