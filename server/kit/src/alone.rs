//! Work that one server does at a time, where several share a database.
//!
//! Whoever does it holds a session's advisory lock of PostgreSQL. It falls back by itself when the server that holds it ends or is cut
//! off, so there is no lease to run out, and no clock has to be right. With SQLite there is one server only.

use std::time::Duration;

use sqlx::{AnyConnection, Connection as _};
use tokio::time::sleep;

use crate::{ApiError, Context, db::Kind};

/// How often somebody who waits for a turn asks for it, and somebody who has it looks whether it is still theirs.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Which work. The number is the lock's, the same in every release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Taking events away.
    Removals = 7_301,
    /// Backups.
    Backups = 7_302,
    /// Asking devices that have no agent.
    Devices = 7_305,
    /// Counting products and licences.
    Licences = 7_308,
    /// Fetching what is known of weaknesses, and judging packages by it.
    Feeds = 7_311,
    /// Counting who suffers from which.
    Board = 7_312,
    /// Rolling out.
    Rollouts = 7_313,
}

/// Does `work` for as long as no other server does it, until it ends by itself. It is dropped where the database loses sight of this
/// server, and begun anew when it is its turn again.
pub async fn alone<F: Future<Output = ()>>(ctx: &Context, which: Work, work: impl Fn() -> F) {
    if ctx.db().kind() == Kind::Sqlite {
        return work().await;
    }
    let stop = ctx.stopping();
    while !stop.is_cancelled() {
        match turn(ctx, which).await {
            Ok(Some(mut held)) => {
                tracing::debug!(?which, "this server's turn");
                tokio::select! {
                    () = work() => {
                        // The lock ends with its session in any case.
                        let _ = held.close().await;
                        return;
                    }
                    () = lost(&mut held) => tracing::warn!(?which, "the database lost sight of this server; another may go on"),
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(?error, ?which, "whose turn it is could not be asked"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(LOOK_EVERY) => {}
        }
    }
}

/// The session that holds the lock, if it could be had.
async fn turn(ctx: &Context, which: Work) -> Result<Option<AnyConnection>, ApiError> {
    let mut own = ctx.db().read().acquire().await?.detach();
    let (had,): (i64,) = sqlx::query_as("SELECT CAST(CAST(pg_try_advisory_lock($1) AS INTEGER) AS BIGINT)")
        .bind(which as i64)
        .fetch_one(&mut own)
        .await?;
    if had == 1 {
        return Ok(Some(own));
    }
    own.close().await?;
    Ok(None)
}

/// Returns when the session is gone, and its lock with it.
async fn lost(held: &mut AnyConnection) {
    loop {
        sleep(LOOK_EVERY).await;
        if held.ping().await.is_err() {
            return;
        }
    }
}
