//! The background task that turns memory into segments, and small segments into larger ones.

use std::{collections::VecDeque, sync::Arc, sync::mpsc::SyncSender, time::Duration};

use tokio::{
    sync::{OwnedMutexGuard, watch},
    task::spawn_blocking,
    time::{Instant, Interval, interval_at, sleep},
};

use super::{
    Options,
    failpoint::Point,
    files::free_bytes,
    manifest::Note,
    memtable::Memtable,
    merge,
    segment::{Entry, Segment, write_days},
    shared::Shared,
    writer::Message,
};
use crate::StoreError;

const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(10);

fn ticks(every: Duration) -> Interval {
    let every = every.max(Duration::from_millis(1));
    interval_at(Instant::now() + every, every)
}

/// Flushes and merges, one at a time.
pub(crate) struct Flusher {
    shared: Arc<Shared>,
    writer: SyncSender<Message>,
    /// Segments that are written but whose commit failed: it may have been done, so it is tried again as it was.
    written: VecDeque<(Arc<Memtable>, Vec<Entry>)>,
    /// The same for a merge.
    merged: Option<(Vec<Arc<Segment>>, Entry, OwnedMutexGuard<()>)>,
}

impl Drop for Flusher {
    fn drop(&mut self) {
        // Whoever waits for a flush must not wait for ever, whatever ended this task.
        self.shared.flushes.send_modify(|flushes| flushes.ended = true);
    }
}

impl Flusher {
    pub(crate) fn new(shared: Arc<Shared>, writer: SyncSender<Message>) -> Self {
        Self { shared, writer, written: VecDeque::new(), merged: None }
    }

    /// Runs until `closing` says so, then flushes what is left, once.
    pub(crate) async fn run(mut self, mut closing: watch::Receiver<bool>) -> Result<(), StoreError> {
        let Options { flush_every, probe_every, .. } = self.shared.options;
        let mut flushing = ticks(flush_every);
        let mut probing = ticks(probe_every);
        let mut retry = FIRST_RETRY;
        let mut failed = false;
        loop {
            tokio::select! {
                _ = closing.wait_for(|closing| *closing) => break,
                () = self.shared.flush_wanted.notified(), if !failed => {}
                () = sleep(retry), if failed => {}
                _ = flushing.tick() => {
                    self.ask(self.shared.state().active.rows > 0, Message::Freeze(None));
                    continue;
                }
                _ = probing.tick() => {
                    self.ask(self.shared.status(|status| status.append_error.is_some()), Message::Probe);
                    continue;
                }
            }
            let result = self.work().await;
            if self.shared.gate.stopped() {
                return result;
            }
            retry = if failed { (retry * 2).min(LAST_RETRY) } else { FIRST_RETRY };
            failed = result.is_err();
        }
        self.flush_all().await
    }

    /// Asks the writer, who if his queue is full is busy appending, and that serves as well.
    fn ask(&self, needed: bool, message: Message) {
        if needed {
            let _ = self.writer.try_send(message);
        }
    }

    async fn work(&mut self) -> Result<(), StoreError> {
        self.flush_all().await?;
        let merged = self.merge_all().await;
        if self.shared.options.order_days {
            self.shared.compact_wanted.notify_one();
        }
        self.shared.status(|status| status.merge_error = merged.as_ref().err().map(ToString::to_string));
        merged
    }

    /// Flushes every frozen memtable, the oldest first.
    async fn flush_all(&mut self) -> Result<(), StoreError> {
        loop {
            let Some(table) = self.shared.state().frozen.first().cloned() else { return Ok(()) };
            let flushed = self.flush(table).await;
            self.shared.status(|status| status.flush_error = flushed.as_ref().err().map(ToString::to_string));
            self.shared.flushes.send_modify(|flushes| match &flushed {
                Ok(last) => flushes.upto = *last,
                Err(_) => flushes.failed += 1,
            });
            if let Err(error) = flushed {
                tracing::error!(%error, "cannot write events to a segment; they stay in the log");
                return Err(error);
            }
        }
    }

    async fn flush(&mut self, table: Arc<Memtable>) -> Result<u64, StoreError> {
        let Shared { catalogue, gate, options, .. } = &*self.shared;
        if !self.written.front().is_some_and(|(written, _)| Arc::ptr_eq(written, &table)) {
            let (shared, source) = (self.shared.clone(), table.clone());
            let write = move || write_days(&shared.options.dir, &source.chunks, &shared.gate);
            let entries = spawn_blocking(write).await.map_err(|_| StoreError::Stopped)??;
            self.written.push_front((table.clone(), entries));
        }
        let Some((_, entries)) = self.written.front() else { return Ok(table.last) };
        gate.pass(Point::BeforeCatalogueCommit)?;
        let marks = table.marks.iter().map(|(stream, mark)| (*stream, *mark));
        catalogue.add(entries, marks, table.last).await?;
        {
            let mut state = self.shared.state_mut();
            let mut segments = state.segments.to_vec();
            segments.extend(entries.iter().map(|entry| Arc::new(Segment::new(&options.dir, entry.clone()))));
            state.segments = Arc::new(segments);
            state.frozen.retain(|frozen| !Arc::ptr_eq(frozen, &table));
        }
        self.written.pop_front();
        self.shared.tell_flushed();
        gate.pass(Point::BeforeWalTrim)?;
        self.shared.log_files.trim(table.last);
        Ok(table.last)
    }

    async fn merge_all(&mut self) -> Result<(), StoreError> {
        loop {
            if self.merged.is_none() {
                // While something long is being rewritten, small segments wait.
                let Ok(alone) = self.shared.rewriting.clone().try_lock_owned() else { return Ok(()) };
                let Some(run) = self.next_merge() else { return Ok(()) };
                let (shared, sources) = (self.shared.clone(), run.clone());
                let entry = spawn_blocking(move || merge::merge(&shared, &sources))
                    .await
                    .map_err(|_| StoreError::Stopped)??;
                self.merged = Some((run, entry, alone));
            }
            if let Some((old, entry, _)) = &self.merged {
                self.shared.gate.pass(Point::BeforeMergeCommit)?;
                let entries: Vec<_> = old.iter().map(|segment| segment.entry.clone()).collect();
                let new = std::slice::from_ref(entry);
                self.shared.catalogue.replace(&entries, new, &Note::own("merge")).await?;
                self.shared.gate.pass(Point::BeforeMergeUnlink)?;
                self.shared.swap(&entries, new);
            }
            self.merged = None;
        }
    }

    fn next_merge(&self) -> Option<Vec<Arc<Segment>>> {
        let unreadable = self.shared.status(|status| status.unreadable.clone());
        let mut segments = self.shared.state().segments.to_vec();
        segments.retain(|segment| !segment.entry.sorted && !unreadable.contains_key(&segment.entry.path));
        let entries: Vec<_> = segments.iter().map(|segment| &segment.entry).collect();
        let options = &self.shared.options;
        let run = merge::choose(&entries, options.merge_fan_in, options.merge_max_rows)?;
        let run: Vec<_> = run.into_iter().map(|index| segments[index].clone()).collect();
        let needed = run.iter().map(|segment| segment.entry.bytes).sum::<u64>() + options.reserve_bytes;
        let room = free_bytes(&options.dir).is_none_or(|free| free > needed);
        room.then_some(run)
    }
}
