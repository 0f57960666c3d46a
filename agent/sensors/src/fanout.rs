//! One stream of records, many readers: a slow reader loses its own records, counted, and holds nobody up.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use yagura_records::{FileActed, FileRecord, Lost, Moment, PrintRecord, ProcessRecord, SessionRecord, WindowRecord};

use crate::{
    Session,
    queue::{Giver, Refusal, Taker, queue},
};

/// Room for one reader: several seconds of a busy machine.
const ITEMS: usize = 8192;
const BYTES: usize = 8 << 20;

/// What streams are made of.
pub trait StreamRecord: fmt::Debug + Send + Sync + 'static {
    /// What readers may ask the source for.
    type Wish: fmt::Debug + Send + Sync + Default + 'static;

    /// When it was.
    fn moment(&self) -> Moment;
    /// About how many bytes of memory it takes.
    fn weight(&self) -> usize;
    /// Set if it is word of a loss.
    fn lost(&self) -> Option<&Lost>;
    /// Word of a loss.
    fn of_lost(lost: Lost) -> Self;
}

impl StreamRecord for ProcessRecord {
    type Wish = ();

    fn moment(&self) -> Moment {
        match self {
            Self::Started(start) => start.at,
            Self::Exited(exit) => exit.at,
            Self::Lost(lost) => lost.at,
        }
    }

    fn weight(&self) -> usize {
        self.weight()
    }

    fn lost(&self) -> Option<&Lost> {
        if let Self::Lost(lost) = self { Some(lost) } else { None }
    }

    fn of_lost(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl StreamRecord for FileRecord {
    type Wish = FileWish;

    fn moment(&self) -> Moment {
        match self {
            Self::Acted(acted) => acted.at,
            Self::Lost(lost) => lost.at,
        }
    }

    fn weight(&self) -> usize {
        self.weight()
    }

    fn lost(&self) -> Option<&Lost> {
        if let Self::Lost(lost) = self { Some(lost) } else { None }
    }

    fn of_lost(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

/// Streams whose records say all that themselves.
macro_rules! streams {
    ($($record:ty, $wish:ty;)+) => {$(
        impl StreamRecord for $record {
            type Wish = $wish;

            fn moment(&self) -> Moment {
                self.at()
            }

            fn weight(&self) -> usize {
                self.weight()
            }

            fn lost(&self) -> Option<&Lost> {
                if let Self::Lost(lost) = self { Some(lost) } else { None }
            }

            fn of_lost(lost: Lost) -> Self {
                Self::Lost(lost)
            }
        }
    )+};
}

streams! {
    WindowRecord, WindowWish;
    SessionRecord, ();
    PrintRecord, ();
}

/// What a reader of the window stream asks for. Of several readers each gets what the least patient one asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowWish {
    /// Whether titles are wanted.
    pub titles: bool,
    /// A window that was the active one for less than this is only counted.
    pub min_stay: Duration,
    /// A title must stand for so long to be told of.
    pub settle: Duration,
    /// After how long without a touch nobody is there; `None`: that is not wanted.
    pub idle_after: Option<Duration>,
}

impl Default for WindowWish {
    fn default() -> Self {
        Self { titles: false, min_stay: Duration::from_secs(3), settle: Duration::from_secs(2), idle_after: None }
    }
}

/// Says whether somebody wants to be told that the file at this path was opened.
pub type OpensWanted = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Says whether somebody wants to be told of this act; asked before many are told of as one.
pub type ActsWanted = Arc<dyn Fn(&FileActed) -> bool + Send + Sync>;

/// What a reader of the file stream asks for. Without it, opened files are not told of and many acts of one kind are told of
/// as one.
#[derive(Clone, Default)]
pub struct FileWish {
    /// Which acts to tell of; all without it. What another reader wants comes all the same.
    pub acts: Option<ActsWanted>,
    /// Which opened files to tell of.
    pub opens: Option<OpensWanted>,
    /// Each act in a row of its own, however many there are.
    pub unfolded: bool,
    /// Whom to show acts before they are over.
    pub early: Option<Arc<dyn Early>>,
}

/// Looks at acts before they are over. What a program does is looked at together when it rests; whoever must not wait so long sees
/// within a third of a second what it would come to if nothing followed. That may turn out otherwise.
pub trait Early: Send + Sync {
    /// Whether it looks at the moment. Asked several times a second; what nobody looks at is not made.
    fn looks(&self) -> bool;
    /// What an act would come to.
    fn see(&self, acted: &FileActed);
}

impl fmt::Debug for FileWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWish")
            .field("acts", &self.acts.is_some())
            .field("opens", &self.opens.is_some())
            .field("unfolded", &self.unfolded)
            .field("early", &self.early.is_some())
            .finish()
    }
}

/// Where a source puts its records.
#[derive(Debug)]
pub struct Outlet<R: StreamRecord = ProcessRecord>(Arc<Shared<R>>);

impl<R: StreamRecord> Clone for Outlet<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R: StreamRecord> Default for Outlet<R> {
    fn default() -> Self {
        Self(Arc::new(Shared {
            readers: Mutex::default(),
            lost: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            hashing: AtomicUsize::new(0),
            wishes: Mutex::default(),
        }))
    }
}

#[derive(Debug)]
struct Shared<R: StreamRecord> {
    /// Empty when the source has ended.
    readers: Mutex<Vec<Reader<R>>>,
    lost: AtomicU64,
    closed: AtomicBool,
    hashing: AtomicUsize,
    /// By the readers' numbers.
    wishes: Mutex<BTreeMap<u64, Arc<R::Wish>>>,
}

#[derive(Debug)]
struct Reader<R> {
    queue: Giver<Arc<R>>,
    lost: u64,
}

impl<R: StreamRecord> Reader<R> {
    /// Gives the record, and word of earlier losses first; gives whether this reader is still there.
    fn publish(&mut self, record: &Arc<R>, total: &AtomicU64) -> bool {
        if self.lost > 0 {
            let gap = Arc::new(R::of_lost(Lost {
                at: record.moment(),
                count: Some(self.lost),
                reason: "the records were not read fast enough".to_owned(),
            }));
            match self.queue.offer(gap, 256) {
                Ok(()) => self.lost = 0,
                Err(Refusal::Closed) => return false,
                Err(Refusal::Full) => {}
            }
        }
        // While word of a loss is outstanding nothing may overtake it.
        let answer =
            if self.lost > 0 { Err(Refusal::Full) } else { self.queue.offer(Arc::clone(record), record.weight()) };
        match answer {
            Ok(()) => true,
            Err(Refusal::Closed) => false,
            Err(Refusal::Full) => {
                // A loss that could not be passed on goes on being one; how many it stood for is not known twice.
                let lost = record.lost();
                let count = lost.map_or(1, |lost| lost.count.unwrap_or(1));
                self.lost += count;
                if lost.is_none() {
                    total.fetch_add(count, Ordering::Relaxed);
                }
                true
            }
        }
    }
}

impl<R: StreamRecord> Outlet<R> {
    /// Gives the record to every reader that has room; never waits.
    pub fn publish(&self, record: R) {
        let record = Arc::new(record);
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain_mut(|reader| reader.publish(&record, &self.0.lost));
    }

    /// Gives the record to every reader, waiting for room; for replays, which have time.
    pub fn publish_all(&self, record: R) {
        let weight = record.weight();
        let record = Arc::new(record);
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|reader| reader.queue.give(Arc::clone(&record), weight) != Err(Refusal::Closed));
    }

    /// Ends the stream of every reader, once it has read what is there.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Records that some reader could not take.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Whether any reader wants hashes now.
    #[must_use]
    pub fn wants_hashes(&self) -> bool {
        self.0.hashing.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn subscribe(&self) -> Taker<Arc<R>> {
        let (giver, taker) = queue(ITEMS, BYTES);
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.0.closed.load(Ordering::Acquire) {
            readers.push(Reader { queue: giver, lost: 0 });
        }
        taker
    }

    /// What the readers ask for now.
    #[must_use]
    pub fn wishes(&self) -> Vec<Arc<R::Wish>> {
        self.0.wishes.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn wish(&self, reader: u64, wish: Option<R::Wish>) {
        let mut wishes = self.0.wishes.lock().unwrap_or_else(PoisonError::into_inner);
        match wish {
            Some(wish) => drop(wishes.insert(reader, Arc::new(wish))),
            None => drop(wishes.remove(&reader)),
        }
    }
}

/// One reader's view of a stream. The source runs as long as somebody holds one.
#[derive(Debug)]
pub struct Stream<R: StreamRecord> {
    records: Taker<Arc<R>>,
    session: Arc<Session<R>>,
    hashing: bool,
    number: u64,
    /// What must run as long as this stream is read.
    needs: Option<Arc<Session<ProcessRecord>>>,
}

/// The processes of this machine.
pub type ProcessStream = Stream<ProcessRecord>;

/// What is done to the files of this machine.
pub type FileStream = Stream<FileRecord>;

/// What people at this machine have before them.
pub type WindowStream = Stream<WindowRecord>;

/// Who is logged on to this machine, when it runs, and which accounts there are.
pub type SessionStream = Stream<SessionRecord>;

/// What is printed from this machine.
pub type PrintStream = Stream<PrintRecord>;

impl<R: StreamRecord> Stream<R> {
    pub(crate) fn new(
        records: Taker<Arc<R>>,
        session: Arc<Session<R>>,
        needs: Option<Arc<Session<ProcessRecord>>>,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { records, session, hashing: false, number, needs }
    }

    /// The next record; `None` when the source has ended. Cancel safe.
    pub async fn next(&mut self) -> Option<Arc<R>> {
        self.records.take().await
    }

    fn count_hashing(&mut self, wanted: bool) {
        if wanted != self.hashing {
            self.hashing = wanted;
            let count = &self.session.outlet.0.hashing;
            if wanted {
                count.fetch_add(1, Ordering::Relaxed)
            } else {
                count.fetch_sub(1, Ordering::Relaxed)
            };
        }
    }
}

impl Stream<ProcessRecord> {
    /// Asks for hashes of executables, or for none. They are made as long as any reader asks.
    pub fn want_hashes(&mut self, wanted: bool) {
        self.count_hashing(wanted);
    }
}

impl<R: StreamRecord> Stream<R> {
    /// Asks for something; in the place of what was asked for before.
    pub fn wish(&mut self, wish: R::Wish) {
        self.session.outlet.wish(self.number, Some(wish));
        self.session.running.wishes_changed();
    }

    /// Has told what is held back because more might belong to it, after which the stream ends, for all its readers: to be
    /// called, and read to the end, before the program stops.
    pub fn finish(&self) {
        self.session.running.finish();
    }
}

impl<R: StreamRecord> Drop for Stream<R> {
    fn drop(&mut self) {
        self.count_hashing(false);
        self.session.outlet.wish(self.number, None);
        self.session.running.wishes_changed();
        drop(self.needs.take());
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yagura_records::ProcessExited;
    use yagura_vocabulary::Time;

    use super::*;

    fn exited(pid: u32) -> ProcessRecord {
        let at = Moment { occurred_at: Time::from_seconds(1), boot_id: Uuid::nil(), mono_ns: 1 };
        ProcessRecord::Exited(ProcessExited {
            at,
            guid: Uuid::nil(),
            pid,
            image: None,
            account: None,
            logon_session: None,
            exit_code: Some(0),
            signal: None,
            lived_us: None,
        })
    }

    #[tokio::test]
    async fn every_reader_sees_every_record() {
        let outlet = Outlet::<ProcessRecord>::default();
        let (mut one, mut other) = (outlet.subscribe(), outlet.subscribe());
        outlet.publish(exited(1));
        assert_eq!(*one.take().await.unwrap(), exited(1));
        assert_eq!(*other.take().await.unwrap(), exited(1));
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_how_many_records_it_missed_and_where() {
        let outlet = Outlet::<ProcessRecord>::default();
        let mut slow = outlet.subscribe();
        let total = u32::try_from(ITEMS).unwrap() + 10;
        for pid in 0..total {
            outlet.publish(exited(pid));
        }
        for _ in 0..100 {
            slow.take().await.unwrap();
        }
        outlet.publish(exited(total));
        outlet.close();
        let mut rest = Vec::new();
        while let Some(record) = slow.take().await {
            rest.push(record);
        }
        let [.., gap, last] = rest.as_slice() else { panic!("nothing left") };
        assert!(matches!(&**gap, ProcessRecord::Lost(Lost { count: Some(10), .. })), "{gap:?}");
        assert_eq!(**last, exited(total));
        assert_eq!(outlet.lost(), 10);
    }

    #[test]
    fn a_reader_that_left_is_forgotten() {
        let outlet = Outlet::<ProcessRecord>::default();
        drop(outlet.subscribe());
        outlet.publish(exited(1));
        assert_eq!(outlet.0.readers.lock().unwrap().len(), 0);
    }
}
