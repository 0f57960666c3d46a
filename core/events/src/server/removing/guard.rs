//! Whether a removal that is under way is still what was decided, asked of the control plane, which every server shares.
//!
//! A step of a removal has the one row of `events_removal_gate` locked, and sees there which holds have been made. Whoever makes a
//! hold writes it down first and waits for the lock then: so a step either sees the hold, or is over before the hold is
//! answered, whichever process it runs in.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::AnyConnection;
use tokio::time::{Instant, sleep};
use yagura_server_kit::{ApiError, Context, db::Tx, error::Chain};

use crate::{Guard, Permit, StoreError, server::retention};

/// For so long a new hold waits for a step that cannot be stopped: a mutation of ClickHouse may take minutes.
const PATIENCE: Duration = Duration::from_secs(120);
const AGAIN: Duration = Duration::from_millis(250);

/// What a removal goes by, besides the holds.
#[derive(Debug, Clone)]
pub(in super::super) enum Basis {
    /// The rules of retention as of this version, the last one that was decided.
    Rules(i64),
    /// This erasure, as long as it is not cancelled.
    Erasure(String),
}

/// The decisions as they were when a removal was made.
pub(in super::super) struct Decided {
    ctx: Context,
    holds: i64,
    basis: Basis,
}

impl Decided {
    /// What is decided now. To be read before the holds themselves are.
    pub(in super::super) async fn now(ctx: &Context, basis: Basis) -> Result<Self, ApiError> {
        let mut connection = ctx.db().read().acquire().await?;
        let holds = holds(&mut connection).await?;
        Ok(Self { ctx: ctx.clone(), holds, basis })
    }
}

/// How many holds were ever made: none is ever struck out.
async fn holds(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    let (holds,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM events_hold").fetch_one(connection).await?;
    Ok(holds)
}

async fn lock(tx: &mut Tx) -> Result<(), sqlx::Error> {
    let locked = sqlx::query("UPDATE events_removal_gate SET passed = passed + 1 WHERE one = 1");
    locked.execute(tx.on()).await.map(drop)
}

#[async_trait]
impl Guard for Decided {
    async fn permit(&self) -> Result<Box<dyn Permit>, StoreError> {
        let away = |reason| StoreError::Control { action: "look whether a removal may go on", reason };
        let failed = |error: sqlx::Error| away(error.to_string());
        let mut tx = self.ctx.db().write().await.map_err(|error| away(Chain(&error).to_string()))?;
        lock(&mut tx).await.map_err(failed)?;
        if holds(tx.on()).await.map_err(failed)? != self.holds {
            return Err(StoreError::Outdated("a legal hold was made"));
        }
        match &self.basis {
            Basis::Rules(version) => {
                let last = retention::last(tx.on()).await.map_err(failed)?;
                if last != *version {
                    return Err(StoreError::Outdated("other rules of retention were decided"));
                }
            }
            Basis::Erasure(id) => {
                let running: Option<(String,)> = sqlx::query_as("SELECT state FROM events_erasure WHERE id = $1")
                    .bind(id)
                    .fetch_optional(tx.on())
                    .await
                    .map_err(failed)?;
                if running.is_none_or(|(state,)| state != "running") {
                    return Err(StoreError::Outdated("the erasure was cancelled"));
                }
            }
        }
        Ok(Box::new(Step(tx)))
    }
}

/// The lock, held while a step is made.
struct Step(Tx);

#[async_trait]
impl Permit for Step {
    async fn end(self: Box<Self>) {
        // The step is made; that the number of steps was not counted harms nobody.
        if let Err(error) = self.0.commit().await {
            tracing::debug!(error = %Chain(&error), "a step of a removal could not be counted");
        }
    }
}

/// Waits until every step of a removal that did not see what the caller has written down is over.
pub(in super::super) async fn steps_over(ctx: &Context) -> Result<(), ApiError> {
    let until = Instant::now() + PATIENCE;
    loop {
        let mut tx = ctx.db().write().await?;
        match lock(&mut tx).await {
            Ok(()) => return Ok(tx.commit().await?),
            Err(error) if Instant::now() >= until => {
                tracing::warn!(%error, "a hold is made, and waits for a step of a removal that does not end");
                return Err(error.into());
            }
            Err(_) => {
                drop(tx);
                sleep(AGAIN).await;
            }
        }
    }
}
