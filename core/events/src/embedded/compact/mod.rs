//! Compaction: the segments of a day that is over become day files, sorted by (hour, endpoint, time).
//!
//! One at a time, in a thread of low priority that waits while events wait to be flushed. Memory is bounded: a pass over
//! the keys finds bounds between which there is little enough (`bounds.rs`), and then the rows of one stretch after the
//! other are gathered from all sources, sorted and written (`gather.rs`).

mod bounds;
mod choose;
mod gather;
mod thread;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::watch, time::sleep};

use super::{
    failpoint::Point,
    files::free_bytes,
    manifest::Note,
    memtable::Extent,
    segment::{Arrangement, Entry, Opened, Segment, SegmentWriter},
    shared::Shared,
};
use crate::{StoreError, Work};

pub(crate) use thread::at_low_priority;

const RETRY: Duration = Duration::from_secs(1);
/// How long work in the background waits before it looks again whether events wait to be flushed.
const PAUSE: Duration = Duration::from_millis(200);

/// Compacts days that are over, whenever something was flushed, until `closing` says so.
pub(crate) async fn run(shared: Arc<Shared>, mut closing: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => return,
            () = shared.compact_wanted.notified() => {}
        }
        let never = Arc::new(AtomicBool::new(false));
        let result = all(&shared, false, &never).await;
        if shared.gate.stopped() || shared.closing.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = &result {
            tracing::error!(%error, "cannot compact the events of a day; its segments stay as they are");
        }
        shared.status(|status| status.compact_error = result.err().map(|error| error.to_string()));
    }
}

/// Compacts until nothing is left to compact; also the latest day, if `latest_too`.
pub(crate) async fn all(shared: &Arc<Shared>, latest_too: bool, stop: &Arc<AtomicBool>) -> Result<(), StoreError> {
    while one(shared, latest_too, stop).await? {}
    Ok(())
}

/// Compacts some segments of one day; whether there were any.
async fn one(shared: &Arc<Shared>, latest_too: bool, stop: &Arc<AtomicBool>) -> Result<bool, StoreError> {
    let _alone = shared.rewriting.lock().await;
    let Some(run) = next(shared, latest_too) else { return Ok(false) };
    let old: Vec<_> = run.iter().map(|segment| segment.entry.clone()).collect();
    let entry = {
        let (shared, stop) = (shared.clone(), stop.clone());
        at_low_priority(move || compact(&shared, &run, &stop)).await?
    };
    shared.gate.pass(Point::BeforeCompactionCommit)?;
    commit(shared, &old, &[entry], &Note::own("compact"), Point::BeforeCompactionUnlink).await?;
    Ok(true)
}

/// Puts `new` in the place of `old`, in the catalogue first. Must be called with the right to rewrite.
pub(crate) async fn commit(
    shared: &Shared,
    old: &[Entry],
    new: &[Entry],
    note: &Note,
    before_unlink: Point,
) -> Result<(), StoreError> {
    // After an error nobody can tell whether it was done; it is the same to do it again.
    while let Err(error) = shared.catalogue.replace(old, new, note).await {
        if shared.closing.load(Ordering::Relaxed) || shared.gate.stopped() {
            return Err(error);
        }
        tracing::error!(%error, "cannot replace segments in the catalogue; trying again");
        sleep(RETRY).await;
    }
    shared.gate.pass(before_unlink)?;
    shared.swap(old, new);
    Ok(())
}

fn next(shared: &Shared, latest_too: bool) -> Option<Vec<Arc<Segment>>> {
    let unreadable = shared.status(|status| status.unreadable.clone());
    let mut segments = shared.state().segments.to_vec();
    segments.retain(|segment| !unreadable.contains_key(&segment.entry.path));
    let entries: Vec<_> = segments.iter().map(|segment| &segment.entry).collect();
    let run = choose::choose(&entries, latest_too, shared.options.day_file_rows)?;
    let run: Vec<_> = run.into_iter().map(|index| segments[index].clone()).collect();
    let needed = run.iter().map(|segment| segment.entry.all_bytes()).sum::<u64>() + shared.options.reserve_bytes;
    free_bytes(&shared.options.dir).is_none_or(|free| free > needed).then_some(run)
}

fn compact(shared: &Shared, run: &[Arc<Segment>], stop: &AtomicBool) -> Result<Entry, StoreError> {
    let total = run.iter().map(|segment| segment.entry.rows).sum();
    let extent = run.iter().map(|segment| segment.entry.extent).reduce(Extent::with).ok_or(StoreError::Stopped)?;
    let pace = Pace { shared, stop, what: "compact", total };
    let opened: Vec<_> = run.iter().map(|segment| open(shared, segment)).collect::<Result<_, _>>()?;
    let bounds = bounds::bounds(shared, &opened, &pace)?;
    let mut writer = SegmentWriter::create(&shared.options.dir, extent, total, Arrangement::Day)?;
    let mut done = 0;
    for stretch in bounds.windows(2) {
        pace.at(done)?;
        let gathered = gather::gather(shared, &opened, &(stretch[0]..stretch[1]))?;
        done += gathered.rows();
        for batch in gathered.sorted() {
            writer.write(&batch.map_err(|error| StoreError::segment("sort", &run[0].path)(error.into()))?)?;
        }
    }
    if done != total {
        // Rows must not get lost because a file says something else than the catalogue.
        return Err(StoreError::Compaction { expected: total, found: done });
    }
    writer.finish(&shared.gate)
}

fn open<'a>(shared: &Shared, segment: &'a Segment) -> Result<Opened<'a>, StoreError> {
    Opened::open(segment, &shared.caches).map_err(|error| unreadable(shared, segment, error))
}

/// Notes that a segment cannot be read: from now on it is left out, so that one bad file does not stop everything.
pub(crate) fn unreadable(shared: &Shared, segment: &Segment, error: StoreError) -> StoreError {
    let path = segment.entry.path.clone();
    shared.status(|status| status.unreadable.insert(path, error.to_string()));
    error
}

/// Long work in the background: shows how far it is, stops when it is to, and lets what is urgent pass.
pub(crate) struct Pace<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) stop: &'a AtomicBool,
    pub(crate) what: &'static str,
    pub(crate) total: u64,
}

impl Pace<'_> {
    /// So many rows are done.
    pub(crate) fn at(&self, done: u64) -> Result<(), StoreError> {
        let Self { shared, stop, what, total } = *self;
        shared.status(|status| status.work = Some(Work { what, done, total }));
        loop {
            if stop.load(Ordering::Relaxed) || shared.closing.load(Ordering::Relaxed) || shared.gate.stopped() {
                return Err(StoreError::Stopped);
            }
            if shared.state().frozen.len() <= 1 {
                return Ok(());
            }
            shared.wait_for_flush(PAUSE);
        }
    }
}

impl Drop for Pace<'_> {
    fn drop(&mut self) {
        self.shared.status(|status| status.work = None);
    }
}
