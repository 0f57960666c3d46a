//! The threads of a gate that is open.
//!
//! ```text
//! kernel ─► gate-read: who waits is put down, known answers are given ─► gate-judge (two): describes, judges, answers, tells
//!           gate-watch: lets through whoever waits too long; tells the watchman outside that all is well
//! ```
//! Who waits is put down before anything else is done, and taken out by whoever answers: so each is answered once, and nobody
//! who works here can keep others waiting.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use yagura_platform::Watchman;
use yagura_records::Hash;
use yagura_sensors::{Describer, Door, Knock};
use yagura_vocabulary::{SensorHealth, SensorReport};

use super::{
    GATE, Inner, Lasts, Opinion, Place,
    cache::{Cache, Key},
    never::Never,
    pending::Pending,
    report,
};

/// Nobody waits longer for an answer. A program of 200 MB is read in that time.
const PATIENCE: Duration = Duration::from_millis(1000);
/// How often it is looked who waits too long, and the watchman is told that all is well.
const BEAT: Duration = Duration::from_millis(250);
/// Whoever reads for longer than this is stuck, and the watchman is not told any more.
const STUCK: Duration = Duration::from_secs(3);
/// More do not wait here at once; each holds a file open. The kernel keeps the others.
const AT_ONCE: usize = 64;
const JUDGES: usize = 2;
/// So long it is said that somebody was let through unjudged.
const REMEMBER_LATE: Duration = Duration::from_secs(3600);

/// An open gate; dropping this takes it down.
pub(super) struct Work {
    shared: Arc<Shared>,
    guard: Option<&'static [&'static str]>,
}

struct Shared {
    inner: Arc<Inner>,
    door: Arc<Door>,
    since: Instant,
    waiting: Mutex<Pending<Arc<Knock>>>,
    /// Somebody was answered, or the gate goes.
    changed: Condvar,
    cache: Mutex<Cache>,
    stopping: AtomicBool,
    broken: AtomicBool,
    /// When the reader began what it is doing, in milliseconds since `since` and one more; 0 while it waits.
    reading: AtomicU64,
    asked: AtomicU64,
    late: AtomicU64,
    /// When somebody was late last, as `reading`.
    last_late: AtomicU64,
    crashed: AtomicU64,
    /// Who watches over the gate from outside, where that is wanted.
    watchman: Mutex<Option<Watchman>>,
}

/// Somebody whose answer is not known.
struct Job {
    number: u64,
    knock: Arc<Knock>,
    key: Option<Key>,
}

impl Work {
    /// Opens a gate at which nothing is guarded yet.
    pub(super) fn start(inner: &Arc<Inner>, place: &Place) -> io::Result<Self> {
        let door = Arc::new(Door::open(place.only.clone()).map_err(io::Error::other)?);
        let watchman = place.guard.map(Watchman::start).transpose().map_err(io::Error::other)?;
        let describer = Describer::new(Arc::clone(&inner.clock), inner.logons.clone()).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            inner: Arc::clone(inner),
            door,
            since: Instant::now(),
            waiting: Mutex::new(Pending::new(PATIENCE)),
            changed: Condvar::new(),
            cache: Mutex::default(),
            stopping: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            reading: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            late: AtomicU64::new(0),
            last_late: AtomicU64::new(0),
            crashed: AtomicU64::new(0),
            watchman: Mutex::new(watchman),
        });
        // Made first, so that a thread that cannot be started takes down what has been started.
        let work = Self { shared: Arc::clone(&shared), guard: place.guard };
        let (to_judge, jobs) = mpsc::sync_channel(AT_ONCE);
        let jobs = Arc::new(Mutex::new(jobs));
        let program = std::env::current_exe().ok();
        let never = Arc::new(Never::new(std::process::id(), program.as_deref()));
        for _ in 0..JUDGES {
            let (shared, jobs) = (Arc::clone(&shared), Arc::clone(&jobs));
            let (describer, never) = (describer.clone(), Arc::clone(&never));
            spawn("gate-judge", move || shared.judge_all(&jobs, &describer, &never))?;
        }
        let own = Arc::clone(&shared);
        spawn("gate-watch", move || own.watch())?;
        spawn("gate-read", move || {
            let leaving = Leaving(Arc::clone(&shared));
            shared.read(&to_judge);
            drop(leaving);
        })?;
        Ok(work)
    }

    pub(super) fn door(&self) -> &Arc<Door> {
        &self.shared.door
    }

    pub(super) fn is_broken(&self) -> bool {
        self.shared.broken.load(Ordering::Relaxed)
    }

    /// Sees to it that somebody watches over the gate. Not done by the one who tells him that all is well: who starts a program
    /// waits at the gate himself.
    pub(super) fn keep_watched(&self) {
        let Some(arguments) = self.guard else { return };
        if self.shared.watchman().is_none() {
            let found =
                Watchman::start(arguments).inspect_err(|error| tracing::error!(%error, "the gate is unwatched"));
            *self.shared.watchman() = found.ok();
        }
    }

    /// How the gate is as a whole, and what of it does not work.
    pub(super) fn reports(&self) -> (SensorReport, Vec<SensorReport>) {
        let shared = &self.shared;
        let (guarded, mut parts) = shared.door.reports();
        let (asked, late) = (shared.asked.load(Ordering::Relaxed), shared.late.load(Ordering::Relaxed));
        let crashed = shared.crashed.load(Ordering::Relaxed);
        let reason = match () {
            () if guarded == 0 => "no file system is guarded",
            () if crashed > 0 => "a judge crashed, and let through what it was asked about",
            () if self.guard.is_some() && shared.watchman().is_none() => {
                "nobody watches over the gate: should this program be stopped, others wait for it"
            }
            () if !parts.is_empty() => "programs on some file systems start unasked",
            () => "",
        };
        let health = match reason {
            "" => SensorHealth::Ok,
            _ if guarded == 0 => SensorHealth::Failed,
            _ => SensorHealth::Degraded,
        };
        let last = Duration::from_millis(shared.last_late.load(Ordering::Relaxed));
        if late > 0 && shared.since.elapsed().saturating_sub(last) < REMEMBER_LATE {
            let reason =
                format!("{late} starts were let through unjudged, as the answer took longer than {PATIENCE:?}");
            let late = report(SensorHealth::Degraded, &reason);
            parts.push(SensorReport { sensor: format!("{GATE}.late"), ..late });
        }
        (SensorReport { seen: asked, lost: late, ..report(health, reason) }, parts)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let shared = &self.shared;
        shared.stopping.store(true, Ordering::Relaxed);
        // Nobody tells him anything any more, and he is not to mind.
        drop(shared.watchman().take());
        shared.door.leave();
        shared.door.lower();
        for knock in shared.waiting().all() {
            let _ = shared.door.answer(&knock, true);
        }
        // The reader may have read somebody between the two: it finds the gate stopping, and lets them through itself.
        shared.changed.notify_all();
    }
}

/// Says that the reader is gone, however it went.
struct Leaving(Arc<Shared>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.broken.store(true, Ordering::Relaxed);
        // Whoever keeps the gate looks at once.
        self.0.door.leave();
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).stack_size(512 << 10).spawn(run).map(|_| ())
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Pending<Arc<Knock>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watchman(&self) -> MutexGuard<'_, Option<Watchman>> {
        self.watchman.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many were let through unjudged.
    fn note_late(&self, count: usize) {
        self.late.fetch_add(count as u64, Ordering::Relaxed);
        self.last_late.store(self.now_ms(), Ordering::Relaxed);
    }

    fn stops(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Answers, unless somebody did. Gives whether it was this answer that counted.
    fn answer(&self, number: u64, allow: bool) -> bool {
        let Some(knock) = self.waiting().take(number) else { return false };
        let answered = self.door.answer(&knock, allow).is_ok();
        self.changed.notify_all();
        answered
    }

    fn read(&self, to_judge: &mpsc::SyncSender<Job>) {
        while !self.stops() {
            self.reading.store(0, Ordering::Relaxed);
            match self.door.wait(None) {
                Ok(false) => {}
                Ok(true) | Err(_) => return,
            }
            self.wait_for_room();
            self.reading.store(self.now_ms(), Ordering::Relaxed);
            // The kernel has refused whoever it could not open the file for; others go on.
            let knocks = self.door.read().unwrap_or_default();
            let now = self.since.elapsed();
            let put = |knock: Knock| {
                let knock = Arc::new(knock);
                (self.waiting().put(now, Arc::clone(&knock)), knock)
            };
            let all: Vec<_> = knocks.into_iter().map(put).collect();
            self.asked.fetch_add(all.len() as u64, Ordering::Relaxed);
            for (number, knock) in all {
                self.give_or_hand_on(number, knock, to_judge);
            }
        }
    }

    /// Gives an answer that is known, or has it judged.
    fn give_or_hand_on(&self, number: u64, knock: Arc<Knock>, to_judge: &mpsc::SyncSender<Job>) {
        let sitting = self.inner.sitting();
        if self.stops() || sitting.judges.is_empty() {
            self.answer(number, true);
            return;
        }
        let account = || if sitting.wishes.account { knock.uid().map(Some) } else { Some(None) };
        let known = knock.file().zip(knock.path()).zip(account());
        let key = known.map(|((file, path), account)| self.cache().key(file, path.as_bytes(), account));
        if key.is_some_and(|key| self.cache().allows(sitting.version, key)) {
            self.answer(number, true);
            return;
        }
        if to_judge.try_send(Job { number, knock, key }).is_err() {
            // No judge is left, or more wait than there may be.
            self.note_late(1);
            self.answer(number, true);
        }
    }

    fn wait_for_room(&self) {
        let mut waiting = self.waiting();
        while waiting.len() >= AT_ONCE && !self.stops() {
            let (again, _) = self.changed.wait_timeout(waiting, BEAT).unwrap_or_else(PoisonError::into_inner);
            waiting = again;
        }
    }

    fn judge_all(&self, jobs: &Mutex<mpsc::Receiver<Job>>, describer: &Describer, never: &Never) {
        loop {
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = next else { return };
            let judged = catch_unwind(AssertUnwindSafe(|| self.judge(&job, describer, never)));
            if judged.is_err() {
                self.crashed.fetch_add(1, Ordering::Relaxed);
                self.answer(job.number, true);
            }
        }
    }

    fn judge(&self, job: &Job, describer: &Describer, never: &Never) {
        let sitting = self.inner.sitting();
        let starting = describer.describe(&job.knock, sitting.wishes.hash);
        let spared = || never.covers(starting.pid, starting.ppid, |path| job.knock.is_file(path));
        match sitting.judge(&starting) {
            Opinion::Deny(denial) if !spared() => {
                if self.answer(job.number, false) {
                    self.inner.tell(*denial);
                }
            }
            Opinion::Deny(_) => {
                self.answer(job.number, true);
            }
            Opinion::Allow(lasts) => {
                self.answer(job.number, true);
                // What was written a moment ago may be written again without its times showing it; and what could not be read
                // may be readable the next time.
                let is_sure = !sitting.wishes.hash || starting.hash != Hash::Gone && job.knock.has_settled();
                let key = job.key.filter(|_| is_sure);
                if let (Lasts::WhileUnchanged, Some(key)) = (lasts, key) {
                    self.cache().note(sitting.version, key);
                }
            }
        }
    }

    fn watch(&self) {
        let mut waiting = self.waiting();
        loop {
            let (again, _) = self.changed.wait_timeout(waiting, BEAT).unwrap_or_else(PoisonError::into_inner);
            waiting = again;
            if self.stops() {
                return;
            }
            let late = waiting.overdue(self.since.elapsed());
            drop(waiting);
            if !late.is_empty() {
                late.iter().for_each(|knock| {
                    // Whoever does not wait any more needs no answer.
                    let _ = self.door.answer(knock, true);
                });
                self.note_late(late.len());
                self.changed.notify_all();
                tracing::warn!(count = late.len(), "programs started unjudged, because judging took too long");
            }
            let reading = self.reading.load(Ordering::Relaxed);
            let stuck = reading > 0 && self.now_ms().saturating_sub(reading) > STUCK.as_millis() as u64;
            if !stuck {
                self.tell_watchman();
            }
            waiting = self.waiting();
        }
    }

    fn tell_watchman(&self) {
        let mut watchman = self.watchman();
        if watchman.as_ref().is_some_and(|one| one.beat().is_err()) {
            *watchman = None;
        }
    }
}
