//! The two threads behind the stream. One empties the kernel's queue and never waits for anything else; the other adds
//! hashes, which may take a disk's time, and hands the records out in order.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use yagura_platform::{Waiter, Wake, since_boot, wake_pair};
use yagura_records::{Lost, ProcessRecord};
use yagura_vocabulary::{Account, Clock, Time};

use super::{Known, Sink, Watch, accounts::Accounts, hasher::Hasher, proc};
use crate::{
    Outlet, StreamRecord as _,
    process::{
        observed::{Observed, Owner},
        tracker::{Names, Tracked, Tracker},
    },
    queue::{Giver, Refusal, Taker, queue},
};

/// Records that may wait for their hash.
const ITEMS: usize = 16 << 10;
const BYTES: usize = 8 << 20;

/// What the reports say.
#[derive(Debug, Clone)]
pub(super) struct Counters {
    pub(super) seen: u64,
    pub(super) lost: u64,
    pub(super) failure: Option<String>,
}

#[derive(Debug, Default)]
struct Shared {
    seen: AtomicU64,
    lost: AtomicU64,
    failure: Mutex<Option<String>>,
}

/// The threads at work; dropping this stops them.
#[derive(Debug)]
pub(super) struct Pipeline {
    stop: Wake,
    shared: Arc<Shared>,
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.stop.wake();
    }
}

impl Pipeline {
    pub(super) fn start(
        watch: Box<dyn Watch>,
        clock: Arc<dyn Clock>,
        known: Arc<Known>,
        outlet: Outlet,
        ready: mpsc::Sender<()>,
    ) -> io::Result<Self> {
        let (stop, waiter) = wake_pair().map_err(io::Error::other)?;
        let boot_id = yagura_platform::boot_id().map_err(io::Error::other)?;
        let shared = Arc::new(Shared::default());
        let (giver, taker) = queue(ITEMS, BYTES);
        let counters = Arc::clone(&shared);
        thread::Builder::new().name("process-hash".to_owned()).stack_size(256 << 10).spawn(move || {
            hand_out(taker, &outlet);
        })?;
        thread::Builder::new().name("process-read".to_owned()).stack_size(256 << 10).spawn(move || {
            let mut reading = Reading {
                tracker: Tracker::new(boot_id),
                accounts: Accounts::new("/etc/passwd"),
                clock,
                known,
                giver,
                boot: Time::default(),
                unsent: 0,
                lost_some: false,
                closed: false,
                shared: counters,
            };
            reading.learn();
            drop(ready);
            if let Err(error) = reading.run(watch, &waiter) {
                tracing::error!(%error, "the process sensor stopped");
                *reading.shared.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
            }
        })?;
        Ok(Self { stop, shared })
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            seen: self.shared.seen.load(Ordering::Relaxed),
            lost: self.shared.lost.load(Ordering::Relaxed),
            failure: self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

struct Reading {
    tracker: Tracker,
    accounts: Accounts,
    clock: Arc<dyn Clock>,
    known: Arc<Known>,
    giver: Giver<Tracked>,
    /// Wall-clock time of the machine's start.
    boot: Time,
    /// Records that found the queue full, not yet told of.
    unsent: u64,
    lost_some: bool,
    closed: bool,
    shared: Arc<Shared>,
}

impl Reading {
    fn learn(&mut self) {
        let existing: Vec<_> = proc::existing().collect();
        self.known.learn(&existing);
        self.tracker.learn(existing);
    }

    fn run(&mut self, mut watch: Box<dyn Watch>, waiter: &Waiter) -> Result<(), yagura_platform::Error> {
        loop {
            if waiter.wait(watch.readable(), watch.look_every())? {
                return Ok(());
            }
            let now = since_boot();
            self.boot = self.clock.now() - now;
            self.accounts.refresh(now);
            watch.drain(self)?;
            if std::mem::take(&mut self.lost_some) {
                self.learn();
            }
            let gather = watch.gather();
            if self.closed || !gather.is_zero() && waiter.wait(None, Some(gather))? {
                return Ok(());
            }
        }
    }
}

/// Names of accounts, and the sessions of processes.
struct People<'a> {
    accounts: &'a mut Accounts,
    known: &'a Known,
}

impl Names for People<'_> {
    fn account(&mut self, uid: u32) -> Account {
        self.accounts.account(uid)
    }

    fn session(&mut self, pid: u32, _owner: Option<Owner>) -> Option<String> {
        self.known.session(pid)
    }
}

impl Sink for Reading {
    fn put(&mut self, seen: Observed) {
        if let Observed::Lost { count, .. } = &seen {
            self.lost_some = true;
            self.shared.lost.fetch_add(count.unwrap_or(1), Ordering::Relaxed);
        }
        self.known.observe(&seen);
        let Self { giver, unsent, shared, closed, .. } = self;
        let mut names = People { accounts: &mut self.accounts, known: &self.known };
        self.tracker.observe(seen, self.boot, &mut names, &mut |tracked| {
            let seen = !matches!(tracked.record, ProcessRecord::Lost(_));
            shared.seen.fetch_add(u64::from(seen), Ordering::Relaxed);
            *closed |= send(giver, unsent, tracked, &shared.lost) == Err(Refusal::Closed);
        });
    }

    fn tracker(&self) -> &Tracker {
        &self.tracker
    }
}

/// Gives the record on, and word of records that found no room before it.
fn send(giver: &Giver<Tracked>, unsent: &mut u64, tracked: Tracked, lost: &AtomicU64) -> Result<(), Refusal> {
    if *unsent > 0 {
        let at = tracked.record.moment();
        let reason = "the agent could not hash executables fast enough".to_owned();
        let gap = Lost { at, count: Some(*unsent), reason };
        if giver.offer(Tracked { record: ProcessRecord::Lost(gap), file: None }, 256) == Ok(()) {
            *unsent = 0;
        }
    }
    let weight = tracked.record.weight();
    // While word of a loss is outstanding nothing may overtake it.
    let answer = if *unsent > 0 { Err(Refusal::Full) } else { giver.offer(tracked, weight) };
    if answer == Err(Refusal::Full) {
        *unsent += 1;
        lost.fetch_add(1, Ordering::Relaxed);
    }
    answer
}

/// Adds hashes and publishes, until no giver or no reader is left.
fn hand_out(mut taker: Taker<Tracked>, outlet: &Outlet) {
    let mut hasher = Hasher::default();
    while let Some(Tracked { mut record, file }) = taker.take_blocking() {
        if let ProcessRecord::Started(start) = &mut record
            && outlet.wants_hashes()
        {
            start.hash = hasher.hash(start.pid, start.image.as_ref(), file);
        }
        outlet.publish(record);
    }
    outlet.close();
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yagura_records::{Moment, ProcessExited};

    use super::*;

    fn exited(pid: u32) -> Tracked {
        let at = Moment { occurred_at: Time::default(), boot_id: Uuid::nil(), mono_ns: pid.into() };
        let record = ProcessExited {
            at,
            guid: Uuid::nil(),
            pid,
            image: None,
            account: None,
            logon_session: None,
            exit_code: None,
            signal: None,
            lived_us: None,
        };
        Tracked { record: ProcessRecord::Exited(record), file: None }
    }

    #[test]
    fn records_that_wait_too_long_for_their_hash_are_counted_and_told_of_in_their_place() {
        let (giver, mut taker) = queue(2, 1 << 20);
        let (mut unsent, lost) = (0, AtomicU64::new(0));
        for pid in 1..=5 {
            let _ = send(&giver, &mut unsent, exited(pid), &lost);
        }
        let mut pids = Vec::new();
        for _ in 0..2 {
            pids.push(taker.take_blocking().unwrap().record);
        }
        assert_eq!(send(&giver, &mut unsent, exited(6), &lost), Ok(()));
        let Some(ProcessRecord::Lost(gap)) = taker.take_blocking().map(|tracked| tracked.record) else {
            panic!("no gap")
        };
        assert_eq!((gap.count, gap.at.mono_ns), (Some(3), 6));
        assert_eq!(taker.take_blocking().unwrap().record, exited(6).record);
        assert_eq!(pids, [exited(1).record, exited(2).record]);
        assert_eq!((unsent, lost.into_inner()), (0, 3));
    }
}
