//! The store beyond one machine: events in ClickHouse, marks and positions in the control plane's database.
//!
//! Several servers may append at the same time. `control.rs` tells how each event comes to be stored once, `condition.rs` how
//! questions become SQL, `windows.rs` how a budget is kept, and `core/events/clickhouse/` has the tables.

mod append;
mod condition;
mod connect;
mod control;
mod import;
mod numbers;
mod options;
mod read;
mod recover;
mod removal;
mod rollup;
mod row;
mod sql;
mod state;
mod windows;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use clickhouse::Client;
use tokio::{
    sync::{Mutex, mpsc, oneshot, watch},
    task::JoinHandle,
};
use yagura_server_kit::Db;
use yagura_vocabulary::{
    Id, StoredEvent, Time,
    id::{Endpoint, EventKind},
};

pub use connect::statements;
pub use options::ClickHouseOptions;

use append::{Refusal, Request, Writer};
use control::Visible;
use sql::Sql;

use crate::{
    AppendError, Batch, Budget, Count, EventStore, FacetField, Facets, FeedCursor, FeedPage, Forecast, Guard, Health,
    Histogram, Mark, Outcome, Page, Query, Removal, Removed, StoreError, Work, marks::fault,
};

/// Calls that may wait to be appended; more are told to come back.
const QUEUE: usize = 8192;
/// An endpoint whose last batch another server is still inserting is tried again after this, for so long.
const BUSY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(10);
/// So often the store looks whether other servers have appended.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// So often it looks for what others left over: in so many of the former.
const JUDGE_EVERY: u32 = 15;
const SWEEP_EVERY: u32 = 3600;

/// Events in ClickHouse. See [`EventStore`] for what it does.
///
/// Dropped without [`ClickHouse::close`] it loses nothing: what was under way is judged by whoever comes next.
pub struct ClickHouse {
    inner: Arc<Inner>,
    writer: mpsc::Sender<Request>,
    tasks: Mutex<Option<Tasks>>,
}

struct Tasks {
    writer: JoinHandle<()>,
    keeper: JoinHandle<()>,
}

struct Inner {
    client: Client,
    db: Db,
    options: ClickHouseOptions,
    head: watch::Sender<FeedCursor>,
    /// Why the last append failed, if it did.
    status: watch::Sender<Option<String>>,
    work: watch::Sender<Option<Work>>,
    removing: Mutex<()>,
}

fn remote(action: &'static str) -> impl FnOnce(clickhouse::error::Error) -> StoreError {
    move |error| {
        // What went wrong below: "Connection refused" says more than "network error".
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        let mut reasons: Vec<String> = causes.map(ToString::to_string).collect();
        // Some say what their cause says as well.
        reasons.dedup_by(|cause, error| error.contains(&**cause));
        StoreError::Remote { action, reason: reasons.join(": ") }
    }
}

impl Inner {
    /// What can be seen now. Tells those who wait for news.
    async fn look(&self) -> Result<Visible, StoreError> {
        let visible = control::visible(&self.db).await?;
        let head = visible.cursor();
        self.head.send_if_modified(|known| {
            let news = *known < head;
            *known = head.max(*known);
            news
        });
        Ok(visible)
    }

    fn local_table(&self) -> &'static str {
        if self.options.cluster.is_some() { "events_local" } else { connect::TABLE }
    }

    /// Deletes rows for good, and waits until every replica has.
    async fn delete(&self, which: Sql) -> Result<(), StoreError> {
        let cluster = self.options.cluster.as_deref().map(|name| format!(" ON CLUSTER {}", connect::name_of(name)));
        let table = format!("ALTER TABLE {}{} DELETE WHERE ", self.local_table(), cluster.unwrap_or_default());
        let query = Sql::new(&table).then(which).query(&self.client).with_setting("mutations_sync", "2");
        query.execute().await.map_err(remote("remove events"))
    }

    /// Looks after what comes by itself: others' appends, what they left over, void positions.
    async fn keep(self: Arc<Self>) {
        let mut beat = tokio::time::interval(LOOK_EVERY);
        for round in 1_u32.. {
            beat.tick().await;
            let done = async {
                self.look().await?;
                if round.is_multiple_of(JUDGE_EVERY) {
                    recover::left_over(&self, false).await?;
                }
                if round.is_multiple_of(SWEEP_EVERY) {
                    recover::sweep(&self).await?;
                }
                Ok::<_, StoreError>(())
            };
            if let Err(error) = done.await {
                tracing::warn!(%error, "looking after the event store failed and is tried again");
            }
        }
    }
}

impl ClickHouse {
    /// Opens the store, makes its tables if there are none, and settles what a crash left.
    ///
    /// `db` must have the tables of [`crate::server::FEATURE`].
    ///
    /// # Errors
    /// ClickHouse or the control plane's database cannot be reached, or refuse.
    pub async fn open(options: ClickHouseOptions, db: Db) -> Result<Self, StoreError> {
        let client = connect::client(&options)?;
        connect::prepare(&client, &options).await?;
        let inner = Inner {
            client,
            db,
            options,
            head: watch::Sender::new(FeedCursor::START),
            status: watch::Sender::new(None),
            work: watch::Sender::new(None),
            removing: Mutex::new(()),
        };
        let inner = Arc::new(inner);
        recover::catch_up(&inner).await?;
        recover::left_over(&inner, true).await?;
        inner.look().await?;
        let (writer, queue) = mpsc::channel(QUEUE);
        let tasks = Tasks {
            writer: tokio::spawn(Writer::new(inner.clone()).run(queue)),
            keeper: tokio::spawn(inner.clone().keep()),
        };
        Ok(Self { inner, writer, tasks: Mutex::new(Some(tasks)) })
    }

    /// Ends. Calls under way are not waited for: they are answered `Closed`, and the next start settles what they began.
    pub async fn close(&self) {
        if let Some(Tasks { writer, keeper }) = self.tasks.lock().await.take() {
            for task in [writer, keeper] {
                task.abort();
                // It was told to end; how it did plays no part.
                let _ = task.await;
            }
        }
    }
}

impl Drop for ClickHouse {
    fn drop(&mut self) {
        if let Some(Tasks { keeper, .. }) = self.tasks.get_mut() {
            keeper.abort();
        }
    }
}

#[async_trait]
impl EventStore for ClickHouse {
    async fn append(&self, batches: Vec<Batch>) -> Result<Vec<Outcome>, AppendError> {
        if let Some((index, reason)) = batches.iter().enumerate().find_map(|(n, batch)| Some((n, fault(batch)?))) {
            return Err(AppendError::Invalid { index, reason });
        }
        let end = Instant::now() + PATIENCE;
        let mut batches = batches;
        loop {
            let (reply, answer) = oneshot::channel();
            match self.writer.try_send(Request { batches, reply }) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Closed(_)) => return Err(AppendError::Closed),
                Err(mpsc::error::TrySendError::Full(_)) => {
                    let reason = format!("{QUEUE} calls wait to be inserted");
                    return Err(AppendError::Full { reason, retry_after: append::LATER });
                }
            }
            match answer.await {
                Ok(Ok(outcomes)) => return Ok(outcomes),
                Err(_) => return Err(AppendError::Closed),
                Ok(Err(Refusal::Error(error))) => return Err(error),
                Ok(Err(Refusal::Busy(again))) if Instant::now() < end => {
                    tokio::time::sleep(BUSY).await;
                    batches = again;
                }
                Ok(Err(Refusal::Busy(_))) => {
                    let reason = "another server is storing events of the same endpoint".to_owned();
                    return Err(AppendError::Unavailable { reason, retry_after: append::LATER });
                }
            }
        }
    }

    async fn marks(&self, endpoint: Id<Endpoint>) -> Result<Vec<Mark>, StoreError> {
        control::marks(&self.inner.db, endpoint).await
    }

    async fn search(&self, query: &Query) -> Result<Page, StoreError> {
        read::search(&self.inner, query).await
    }

    async fn get(&self, id: Id<EventKind>) -> Result<Option<StoredEvent>, StoreError> {
        read::get(&self.inner, id).await
    }

    async fn count(&self, query: &Query, limit: u64) -> Result<Count, StoreError> {
        read::count(&self.inner, query, limit).await
    }

    async fn histogram(&self, query: &Query, bounds: &[Time], budget: Budget) -> Result<Histogram, StoreError> {
        numbers::histogram(&self.inner, query, bounds, budget).await
    }

    async fn facets(
        &self,
        query: &Query,
        fields: &[FacetField],
        top: usize,
        budget: Budget,
    ) -> Result<Facets, StoreError> {
        numbers::facets(&self.inner, query, fields, top, budget).await
    }

    async fn feed(&self, after: FeedCursor, limit: usize) -> Result<FeedPage, StoreError> {
        read::feed(&self.inner, after, limit).await
    }

    async fn preview_removal(&self, removal: &Removal) -> Result<Removed, StoreError> {
        removal::preview(&self.inner, removal).await
    }

    async fn remove(&self, removal: &Removal, guard: Arc<dyn Guard>) -> Result<Removed, StoreError> {
        removal::remove(&self.inner, removal, &*guard).await
    }

    async fn forecast(&self) -> Result<Forecast, StoreError> {
        state::forecast(&self.inner).await
    }

    fn news(&self) -> watch::Receiver<FeedCursor> {
        self.inner.head.subscribe()
    }

    async fn health(&self) -> Health {
        state::health(&self.inner).await
    }
}
