//! What the writer, the flusher and the readers of one store share.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, atomic::AtomicBool},
    time::Duration,
};

use tokio::sync::{Notify, Semaphore, watch};
use yagura_vocabulary::{Id, id::Endpoint};

use super::{
    Options,
    catalogue::Catalogue,
    failpoint::{Point, Stopped},
    lock::Lock,
    memtable::{Chunk, Memtable, Stream},
    segment::{Caches, Entry, Segment},
    wal::LogFiles,
};
use crate::{FeedCursor, Mark, Work};

/// Feed pages and single events that are read at the same time; apart from searches, so that these cannot hold them up.
const LOOK_UPS: usize = 4;

/// Lets every step pass, unless a test has stopped the store.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gate {
    #[cfg(any(test, feature = "failpoints"))]
    pub(crate) fail_points: super::failpoint::FailPoints,
}

impl Gate {
    #[cfg(any(test, feature = "failpoints"))]
    pub(crate) fn pass(&self, point: Point) -> Result<(), Stopped> {
        self.fail_points.pass(point)
    }

    #[cfg(any(test, feature = "failpoints"))]
    pub(crate) fn stopped(&self) -> bool {
        self.fail_points.stopped()
    }

    #[cfg(not(any(test, feature = "failpoints")))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the shape of the one that tests use")]
    pub(crate) const fn pass(&self, _: Point) -> Result<(), Stopped> {
        Ok(())
    }

    #[cfg(not(any(test, feature = "failpoints")))]
    #[expect(clippy::unused_self, reason = "the shape of the one that tests use")]
    pub(crate) const fn stopped(&self) -> bool {
        false
    }
}

/// All events, as three generations: being filled, waiting to be flushed, in segments.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) active: Memtable,
    /// The oldest first.
    pub(crate) frozen: Vec<Arc<Memtable>>,
    pub(crate) segments: Arc<Vec<Arc<Segment>>>,
}

impl State {
    pub(crate) fn memory_rows(&self) -> usize {
        self.active.rows + self.frozen.iter().map(|table| table.rows).sum::<usize>()
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.active.bytes + self.frozen.iter().map(|table| table.bytes).sum::<usize>()
    }

    /// Puts what is being filled among what waits to be flushed.
    pub(crate) fn freeze(&mut self) {
        if self.active.rows > 0 {
            let table = std::mem::take(&mut self.active);
            self.frozen.push(Arc::new(table));
        }
    }
}

/// The store at one moment. What it names stays readable as long as it is held.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) chunks: Vec<Arc<Chunk>>,
    pub(crate) segments: Arc<Vec<Arc<Segment>>>,
    /// The last position that it shows; later ones may be in it already.
    pub(crate) head: u64,
}

/// The last stored number of every stream.
pub(crate) type Marks = HashMap<Id<Endpoint>, Vec<Mark>>;

/// What the writer, the flusher and the readers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) gate: Gate,
    pub(crate) catalogue: Catalogue,
    pub(crate) log_files: LogFiles,
    pub(crate) caches: Caches,
    pub(crate) searches: Arc<Semaphore>,
    pub(crate) surveys: Arc<Semaphore>,
    pub(crate) look_ups: Arc<Semaphore>,
    pub(crate) encoders: Semaphore,
    pub(crate) flush_wanted: Notify,
    pub(crate) compact_wanted: Notify,
    /// Whoever puts segments in the place of others has this.
    pub(crate) rewriting: Arc<tokio::sync::Mutex<()>>,
    /// Told after each flush.
    flushed: (Mutex<()>, Condvar),
    /// The store is being closed: long work ends.
    pub(crate) closing: AtomicBool,
    pub(crate) flushes: watch::Sender<Flushes>,
    pub(crate) head: watch::Sender<FeedCursor>,
    pub(crate) status: Mutex<Status>,
    state: RwLock<State>,
    marks: RwLock<Marks>,
    /// Keeps other processes out until the store is closed or nothing of it is left.
    pub(crate) lock: Mutex<Option<Lock>>,
}

/// How flushing goes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flushes {
    /// The last position that has been flushed since the store was opened.
    pub(crate) upto: u64,
    /// Attempts that failed.
    pub(crate) failed: u64,
    /// There will be no more.
    pub(crate) ended: bool,
}

/// What health tells besides numbers.
#[derive(Debug, Default)]
pub(crate) struct Status {
    pub(crate) append_error: Option<String>,
    pub(crate) flush_error: Option<String>,
    pub(crate) merge_error: Option<String>,
    pub(crate) compact_error: Option<String>,
    pub(crate) damage: Vec<String>,
    /// Segments that could not be read, with the reason.
    pub(crate) unreadable: BTreeMap<String, String>,
    pub(crate) open_log_bytes: u64,
    pub(crate) closed: bool,
    pub(crate) work: Option<Work>,
}

impl Shared {
    pub(crate) fn new(
        options: Options,
        catalogue: Catalogue,
        log_files: LogFiles,
        (state, marks, head): (State, Marks, u64),
        damage: Vec<String>,
        lock: Lock,
    ) -> Self {
        Self {
            gate: Gate {
                #[cfg(any(test, feature = "failpoints"))]
                fail_points: options.fail_points.clone(),
            },
            catalogue,
            log_files,
            caches: Caches::default(),
            searches: Arc::new(Semaphore::new(options.concurrent_searches.max(1))),
            surveys: Arc::new(Semaphore::new(options.concurrent_surveys.max(1))),
            look_ups: Arc::new(Semaphore::new(LOOK_UPS)),
            encoders: Semaphore::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)),
            flush_wanted: Notify::new(),
            compact_wanted: Notify::new(),
            rewriting: Arc::default(),
            flushed: Default::default(),
            closing: AtomicBool::new(false),
            flushes: watch::Sender::default(),
            head: watch::Sender::new(FeedCursor(head)),
            status: Mutex::new(Status { damage, ..Status::default() }),
            state: RwLock::new(state),
            marks: RwLock::new(marks),
            options,
            lock: Mutex::new(Some(lock)),
        }
    }

    pub(crate) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn marks(&self) -> RwLockReadGuard<'_, Marks> {
        self.marks.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_marks(&self, moved: impl IntoIterator<Item = (Stream, Mark)>) {
        let mut marks = self.marks.write().unwrap_or_else(PoisonError::into_inner);
        for (stream, mark) in moved {
            set_mark(&mut marks, stream, mark);
        }
    }

    pub(crate) fn status<T>(&self, change: impl FnOnce(&mut Status) -> T) -> T {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Blocks until something has been flushed, for this long at most.
    pub(crate) fn wait_for_flush(&self, at_most: Duration) {
        let (lock, flushed) = &self.flushed;
        let guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
        // It is only a pause: what ends it is looked at again.
        drop(flushed.wait_timeout(guard, at_most));
    }

    pub(crate) fn tell_flushed(&self) {
        self.flushed.1.notify_all();
    }

    /// Readers see `new` in the place of `old` from now on; the files of `old` go with their last reader.
    pub(crate) fn swap(&self, old: &[Entry], new: &[Entry]) {
        let mut state = self.state_mut();
        let (gone, mut kept): (Vec<_>, Vec<_>) =
            state.segments.iter().cloned().partition(|segment| old.iter().any(|old| old.id == segment.entry.id));
        kept.extend(new.iter().map(|entry| Arc::new(Segment::new(&self.options.dir, entry.clone()))));
        kept.sort_by_key(|segment| segment.entry.extent.position);
        state.segments = Arc::new(kept);
        gone.iter().for_each(|segment| segment.doom());
    }

    /// The store at this moment.
    pub(crate) fn view(&self) -> View {
        // The writer fills the state first and moves the head then, so everything up to this head is in the state.
        let head = self.head.borrow().0;
        let state = self.state();
        let frozen = state.frozen.iter().flat_map(|table| &table.chunks);
        let chunks = frozen.chain(&state.active.chunks).cloned().collect();
        View { head, chunks, segments: state.segments.clone() }
    }
}

/// The mark of a stream.
pub(crate) fn mark_of(marks: &Marks, stream: Stream) -> Option<&Mark> {
    let Stream { endpoint, epoch, lane } = stream;
    marks.get(&endpoint)?.iter().find(|mark| mark.epoch == epoch && mark.lane == lane)
}

/// Moves the mark of a stream.
pub(crate) fn set_mark(marks: &mut Marks, stream: Stream, mark: Mark) {
    let of_endpoint = marks.entry(stream.endpoint).or_default();
    match of_endpoint.iter_mut().find(|old| old.epoch == mark.epoch && old.lane == mark.lane) {
        Some(old) => *old = mark,
        None => of_endpoint.push(mark),
    }
}
