//! One stream of records, many readers: a slow reader loses its own records, counted, and holds nobody up.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use yagura_records::{Lost, Moment, ProcessRecord};

use crate::{
    Session,
    queue::{Giver, Refusal, Taker, queue},
};

/// Room for one reader: several seconds of a busy machine.
const ITEMS: usize = 8192;
const BYTES: usize = 8 << 20;

/// Where a source puts its records.
#[derive(Debug, Clone, Default)]
pub struct Outlet(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// `None` when the source has ended.
    readers: Mutex<Vec<Reader>>,
    lost: AtomicU64,
    closed: AtomicBool,
    hashing: AtomicUsize,
}

#[derive(Debug)]
struct Reader {
    queue: Giver<Arc<ProcessRecord>>,
    lost: u64,
}

impl Reader {
    /// Gives the record, and word of earlier losses first; gives whether this reader is still there.
    fn publish(&mut self, record: &Arc<ProcessRecord>, total: &AtomicU64) -> bool {
        if self.lost > 0 {
            let gap = Arc::new(ProcessRecord::Lost(Lost {
                at: moment(record),
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
                let count = match &**record {
                    ProcessRecord::Lost(lost) => lost.count.unwrap_or(1),
                    _ => 1,
                };
                self.lost += count;
                if !matches!(**record, ProcessRecord::Lost(_)) {
                    total.fetch_add(count, Ordering::Relaxed);
                }
                true
            }
        }
    }
}

pub(crate) fn moment(record: &ProcessRecord) -> Moment {
    match record {
        ProcessRecord::Started(start) => start.at,
        ProcessRecord::Exited(exit) => exit.at,
        ProcessRecord::Lost(lost) => lost.at,
    }
}

impl Outlet {
    /// Gives the record to every reader that has room; never waits.
    pub fn publish(&self, record: ProcessRecord) {
        let record = Arc::new(record);
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain_mut(|reader| reader.publish(&record, &self.0.lost));
    }

    /// Gives the record to every reader, waiting for room; for replays, which have time.
    pub fn publish_all(&self, record: ProcessRecord) {
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

    pub(crate) fn subscribe(&self) -> Taker<Arc<ProcessRecord>> {
        let (giver, taker) = queue(ITEMS, BYTES);
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.0.closed.load(Ordering::Acquire) {
            readers.push(Reader { queue: giver, lost: 0 });
        }
        taker
    }
}

/// One reader's view of the process stream. The source runs as long as somebody holds one.
#[derive(Debug)]
pub struct ProcessStream {
    pub(crate) records: Taker<Arc<ProcessRecord>>,
    pub(crate) session: Arc<Session>,
    pub(crate) hashing: bool,
}

impl ProcessStream {
    /// Asks for hashes of executables, or for none. They are made as long as any reader asks.
    pub fn want_hashes(&mut self, wanted: bool) {
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

    /// The next record; `None` when the source has ended. Cancel safe.
    pub async fn next(&mut self) -> Option<Arc<ProcessRecord>> {
        self.records.take().await
    }
}

impl Drop for ProcessStream {
    fn drop(&mut self) {
        self.want_hashes(false);
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
            exit_code: Some(0),
            signal: None,
            lived_us: None,
        })
    }

    #[tokio::test]
    async fn every_reader_sees_every_record() {
        let outlet = Outlet::default();
        let (mut one, mut other) = (outlet.subscribe(), outlet.subscribe());
        outlet.publish(exited(1));
        assert_eq!(*one.take().await.unwrap(), exited(1));
        assert_eq!(*other.take().await.unwrap(), exited(1));
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_how_many_records_it_missed_and_where() {
        let outlet = Outlet::default();
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
        let outlet = Outlet::default();
        drop(outlet.subscribe());
        outlet.publish(exited(1));
        assert_eq!(outlet.0.readers.lock().unwrap().len(), 0);
    }
}
