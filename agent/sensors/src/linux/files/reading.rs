//! The threads behind the file stream. One empties the kernel's queue and does nothing else; one follows the mounts; one
//! makes sense of it all and may wait for a file system.

use std::{
    fs::File,
    io,
    os::fd::AsFd as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use yagura_platform::{Fanotify, FileMask, Waiter, Wake, count_file_news, read_file_news, since_boot, wake_pair};
use yagura_records::FileRecord;
use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

use super::{
    folders::Folders,
    people::People,
    shares::Shares,
    tracking::Tracking,
    watching::{MOUNTS, View, Watching},
};
use crate::{
    Outlet,
    file::tracker::{DriveNews, Tracker},
    linux::Known,
    queue::{Giver, Refusal, queue},
    report_on,
};

/// What may wait between the threads: a second and a half of a storm.
const MESSAGES: usize = 1024;
const BYTES: usize = 16 << 20;
/// One answer of the kernel.
const ANSWER: usize = 64 << 10;
/// How long to let news gather: fewer wake-ups cost less, and merged events are fewer. The kernel's queue of 16,384 events
/// is full after this time at a million events a second.
const GATHER: Duration = Duration::from_millis(15);
/// How often what waits for its end is looked at.
const TICK: Duration = Duration::from_millis(250);
/// How often the list of shares is looked at.
const SHARES: Duration = Duration::from_secs(10);

/// From the reading threads to the tracking one.
pub(super) enum Message {
    /// What the kernel said, and when it was read.
    Bytes(u64, Vec<u8>),
    /// Time goes by.
    /// Nothing else has come by this time, in nanoseconds since boot.
    Tick(u64),
    /// The mounts are others now.
    Mounts(View, Vec<DriveNews>),
    /// Folders were shared.
    News(Vec<DriveNews>),
    /// Something is missing here.
    Lost(Option<u64>, &'static str),
    /// No more comes.
    Stop,
}

/// What the threads tell each other and the reports.
#[derive(Debug, Default)]
pub(super) struct Shared {
    seen: AtomicU64,
    lost: AtomicU64,
    waits: AtomicBool,
    failure: Mutex<Option<String>>,
}

impl Shared {
    pub(super) fn saw(&self) {
        self.seen.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn lost(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn set_waits(&self, waits: bool) {
        self.waits.store(waits, Ordering::Release);
    }

    fn fail(&self, what: &str, error: &dyn std::fmt::Display) {
        tracing::error!(%error, what, "a part of the file sensor stopped");
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(format!("{what}: {error}"));
    }
}

/// The threads at work; dropping this stops them.
#[derive(Debug)]
pub(super) struct Pipeline {
    stop: Wake,
    shared: Arc<Shared>,
    watching: Arc<Watching>,
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.stop.wake();
    }
}

fn now_ns() -> u64 {
    u64::try_from(since_boot().as_nanos()).unwrap_or(u64::MAX)
}

impl Pipeline {
    pub(super) fn start(clock: Arc<dyn Clock>, known: Arc<Known>, outlet: Outlet<FileRecord>) -> io::Result<Self> {
        let fanotify = Arc::new(Fanotify::open().map_err(io::Error::other)?);
        let (stop, waiter) = wake_pair().map_err(io::Error::other)?;
        let boot_id = yagura_platform::boot_id().map_err(io::Error::other)?;
        let shared = Arc::new(Shared::default());
        // Opened before the first look: what comes after is then called out.
        let mountinfo = File::open(MOUNTS)?;
        let watching = Arc::new(Watching::new(Arc::clone(&fanotify)));
        // Other machines' shares may not answer for minutes; they are for the thread that follows mounts.
        let view = watching.follow()?.map(|(view, _)| view).unwrap_or_default();
        let (watched, refused) = watching.reports();
        if watched == 0 {
            let reason = refused.first().and_then(|report| report.reason.clone());
            return Err(io::Error::other(reason.unwrap_or_else(|| "nothing is mounted".to_owned())));
        }
        let (giver, mut taker) = queue(MESSAGES, BYTES);
        let giver = Arc::new(giver);
        let mut tracking = Tracking {
            tracker: Tracker::new(boot_id),
            folders: Folders::of(view.roots.clone()),
            people: People::new(known, view),
            clock,
            outlet: outlet.clone(),
            shared: Arc::clone(&shared),
            chunks: std::collections::VecDeque::new(),
            recording: recording(),
            read_to: now_ns(),
        };
        thread::Builder::new().name("file-track".to_owned()).stack_size(512 << 10).spawn(move || {
            while let Some(message) = taker.take_blocking() {
                if tracking.take(message) {
                    break;
                }
            }
            outlet.close();
        })?;
        let follower = Follower {
            watching: Arc::clone(&watching),
            giver: Arc::clone(&giver),
            waiter: waiter.clone(),
            shared: Arc::clone(&shared),
        };
        thread::Builder::new().name("file-mounts".to_owned()).stack_size(256 << 10).spawn(move || {
            follower.run(&mountinfo);
        })?;
        let reader = Reader { fanotify, giver, waiter, shared: Arc::clone(&shared), unsent: 0 };
        thread::Builder::new().name("file-read".to_owned()).stack_size(256 << 10).spawn(move || reader.run())?;
        Ok(Self { stop, shared, watching })
    }

    pub(super) fn report(&self) -> SensorReport {
        let (watched, refused) = self.watching.reports();
        let failure = self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (health, reason) = match failure {
            Some(failure) => (SensorHealth::Failed, Some(failure)),
            None if refused.is_empty() => (SensorHealth::Ok, None),
            None => {
                let all = watched + refused.len();
                let reason = format!("{} of {all} file systems cannot be watched", refused.len());
                (SensorHealth::Degraded, Some(reason))
            }
        };
        SensorReport {
            seen: self.shared.seen.load(Ordering::Relaxed),
            lost: self.shared.lost.load(Ordering::Relaxed),
            ..report_on("file", "fanotify", health, reason)
        }
    }

    pub(super) fn finish(&self) {
        self.stop.wake();
    }

    pub(super) fn parts(&self) -> Vec<SensorReport> {
        self.watching.reports().1
    }
}

/// A file to which all observations are written, for the recordings that the tests play: only in builds for development.
fn recording() -> super::tracking::Recording {
    if !cfg!(debug_assertions) {
        return None;
    }
    let path = std::env::var_os("YAGURA_RECORD_FILES")?;
    let mut file = File::options().create(true).append(true).open(path).ok()?;
    Some(Box::new(move |seen| drop(crate::replay::write(&mut file, seen))))
}

/// What a look at the kernel's queue gave.
enum Drained {
    Nothing,
    Some,
    NobodyThere,
}

struct Reader {
    fanotify: Arc<Fanotify>,
    giver: Arc<Giver<Message>>,
    waiter: Waiter,
    shared: Arc<Shared>,
    /// Events that found no room, not yet told of.
    unsent: u64,
}

impl Reader {
    fn run(mut self) {
        if let Err(error) = self.read() {
            self.shared.fail("reading file events", &error);
        }
        // Fails only if the other thread is gone already. It may be behind, and then this one has time.
        let _ = self.giver.give(Message::Stop, 0);
    }

    fn read(&mut self) -> Result<(), yagura_platform::Error> {
        let mut buffer = vec![0; ANSWER];
        let mut restless = false;
        loop {
            let limit = restless.then_some(TICK);
            if self.waiter.wait(Some(self.fanotify.as_fd()), limit)? {
                // What happened up to now is told.
                return self.drain(&mut buffer).map(drop);
            }
            match self.drain(&mut buffer)? {
                Drained::Some => {
                    restless = true;
                    // Woken or not: the next look at the queue sees it.
                    self.waiter.wait(None, Some(GATHER))?;
                }
                Drained::Nothing => {
                    let answer = self.giver.offer(Message::Tick(now_ns()), 0);
                    // After a tick the tracker has said whether it waits for another.
                    restless = self.shared.waits.load(Ordering::Acquire) || answer == Err(Refusal::Full);
                    if answer == Err(Refusal::Closed) {
                        return Ok(());
                    }
                }
                Drained::NobodyThere => return Ok(()),
            }
        }
    }

    /// Empties the kernel's queue.
    fn drain(&mut self, buffer: &mut [u8]) -> Result<Drained, yagura_platform::Error> {
        let mut drained = Drained::Nothing;
        loop {
            let length = self.fanotify.read(buffer)?;
            if length == 0 {
                return Ok(drained);
            }
            drained = Drained::Some;
            if self.send(&buffer[..length]) == Err(Refusal::Closed) {
                return Ok(Drained::NobodyThere);
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if self.unsent > 0 {
            let reason = "the agent could not look at file events fast enough";
            if self.giver.offer(Message::Lost(Some(self.unsent), reason), 64) == Ok(()) {
                self.unsent = 0;
            }
        }
        // While word of a loss is outstanding nothing may overtake it.
        let answer = if self.unsent > 0 {
            Err(Refusal::Full)
        } else {
            self.giver.offer(Message::Bytes(now_ns(), bytes.to_vec()), bytes.len())
        };
        if answer == Err(Refusal::Full) {
            self.unsent += count_file_news(bytes);
        }
        let mut overflow = false;
        read_file_news(bytes, |news| overflow |= news.mask.has(FileMask::OVERFLOW));
        if overflow {
            let word = self.giver.offer(Message::Lost(None, "the kernel's queue of file events was full"), 64);
            if word == Err(Refusal::Full) {
                self.unsent += 1;
            }
        }
        answer
    }
}

struct Follower {
    watching: Arc<Watching>,
    giver: Arc<Giver<Message>>,
    waiter: Waiter,
    shared: Arc<Shared>,
}

impl Follower {
    fn run(self, mountinfo: &File) {
        let mut shares = Shares::default();
        loop {
            let told = match self.watching.follow() {
                Ok(Some((view, news))) => self.giver.give(Message::Mounts(view, news), 1024),
                Ok(None) => Ok(()),
                Err(error) => return self.shared.fail("following mounts", &error),
            };
            let news = shares.look();
            let told =
                told.and_then(|()| if news.is_empty() { Ok(()) } else { self.giver.give(Message::News(news), 1024) });
            if told.is_err() {
                return;
            }
            match self.waiter.wait_urgent(mountinfo.as_fd(), Some(SHARES)) {
                Ok(false) => {}
                Ok(true) => return,
                Err(error) => return self.shared.fail("following mounts", &error),
            }
        }
    }
}
