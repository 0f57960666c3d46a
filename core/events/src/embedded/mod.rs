//! The store of one server: a write-ahead log, memory, Parquet segments and a small catalogue in one directory.

mod aggregate;
mod catalogue;
mod columns;
mod compact;
mod failpoint;
mod files;
mod flush;
mod forecast;
mod import;
mod limits;
mod lock;
mod manifest;
mod memtable;
mod merge;
mod open;
mod options;
mod plan;
mod read;
mod rebuild;
mod removal;
mod roll_up;
mod rows;
mod scan;
mod segment;
mod shared;
mod snapshot;
mod wal;
mod writer;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, TrySendError},
    },
    thread::JoinHandle,
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    sync::{Semaphore, oneshot, watch},
    task::spawn_blocking,
};
use yagura_vocabulary::{
    Id, StoredEvent, Time,
    id::{Endpoint, EventKind},
};

#[cfg(any(test, feature = "failpoints"))]
pub use failpoint::FailPoints;
pub use failpoint::{Point, Stopped as StoppedAtFailPoint};
pub use files::free_bytes;
pub use manifest::{
    BadHead, Chain, Expected, Fault, Head, Manifest, ManifestFile, Seal, Signatures, SignedManifest, Verification,
    WrittenHead, is_key, verify,
};
pub use options::Options;
pub use rebuild::{Rebuild, Rebuilt, rebuild};
pub use snapshot::{Snapshot, SnapshotFile};
pub use wal::{RealDisk, WalDisk, WalFile};

#[cfg(feature = "clickhouse")]
pub(crate) use aggregate::{Buckets, MAX_VALUES, value as value_of};
use shared::{Flushes, Shared};
use wal::Encoded;
#[cfg(feature = "clickhouse")]
pub(crate) use wal::event_id;
use writer::{Message, Request};

use crate::{
    AppendError, Batch, Budget, Count, EventStore, Evidence, FacetField, Facets, FeedCursor, FeedPage, Forecast, Guard,
    Health, Histogram, Mark, Outcome, Page, Query, Removal, Removed, StoreError, marks::fault,
};

/// The store of one server, in one directory. See [`EventStore`] for what it does.
///
/// Dropped without [`Embedded::close`] it loses nothing: what is not in a segment yet is read from the log again.
pub struct Embedded {
    shared: Arc<Shared>,
    writer: SyncSender<Message>,
    /// Kilobytes of batches that may be on their way at once.
    on_their_way: Semaphore,
    tasks: Mutex<Option<Tasks>>,
}

struct Tasks {
    writer: JoinHandle<()>,
    flusher: tokio::task::JoinHandle<Result<(), StoreError>>,
    compactor: tokio::task::JoinHandle<()>,
    closing: watch::Sender<bool>,
}

const ON_THEIR_WAY_KB: u32 = 128 * 1024;
/// Calls that may wait for the writer; more are told to come back.
const QUEUE: usize = 8192;
/// Batches with no more rows than this in all are encoded on the spot.
const FEW_ROWS: usize = 16;

impl Embedded {
    /// Opens the store in `options.dir`, makes it if there is none, and brings back what a crash left in the log.
    ///
    /// # Errors
    /// The directory cannot be used, another process uses it, or a newer version wrote it.
    pub async fn open(options: Options) -> Result<Self, StoreError> {
        open::open(options).await
    }

    /// Writes what is in memory to segments and ends. Calls that come later are answered with `Closed`.
    ///
    /// # Errors
    /// What is in memory could not be written; nothing is lost, as the log still has it.
    pub async fn close(&self) -> Result<(), StoreError> {
        let tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Tasks { writer, flusher, compactor, closing }) = tasks else { return Ok(()) };
        let sender = self.writer.clone();
        let ended = spawn_blocking(move || {
            // If nobody receives, the writer has ended already.
            let _ = sender.send(Message::Close);
            writer.join()
        });
        let ended = ended.await.map_err(|_| StoreError::Stopped)?;
        closing.send_replace(true);
        self.shared.closing.store(true, Ordering::Relaxed);
        let flushed = flusher.await.map_err(|_| StoreError::Stopped)?;
        compactor.await.map_err(|_| StoreError::Stopped)?;
        // Whoever asked for a rewriting may be in the middle of it.
        let _alone = self.shared.rewriting.lock().await;
        self.shared.catalogue.close().await;
        // Readers may go on with what they hold; nothing is written any more.
        drop(self.shared.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
        ended.map_err(|_| StoreError::Stopped)?;
        flushed
    }

    /// Writes what is in memory to segments now, as a backup wants it.
    ///
    /// # Errors
    /// It could not be written now; nothing is lost, and it is tried again by itself.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let mut flushes = self.shared.flushes.subscribe();
        let failed = flushes.borrow().failed;
        let (done, frozen) = oneshot::channel();
        let sender = self.writer.clone();
        let sent = spawn_blocking(move || sender.send(Message::Freeze(Some(done))).is_ok()).await;
        if !sent.is_ok_and(|sent| sent) || frozen.await.is_err() {
            return Err(StoreError::Stopped);
        }
        let Some(target) = self.shared.state().frozen.last().map(|table| table.last) else { return Ok(()) };
        let ended = |flushes: &Flushes| flushes.upto >= target || flushes.failed > failed || flushes.ended;
        if flushes.wait_for(ended).await.is_ok_and(|flushes| flushes.upto >= target) {
            return Ok(());
        }
        let reason = self.shared.status(|status| status.flush_error.clone());
        Err(StoreError::Flush(reason.unwrap_or_default()))
    }

    /// Makes everything into day files now, the latest day too, and waits for it. Health tells how far it is; it ends early
    /// when this future is dropped.
    ///
    /// # Errors
    /// Something could not be written or read; what was not compacted stays as it was.
    pub async fn compact(&self) -> Result<(), StoreError> {
        self.flush().await?;
        let stop = Arc::new(AtomicBool::new(false));
        let _guard = read::StopOnDrop(stop.clone());
        let shared = self.shared.clone();
        // A task of its own: what was begun is brought to an orderly end even if nobody waits any more.
        let work = tokio::spawn(async move { compact::all(&shared, true, &stop).await });
        work.await.map_err(|_| StoreError::Stopped)?
    }

    /// The end of the journal of manifests. Written down elsewhere, it shows later that nothing was rolled back.
    ///
    /// # Errors
    /// The catalogue cannot be read.
    pub async fn journal_head(&self) -> Result<Head, StoreError> {
        self.shared.catalogue.head().await
    }

    /// Up to `limit` manifests after number `after`, the oldest first.
    ///
    /// # Errors
    /// The catalogue cannot be read.
    pub async fn journal(&self, after: u64, limit: u32) -> Result<Vec<SignedManifest>, StoreError> {
        self.shared.catalogue.manifests(after, limit).await
    }

    async fn encode(&self, batches: Vec<Batch>) -> Result<Vec<Encoded>, AppendError> {
        let _permit = self.shared.encoders.acquire().await.map_err(|_| AppendError::Closed)?;
        spawn_blocking(move || encode(batches)).await.map_err(|_| AppendError::Closed)?
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
    }
}

fn encode(batches: Vec<Batch>) -> Result<Vec<Encoded>, AppendError> {
    let one = |(index, batch)| {
        Encoded::new(batch)
            .map_err(|error| AppendError::Invalid { index, reason: format!("it cannot be encoded: {error}") })
    };
    batches.into_iter().enumerate().map(one).collect()
}

#[async_trait]
impl EventStore for Embedded {
    async fn append(&self, batches: Vec<Batch>) -> Result<Vec<Outcome>, AppendError> {
        if let Some((index, reason)) = batches.iter().enumerate().find_map(|(n, batch)| Some((n, fault(batch)?))) {
            return Err(AppendError::Invalid { index, reason });
        }
        let rows: usize = batches.iter().map(|batch| batch.rows.len()).sum();
        let batches = if rows <= FEW_ROWS { encode(batches)? } else { self.encode(batches).await? };
        let kilobytes = batches.iter().map(|batch| batch.memory / 1024).sum::<usize>();
        let kilobytes = u32::try_from(kilobytes).unwrap_or(u32::MAX).min(ON_THEIR_WAY_KB);
        let _room = self.on_their_way.acquire_many(kilobytes).await.map_err(|_| AppendError::Closed)?;
        let (reply, answer) = oneshot::channel();
        match self.writer.try_send(Message::Append(Request { batches, reply })) {
            Ok(()) => answer.await.unwrap_or(Err(AppendError::Closed)),
            Err(TrySendError::Disconnected(_)) => Err(AppendError::Closed),
            Err(TrySendError::Full(_)) => Err(AppendError::Full {
                reason: format!("{QUEUE} calls wait for the event log"),
                retry_after: Duration::from_secs(1),
            }),
        }
    }

    async fn marks(&self, endpoint: Id<Endpoint>) -> Result<Vec<Mark>, StoreError> {
        let mut marks = self.shared.marks().get(&endpoint).cloned().unwrap_or_default();
        marks.sort_by_key(|mark| (mark.epoch, mark.lane));
        Ok(marks)
    }

    async fn search(&self, query: &Query) -> Result<Page, StoreError> {
        read::search(&self.shared, query).await
    }

    async fn get(&self, id: Id<EventKind>) -> Result<Option<StoredEvent>, StoreError> {
        read::get(&self.shared, id).await
    }

    async fn count(&self, query: &Query, limit: u64) -> Result<Count, StoreError> {
        read::count(&self.shared, query, limit).await
    }

    async fn histogram(&self, query: &Query, bounds: &[Time], budget: Budget) -> Result<Histogram, StoreError> {
        read::histogram(&self.shared, query, bounds, budget).await
    }

    async fn facets(
        &self,
        query: &Query,
        fields: &[FacetField],
        top: usize,
        budget: Budget,
    ) -> Result<Facets, StoreError> {
        read::facets(&self.shared, query, fields, top, budget).await
    }

    async fn feed(&self, after: FeedCursor, limit: usize) -> Result<FeedPage, StoreError> {
        read::feed(&self.shared, after, limit).await
    }

    async fn preview_removal(&self, removal: &Removal) -> Result<Removed, StoreError> {
        removal::remove(self, removal, None).await
    }

    async fn remove(&self, removal: &Removal, guard: Arc<dyn Guard>) -> Result<Removed, StoreError> {
        removal::remove(self, removal, Some(guard)).await
    }

    async fn forecast(&self) -> Result<Forecast, StoreError> {
        Ok(forecast::of(&self.shared))
    }

    fn news(&self) -> watch::Receiver<FeedCursor> {
        self.shared.head.subscribe()
    }

    async fn health(&self) -> Health {
        read::health(&self.shared)
    }

    fn evidence(&self) -> Option<&dyn Evidence> {
        Some(self)
    }
}

#[async_trait]
impl Evidence for Embedded {
    async fn head(&self) -> Result<Head, StoreError> {
        self.journal_head().await
    }

    async fn after(&self, number: u64, limit: u32) -> Result<Vec<SignedManifest>, StoreError> {
        self.journal(number, limit).await
    }

    fn seal(&self) -> Option<&dyn Seal> {
        self.shared.options.seal.as_deref()
    }
}
