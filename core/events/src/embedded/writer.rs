//! The one thread that appends: decides, writes groups to the log, makes them visible, answers.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::oneshot;

use super::{
    memtable::{Chunk, Stream},
    shared::{Shared, mark_of},
    wal::{Encoded, Log, Record},
};
use crate::{AppendError, FeedCursor, FeedItem, Mark, Outcome, decide};

/// What the writer is told.
pub(crate) enum Message {
    Append(Request),
    /// Put what is in memory among what waits to be flushed, and tell when that is done.
    Freeze(Option<oneshot::Sender<()>>),
    /// Find out whether a log that could not be written can be written again.
    Probe,
    /// Freeze and end.
    Close,
}

/// One call of `append`.
pub(crate) struct Request {
    pub(crate) batches: Vec<Encoded>,
    pub(crate) reply: oneshot::Sender<Result<Vec<Outcome>, AppendError>>,
}

impl Request {
    fn bytes(&self) -> usize {
        self.batches.iter().map(|batch| batch.memory).sum()
    }
}

type Answer = (oneshot::Sender<Result<Vec<Outcome>, AppendError>>, Result<Vec<Outcome>, AppendError>);

/// A group on its way to the disk.
#[derive(Default)]
struct Group {
    answers: Vec<Answer>,
    bytes: Vec<u8>,
    items: Vec<FeedItem>,
    memory: usize,
    marks: HashMap<Stream, Mark>,
}

pub(crate) struct Writer {
    shared: Arc<Shared>,
    log: Log,
    next: u64,
    random: SystemRandom,
    /// Several callers shared the last commit, so it pays to wait for them.
    crowded: bool,
}

const RETRY_SOON: Duration = Duration::from_secs(2);
const RETRY_LATER: Duration = Duration::from_secs(15);

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, log: Log, next: u64) -> Self {
        Self { shared, log, next, random: SystemRandom::new(), crowded: false }
    }

    /// Runs until it is told to close or nobody can tell it anything any more.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            let mut requests = Vec::new();
            let mut after = match message {
                Message::Append(request) => {
                    requests.push(request);
                    None
                }
                other => Some(other),
            };
            if after.is_none() {
                after = self.gather(messages, &mut requests);
                self.crowded = requests.len() > 1;
                self.commit(requests);
            }
            match after {
                Some(Message::Close) => {
                    self.freeze();
                    break;
                }
                Some(Message::Freeze(done)) => {
                    self.freeze();
                    // Who asked may have gone away.
                    let _ = done.map(|done| done.send(()));
                }
                Some(Message::Probe) => self.probe(),
                Some(Message::Append(_)) | None => {}
            }
            if self.shared.gate.stopped() {
                break;
            }
        }
        self.shared.status(|status| status.closed = true);
    }

    /// Takes what waits, up to a group; the message that ends it, if it is no append.
    fn gather(&self, messages: &Receiver<Message>, requests: &mut Vec<Request>) -> Option<Message> {
        let options = &self.shared.options;
        let mut bytes = requests.iter().map(Request::bytes).sum::<usize>();
        let end = Instant::now() + options.linger;
        while bytes < options.group_bytes {
            let wait = if self.crowded { end.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
            match messages.recv_timeout(wait) {
                Ok(Message::Append(request)) => {
                    bytes += request.bytes();
                    requests.push(request);
                }
                Ok(other) => return Some(other),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        None
    }

    fn commit(&mut self, requests: Vec<Request>) {
        let mut group = Group::default();
        let refusal = self.refusal();
        for Request { batches, reply } in requests {
            let answer = self.plan(batches, refusal.as_ref(), &mut group);
            group.answers.push((reply, answer));
        }
        if !group.items.is_empty() {
            let last = self.next + group.items.len() as u64 - 1;
            if let Err(error) = self.log.append(&group.bytes, self.next, last, &self.shared.gate) {
                return self.fail(group.answers, &error);
            }
            self.apply(&mut group, last);
        }
        for (reply, answer) in group.answers {
            // A caller that has gone away asks again and is told "already stored".
            let _ = reply.send(answer);
        }
    }

    /// Decides about the batches of one call and adds what is new to the group; all of it or, on an error, none.
    fn plan(
        &self,
        batches: Vec<Encoded>,
        refusal: Option<&AppendError>,
        group: &mut Group,
    ) -> Result<Vec<Outcome>, AppendError> {
        let mut outcomes = Vec::with_capacity(batches.len());
        let mut moved: HashMap<Stream, Mark> = HashMap::new();
        let mut new = Vec::new();
        {
            let marks = self.shared.marks();
            for encoded in batches {
                let batch = &encoded.batch;
                let stream = Stream { endpoint: batch.endpoint, epoch: batch.epoch, lane: batch.lane };
                let mark = moved
                    .get(&stream)
                    .or_else(|| group.marks.get(&stream))
                    .or_else(|| mark_of(&marks, stream))
                    .copied();
                let outcome = decide(mark.as_ref(), batch);
                if matches!(outcome, Outcome::Stored { .. }) {
                    let (epoch, lane, last_seq, last_sha256) = (batch.epoch, batch.lane, batch.last, batch.sha256);
                    moved.insert(stream, Mark { epoch, lane, last_seq, last_sha256 });
                    new.push(encoded);
                }
                outcomes.push(outcome);
            }
        }
        if new.is_empty() {
            return Ok(outcomes);
        }
        if let Some(refusal) = refusal {
            return Err(refusal.clone());
        }
        let rows: usize = new.iter().map(|encoded| encoded.batch.rows.len()).sum();
        let memory: usize = new.iter().map(|encoded| encoded.memory).sum();
        self.room(rows + group.items.len(), memory + group.memory)?;
        for encoded in new {
            let position = self.next + group.items.len() as u64;
            let salt = self.salt();
            encoded.write(position, salt, &mut group.bytes);
            group.memory += encoded.memory;
            group.items.extend(Record { batch: encoded.batch, position, salt }.into_items());
        }
        group.marks.extend(moved);
        Ok(outcomes)
    }

    fn salt(&self) -> u32 {
        let mut salt = [0; 4];
        // The position alone makes ids of one store differ; without entropy only foreign stores could collide.
        let _ = self.random.fill(&mut salt);
        u32::from_le_bytes(salt)
    }

    /// Why nothing can be taken now, if so.
    fn refusal(&self) -> Option<AppendError> {
        let Shared { options, .. } = &*self.shared;
        if self.shared.gate.stopped() {
            return Some(AppendError::Closed);
        }
        let free = super::files::free_bytes(&options.dir)?;
        (free < options.reserve_bytes).then(|| AppendError::Full {
            reason: format!("{free} bytes are free on the disk, {} are kept in reserve", options.reserve_bytes),
            retry_after: RETRY_LATER,
        })
    }

    fn room(&self, rows: usize, bytes: usize) -> Result<(), AppendError> {
        let options = &self.shared.options;
        let state = self.shared.state();
        let (used_rows, used_bytes) = (state.memory_rows(), state.memory_bytes());
        let full = used_rows + rows > options.max_memory_rows || used_bytes + bytes > options.max_memory_bytes;
        if !full || used_rows == 0 {
            return Ok(());
        }
        self.shared.flush_wanted.notify_one();
        Err(AppendError::Full {
            reason: format!("{used_rows} events ({used_bytes} bytes) wait to be written to segments"),
            retry_after: RETRY_SOON,
        })
    }

    fn fail(&self, answers: Vec<Answer>, error: &std::io::Error) {
        let reason = failure(error);
        tracing::error!(%error, "cannot write the event log");
        self.shared.status(|status| status.append_error = Some(reason.clone()));
        for (reply, answer) in answers {
            // Also what was called stored already: it may repeat what this very group failed to store.
            let unavailable = AppendError::Unavailable { reason: reason.clone(), retry_after: RETRY_SOON };
            let _ = reply.send(answer.and(Err(unavailable)));
        }
    }

    /// Makes a durable group visible.
    fn apply(&mut self, group: &mut Group, last: u64) {
        self.next = last + 1;
        let marks = std::mem::take(&mut group.marks);
        self.shared.set_marks(marks.iter().map(|(stream, mark)| (*stream, *mark)));
        let options = &self.shared.options;
        let full = {
            let mut state = self.shared.state_mut();
            if let Some(chunk) = Chunk::new(std::mem::take(&mut group.items)) {
                state.active.add(chunk, group.memory, marks);
            }
            state.active.rows >= options.flush_rows || state.active.bytes >= options.flush_bytes
        };
        self.shared.status(|status| {
            status.append_error = None;
            status.open_log_bytes = self.log.open_bytes();
        });
        self.shared.head.send_replace(FeedCursor(last));
        if full {
            self.freeze();
        }
    }

    fn probe(&mut self) {
        let result = self.log.probe();
        self.shared.status(|status| status.append_error = result.err().map(|error| failure(&error)));
    }

    fn freeze(&mut self) {
        if self.shared.gate.stopped() {
            return;
        }
        if let Err(error) = self.log.rotate() {
            tracing::error!(%error, "cannot begin a new log file");
            return;
        }
        self.shared.status(|status| status.open_log_bytes = 0);
        self.shared.state_mut().freeze();
        self.shared.flush_wanted.notify_one();
    }
}

fn failure(error: &std::io::Error) -> String {
    format!("cannot write the event log: {error}")
}
