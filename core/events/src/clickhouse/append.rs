//! The one task that appends: decides, announces, inserts, settles, answers.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use ring::rand::{SecureRandom, SystemRandom};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout, timeout_at},
};
use uuid::Uuid;
use yagura_vocabulary::StoredEvent;

use super::{
    Inner,
    connect::TABLE,
    control::{self, Intent, Settled, Stream},
    recover, remote,
    row::Written,
};
use crate::{AppendError, Batch, FeedItem, Mark, Outcome, StoreError, decide, embedded::event_id};

/// One call of `append`.
pub(super) struct Request {
    pub(super) batches: Vec<Batch>,
    pub(super) reply: oneshot::Sender<Answer>,
}

type Answer = Result<Vec<Outcome>, Refusal>;

/// Why a call was not taken.
pub(super) enum Refusal {
    /// Another server is inserting events of one of these streams. Try again soon.
    Busy(Vec<Batch>),
    Error(AppendError),
}

/// Rows that one insert has, about.
const GROUP_ROWS: usize = 100_000;
/// So often an insert is tried.
const ATTEMPTS: u32 = 3;
/// When a caller may try again.
pub(super) const LATER: Duration = Duration::from_secs(2);

pub(super) struct Writer {
    inner: Arc<Inner>,
    random: SystemRandom,
    /// Several callers shared the last insert, so it pays to wait for them.
    crowded: bool,
    /// Intents of ours that could not be ended, because the database was away.
    unsettled: Vec<Intent>,
}

/// What a group comes to.
struct Planned {
    answers: Vec<Answer>,
    announced: Option<(Intent, Vec<FeedItem>)>,
}

impl Writer {
    pub(super) fn new(inner: Arc<Inner>) -> Self {
        Self { inner, random: SystemRandom::new(), crowded: false, unsettled: Vec::new() }
    }

    /// Runs until nobody can ask any more.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Request>) {
        while let Some(first) = queue.recv().await {
            let requests = self.gather(first, &mut queue).await;
            self.crowded = requests.len() > 1;
            let (batches, replies): (Vec<_>, Vec<_>) =
                requests.into_iter().map(|Request { batches, reply }| (batches, reply)).unzip();
            let count = replies.len();
            let answers = match self.store(batches).await {
                Ok(answers) => answers,
                Err(error) => {
                    tracing::error!(%error, "cannot append events");
                    (0..count).map(|_| Err(Refusal::Error(unavailable(&error)))).collect()
                }
            };
            self.inner.status.send_if_modified(|status| {
                let error = answers.iter().find_map(|answer| match answer {
                    Err(Refusal::Error(error)) => Some(error.to_string()),
                    _ => None,
                });
                let changed = *status != error;
                *status = error;
                changed
            });
            for (reply, answer) in replies.into_iter().zip(answers) {
                // A caller that has gone away asks again and is told "already stored".
                let _ = reply.send(answer);
            }
        }
    }

    async fn gather(&self, first: Request, queue: &mut mpsc::Receiver<Request>) -> Vec<Request> {
        let rows = |request: &Request| request.batches.iter().map(|batch| batch.rows.len()).sum::<usize>();
        let mut total = rows(&first);
        let mut requests = vec![first];
        let end = Instant::now() + self.inner.options.linger;
        while total < GROUP_ROWS {
            let next = match queue.try_recv() {
                Ok(next) => Some(next),
                Err(_) if self.crowded => timeout_at(end, queue.recv()).await.ok().flatten(),
                Err(_) => None,
            };
            let Some(next) = next else { break };
            total += rows(&next);
            requests.push(next);
        }
        requests
    }

    /// Stores a group; an error means that nothing is known to be stored.
    async fn store(&mut self, calls: Vec<Vec<Batch>>) -> Result<Vec<Answer>, StoreError> {
        self.settle_what_was_left().await?;
        let Planned { answers, announced } = self.announce(calls).await?;
        let Some((intent, items)) = announced else { return Ok(answers) };
        let inserted = self.insert(&intent, &items).await;
        let how = if inserted.is_ok() { Settled::Stored } else { Settled::Void };
        match control::end(&self.inner.db, &intent, how, self.inner.options.clock.now()).await {
            Ok(Settled::Stored) => {
                self.inner.look().await?;
                Ok(answers)
            }
            Ok(Settled::Void) => Err(inserted.err().unwrap_or_else(|| StoreError::Remote {
                action: "insert events",
                reason: "it took so long that another server gave it up".to_owned(),
            })),
            Err(error) => {
                self.unsettled.push(intent);
                Err(error)
            }
        }
    }

    async fn settle_what_was_left(&mut self) -> Result<(), StoreError> {
        while let Some(intent) = self.unsettled.last() {
            recover::judge(&self.inner, intent).await?;
            self.unsettled.pop();
        }
        Ok(())
    }

    /// Decides about every batch, and announces what is new.
    async fn announce(&self, calls: Vec<Vec<Batch>>) -> Result<Planned, StoreError> {
        let failed = control::failed("announce an insert");
        let endpoints: HashSet<String> = calls.iter().flatten().map(|batch| batch.endpoint.to_string()).collect();
        let endpoints: Vec<_> = endpoints.into_iter().collect();
        let mut tx = self.inner.db.write().await?;
        let work = async {
            let next = control::lock_position(tx.on()).await?;
            let (stored, under_way) = control::streams(tx.on(), &endpoints).await?;
            let mut group = Group { stored, under_way, moved: HashMap::new(), batches: Vec::new() };
            let answers: Vec<_> = calls.into_iter().map(|call| group.plan(call)).collect();
            let items = self.items(next, group.batches);
            let announced = match items.last().map(|item| item.position) {
                None => None,
                Some(last) => {
                    let intent = Intent { id: Uuid::new_v4().to_string(), first: next, last };
                    let Inner { options, .. } = &*self.inner;
                    let patience = (options.insert_timeout + options.retry) * (ATTEMPTS + 1);
                    let expires = options.clock.now() + patience;
                    control::announce(tx.on(), &intent, &options.owner, expires, &group.moved).await?;
                    control::set_position(tx.on(), last + 1).await?;
                    Some((intent, items))
                }
            };
            Ok(Planned { answers, announced })
        };
        let planned = work.await.map_err(failed)?;
        tx.commit().await?;
        Ok(planned)
    }

    fn items(&self, next: u64, batches: Vec<Batch>) -> Vec<FeedItem> {
        let rows = batches.into_iter().flat_map(|batch| {
            let Batch { endpoint, epoch, lane, received_at, rows, .. } = batch;
            rows.into_iter().map(move |row| (endpoint, epoch, lane, received_at, row))
        });
        let item = |(position, (endpoint, epoch, lane, received_at, row)): (u64, _)| {
            let crate::Row { seq, person, event } = row;
            let id = event_id(received_at, position, self.salt());
            let event = StoredEvent { id, endpoint, epoch, lane, seq, received_at, person, event };
            FeedItem { position, event }
        };
        (next..).zip(rows).map(item).collect()
    }

    fn salt(&self) -> u32 {
        let mut salt = [0; 4];
        // The position alone makes ids of one store differ; without entropy only foreign stores could collide.
        let _ = self.random.fill(&mut salt);
        u32::from_le_bytes(salt)
    }

    /// Inserts the rows of an intent. Trying again stores nothing twice: the server knows the token.
    async fn insert(&self, intent: &Intent, items: &[FeedItem]) -> Result<(), StoreError> {
        for attempt in 1.. {
            let done = timeout(self.inner.options.insert_timeout, insert(&self.inner, &intent.id, items)).await;
            let error = match done {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_) => StoreError::Remote { action: "insert events", reason: "it took too long".to_owned() },
            };
            if attempt >= ATTEMPTS {
                return Err(error);
            }
            tracing::warn!(%error, attempt, "inserting events failed and is tried again");
            sleep(self.inner.options.retry * attempt).await;
        }
        Ok(())
    }
}

/// Inserts rows, one insert for each partition, so that each is there as a whole or not at all.
pub(super) async fn insert(inner: &Inner, token: &str, items: &[FeedItem]) -> Result<(), StoreError> {
    let broken = |error: serde_json::Error| StoreError::Remote { action: "encode an event", reason: error.to_string() };
    let mut months: HashMap<u32, Vec<Written>> = HashMap::new();
    for item in items {
        let row = Written::new(item).map_err(broken)?;
        months.entry(row.month).or_default().push(row);
    }
    for (month, rows) in months {
        let mut insert = inner.client.insert::<Written>(TABLE).await.map_err(remote("insert events"))?;
        insert = insert
            .with_setting("insert_deduplicate", "1")
            .with_setting("insert_deduplication_token", format!("{token}-{month}"))
            .with_setting("async_insert", "0");
        if inner.options.cluster.is_some() {
            insert = insert
                .with_setting("insert_quorum", &inner.options.quorum)
                .with_setting("distributed_foreground_insert", "1");
        }
        for row in &rows {
            insert.write(row).await.map_err(remote("insert events"))?;
        }
        insert.end().await.map_err(remote("insert events"))?;
    }
    Ok(())
}

fn unavailable(error: &StoreError) -> AppendError {
    AppendError::Unavailable { reason: error.to_string(), retry_after: LATER }
}

/// The batches of a group and the marks that they lead to.
struct Group {
    stored: HashMap<Stream, Mark>,
    under_way: HashMap<Stream, Mark>,
    moved: HashMap<Stream, Mark>,
    batches: Vec<Batch>,
}

impl Group {
    /// Decides about the batches of one call; what is new of them joins the group, all of it or, on an error, none.
    fn plan(&mut self, call: Vec<Batch>) -> Answer {
        let stream = |batch: &Batch| (batch.endpoint, batch.epoch, batch.lane);
        if call.iter().any(|batch| self.under_way.contains_key(&stream(batch))) {
            return Err(Refusal::Busy(call));
        }
        let mut outcomes = Vec::with_capacity(call.len());
        let mut moved: HashMap<Stream, Mark> = HashMap::new();
        let mut new = Vec::new();
        for batch in call {
            let stream = stream(&batch);
            let mark = moved.get(&stream).or_else(|| self.moved.get(&stream)).or_else(|| self.stored.get(&stream));
            let outcome = decide(mark, &batch);
            if matches!(outcome, Outcome::Stored { .. }) {
                let (epoch, lane, last_seq, last_sha256) = (batch.epoch, batch.lane, batch.last, batch.sha256);
                moved.insert(stream, Mark { epoch, lane, last_seq, last_sha256 });
                new.push(batch);
            }
            outcomes.push(outcome);
        }
        self.moved.extend(moved);
        self.batches.extend(new);
        Ok(outcomes)
    }
}
