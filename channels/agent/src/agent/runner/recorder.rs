//! From the endpoint into the spool. Runs whether there is a server or not.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};
use uuid::Uuid;
use yagura_vocabulary::{Event, Lane, Time};

use super::Endpoint;
use crate::{
    agent::spool::{SealedBatch, Spool, SpoolError},
    wire::{hello::LaneState, receipt::Mark},
};

/// Unsynced records are made durable after this time, or when they have grown to [`SYNC_BYTES`].
const SYNC_EVERY: Duration = Duration::from_secs(1);
const SYNC_BYTES: u64 = 256 * 1024;

/// The spool, shared by who writes and who sends.
#[derive(Debug, Clone)]
pub struct SharedSpool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    spool: Mutex<Spool>,
    urgent: Notify,
    first: Notify,
    road: tokio::sync::Mutex<()>,
}

impl SharedSpool {
    /// Shares a spool.
    #[must_use]
    pub fn new(spool: Spool) -> Self {
        Self(Arc::new(Inner {
            spool: Mutex::new(spool),
            urgent: Notify::new(),
            first: Notify::new(),
            road: tokio::sync::Mutex::new(()),
        }))
    }

    /// The spool. It keeps itself consistent on disk at every step, so one that a panic left locked is still good.
    fn lock(&self) -> MutexGuard<'_, Spool> {
        self.0.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes an event, and wakes the sender when it must not wait.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&self, lane: Lane, event: &Event) -> Result<u64, SpoolError> {
        let mut spool = self.lock();
        let seq = spool.append(lane, event)?;
        if lane == Lane::Critical || spool.has_full_batch(lane) {
            self.0.urgent.notify_one();
        }
        self.0.first.notify_one();
        Ok(seq)
    }

    /// Comes back when something waits for the server.
    pub(super) async fn anything(&self) {
        while Lane::ALL.iter().all(|lane| self.waiting(*lane).0 == 0) {
            self.0.first.notified().await;
        }
    }

    /// Comes back when something must be sent at once.
    pub(super) async fn urgent(&self) {
        self.0.urgent.notified().await;
    }

    /// Held while a batch is under way, or while both sides compare where they stand: never both at once.
    pub(super) async fn road(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.road.lock().await
    }

    /// The numbering and how its lanes stand.
    #[must_use]
    pub fn stands(&self) -> (Uuid, Vec<LaneState>) {
        let spool = self.lock();
        (spool.epoch(), spool.lanes())
    }

    /// How many events of a lane wait for the server, and whether they fill a batch.
    #[must_use]
    pub fn waiting(&self, lane: Lane) -> (u64, bool) {
        let spool = self.lock();
        (spool.waiting(lane), spool.has_full_batch(lane))
    }

    /// Makes everything written so far survive a power failure.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn sync(&self) -> Result<(), SpoolError> {
        self.on_disk(Spool::sync).await
    }

    pub(super) async fn next_batch(&self, lane: Lane, now: Time) -> Result<Option<SealedBatch>, SpoolError> {
        self.on_disk(move |spool| spool.next_batch(lane, now)).await
    }

    pub(super) async fn acknowledge(&self, mark: Mark) -> Result<bool, SpoolError> {
        self.on_disk(move |spool| spool.acknowledge(mark.lane, &mark)).await
    }

    /// Begins a new numbering.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn new_epoch(&self) -> Result<(), SpoolError> {
        self.on_disk(|spool| spool.new_epoch(Uuid::new_v4())).await
    }

    /// Waiting for a disk may take long, and nothing else of the agent should wait for it.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Spool) -> Result<T, SpoolError> + Send + 'static,
    ) -> Result<T, SpoolError> {
        let shared = self.clone();
        match tokio::task::spawn_blocking(move || work(&mut shared.lock())).await {
            Ok(result) => result,
            Err(failed) => std::panic::resume_unwind(
                failed.try_into_panic().unwrap_or_else(|_| Box::new("the runtime is shutting down")),
            ),
        }
    }
}

/// Writes what happens into the spool until nothing will happen any more.
pub async fn record(endpoint: &dyn Endpoint, spool: &SharedSpool) {
    let mut sync_at: Option<Instant> = None;
    loop {
        tokio::select! {
            biased;
            () = async { sleep_until(sync_at.unwrap_or_else(Instant::now)).await }, if sync_at.is_some() => {
                sync_at = None;
                sync(spool).await;
            }
            event = endpoint.next_event() => {
                let Some((lane, event)) = event else { break };
                write(spool, lane, &event).await;
                sync_at.get_or_insert_with(|| Instant::now() + SYNC_EVERY);
                if spool.lock().unsynced() >= SYNC_BYTES {
                    sync_at = None;
                    sync(spool).await;
                }
            }
        }
    }
    sync(spool).await;
}

/// An event that cannot be written waits, and everything behind it: the sensors count what they cannot hold.
async fn write(spool: &SharedSpool, lane: Lane, event: &Event) {
    while let Err(error) = spool.append(lane, event) {
        tracing::error!(%error, "an event cannot be written to the spool; trying again");
        sleep(SYNC_EVERY).await;
    }
}

async fn sync(spool: &SharedSpool) {
    if let Err(error) = spool.sync().await {
        tracing::error!(%error, "the spool cannot be made durable");
    }
}
