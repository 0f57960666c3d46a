//! The thread: the spool folder calls, CUPS is asked, what has ended is told and remembered.

use std::{
    collections::BTreeMap,
    fs, io,
    io::Write as _,
    mem::MaybeUninit,
    os::fd::{AsFd as _, OwnedFd},
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use uuid::Uuid;
use yagura_platform::{Waiter, since_boot, system_clock};
use yagura_records::{Moment, PrintRecord};
use yagura_vocabulary::{Account, Clock, SensorHealth};

use super::{
    Shared,
    cups::{Cups, job_of},
};
use crate::{
    Logons, Outlet,
    linux::accounts::Accounts,
    print::{
        ipp_jobs::{SeenJob, ask_job, ask_jobs, ask_printer, device, jobs},
        tracker::{Ended, Told, Tracker, record},
    },
};

/// A job at work is asked about so often at first, and half as often each time.
const FIRST_LOOK: Duration = Duration::from_millis(300);
const LONGEST_AT_WORK: Duration = Duration::from_secs(5);
/// One that waits for a person or a printer.
const LONGEST_WAITING: Duration = Duration::from_secs(60);
/// How long a CUPS that is not there, or does not answer, is left alone.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
const NOT_HERE: Duration = Duration::from_secs(600);
/// A file that came to the spool folder may be there before CUPS knows the job.
const MOST_UNKNOWN: u32 = 8;

pub(super) struct Work {
    cups: Cups,
    clock: Arc<dyn Clock>,
    boot_id: Uuid,
    outlet: Outlet<PrintRecord>,
    shared: Arc<Shared>,
    told: PathBuf,
    /// Nobody has ever watched here, and CUPS did not yet say what there is.
    first: bool,
    accounts: Accounts,
    logons: Logons,
    /// The jobs to be asked about: when next, and after which pause then.
    looks: BTreeMap<u32, Look>,
    /// Where printers are, as far as it was asked since the last pause.
    devices: BTreeMap<String, Option<String>>,
}

#[derive(Debug, Clone, Copy)]
struct Look {
    at: Duration,
    pause: Duration,
    /// How often CUPS did not know it.
    unknown: u32,
}

impl Work {
    pub(super) fn new(
        cups: Cups,
        clock: Arc<dyn Clock>,
        boot_id: Uuid,
        (outlet, shared): (Outlet<PrintRecord>, Arc<Shared>),
        told: PathBuf,
        logons: Logons,
    ) -> Self {
        let accounts = Accounts::new("/etc/passwd");
        let (looks, devices) = (BTreeMap::new(), BTreeMap::new());
        Self { cups, clock, boot_id, outlet, shared, told, first: false, accounts, logons, looks, devices }
    }

    pub(super) fn run(mut self, waiter: &Waiter) {
        let now = i64::try_from(system_clock().as_secs()).unwrap_or(i64::MAX);
        let told = load(&self.told);
        self.first = told.is_none();
        let mut tracker = Tracker::new(told.unwrap_or_else(|| Told::from(now)));
        let mut folder = None;
        loop {
            let pause = self.step(&mut tracker, &mut folder);
            let source = folder.as_ref().map(OwnedFd::as_fd);
            match waiter.wait(source, pause) {
                Ok(false) => {}
                Ok(true) => break,
                Err(error) => {
                    self.shared.is(SensorHealth::Failed, Some(format!("printing cannot be watched: {error}")));
                    break;
                }
            }
        }
        if !self.shared.finishing.load(Ordering::Acquire) {
            // Nobody wants to know of printing any more. What is printed from here on is not told later, either.
            let _: io::Result<()> = fs::remove_file(&self.told);
        }
        self.outlet.close();
    }

    /// Does what is to be done now; gives for how long nothing is, unless the spool folder calls.
    fn step(&mut self, tracker: &mut Tracker, folder: &mut Option<OwnedFd>) -> Option<Duration> {
        if folder.is_none() {
            if !self.cups.is_here() {
                let reason = format!("there is no CUPS here: `{}` is missing", self.cups.spool.display());
                self.shared.is(SensorHealth::Unsupported, Some(reason));
                return Some(NOT_HERE);
            }
            match watch(&self.cups.spool) {
                Ok(watched) => *folder = Some(watched),
                Err(error) => {
                    let reason = format!("cannot watch `{}`: {error}", self.cups.spool.display());
                    self.shared.is(SensorHealth::Failed, Some(reason));
                    return Some(LOOK_AGAIN);
                }
            }
            // What was printed while nobody watched.
            self.catch_up(tracker);
        }
        match folder.as_ref().map(news) {
            Some(Ok(News { jobs, missed, gone })) => {
                let soon = Look { at: since_boot(), pause: FIRST_LOOK, unknown: 0 };
                self.looks.extend(jobs.into_iter().map(|id| (id, soon)));
                if gone {
                    // CUPS was taken off the machine, or its folder made anew.
                    *folder = None;
                    return Some(LOOK_AGAIN);
                }
                if missed {
                    self.catch_up(tracker);
                }
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "the spool folder does not say what is new in it");
                *folder = None;
                return Some(LOOK_AGAIN);
            }
            None => {}
        }
        self.look(tracker);
        let now = since_boot();
        if self.looks.is_empty() {
            self.devices.clear();
        }
        self.looks.values().map(|look| look.at.saturating_sub(now)).min()
    }

    /// Asks about all jobs that CUPS knows.
    fn catch_up(&mut self, tracker: &mut Tracker) {
        match self.ask(&ask_jobs()) {
            Ok(found) => {
                self.shared.is(SensorHealth::Ok, None);
                for job in found {
                    if self.first {
                        tracker.found(job);
                    } else {
                        self.take(job, tracker);
                    }
                }
                self.first = false;
                self.save(tracker);
                let soon = Look { at: since_boot(), pause: FIRST_LOOK, unknown: 0 };
                self.looks.extend(tracker.open().map(|job| (job.id, soon)));
            }
            Err(reason) => {
                // Where it is started only when somebody prints, the spool folder says so then.
                self.shared.is(SensorHealth::Degraded, Some(reason));
            }
        }
    }

    fn ask(&self, question: &[u8]) -> Result<Vec<SeenJob>, String> {
        let answer = self.cups.ask(question).map_err(|error| error.to_string())?;
        jobs(&answer).map_err(|error| error.to_string())
    }

    /// Asks about the jobs whose time has come.
    fn look(&mut self, tracker: &mut Tracker) {
        let now = since_boot();
        let due: Vec<_> = self.looks.iter().filter(|(_, look)| look.at <= now).map(|(id, look)| (*id, *look)).collect();
        for (id, look) in due {
            let found = match self.ask(&ask_job(id)) {
                Ok(mut found) => {
                    self.shared.is(SensorHealth::Ok, None);
                    found.pop()
                }
                Err(reason) => {
                    self.shared.is(SensorHealth::Degraded, Some(reason));
                    let pause = (look.pause * 2).min(LOOK_AGAIN);
                    self.looks.insert(id, Look { at: now + pause, pause, ..look });
                    continue;
                }
            };
            let Some(job) = found else {
                if let Some(ended) = tracker.gone(id) {
                    self.tell(ended, tracker);
                    self.looks.remove(&id);
                } else if look.unknown < MOST_UNKNOWN {
                    let pause = look.pause * 2;
                    self.looks.insert(id, Look { at: now + pause, pause, unknown: look.unknown + 1 });
                } else {
                    self.looks.remove(&id);
                }
                continue;
            };
            if job.is_over() {
                self.looks.remove(&id);
            } else {
                let longest = if matches!(job.state, 3 | 5) { LONGEST_AT_WORK } else { LONGEST_WAITING };
                let pause = (look.pause * 2).min(longest);
                self.looks.insert(id, Look { at: now + look.pause, pause, unknown: 0 });
            }
            self.take(job, tracker);
        }
    }

    fn take(&mut self, job: SeenJob, tracker: &mut Tracker) {
        if let Some(ended) = tracker.seen(job) {
            self.tell(ended, tracker);
        }
    }

    fn tell(&mut self, ended: Ended, tracker: &Tracker) {
        self.accounts.refresh(since_boot());
        let account = self.accounts.id_of(&ended.job.user);
        let account = account.map(|uid| {
            let account = Account { name: ended.job.user.clone(), id: uid.to_string() };
            (account, self.logons.of(uid))
        });
        let device = self.device(&ended.job.printer);
        let system = i64::try_from(system_clock().as_secs()).unwrap_or(i64::MAX);
        // CUPS has whole seconds: what ended in this one or the last ended now.
        let ago =
            ended.job.completed.and_then(|completed| u64::try_from(system - completed).ok()).filter(|ago| *ago >= 2);
        let mono_ns = u64::try_from(since_boot().as_nanos()).unwrap_or(u64::MAX);
        let now = Moment { occurred_at: self.clock.now(), boot_id: self.boot_id, mono_ns };
        let job = record(ended, now, Duration::from_secs(ago.unwrap_or(0)), account, device.as_deref());
        self.shared.seen.fetch_add(1, Ordering::Relaxed);
        self.outlet.publish(PrintRecord::Job(Box::new(job)));
        self.save(tracker);
    }

    /// Where a printer is.
    fn device(&mut self, printer: &str) -> Option<String> {
        if let Some(known) = self.devices.get(printer) {
            return known.clone();
        }
        let found = self.cups.ask(&ask_printer(printer)).ok().and_then(|answer| device(&answer).ok()?);
        self.devices.insert(printer.to_owned(), found.clone());
        found
    }

    fn save(&self, tracker: &Tracker) {
        if let Err(error) = save(&self.told, tracker.told()) {
            tracing::warn!(%error, path = %self.told.display(), "which print jobs were told is not kept");
        }
    }
}

/// What the spool folder says is new.
#[derive(Debug, Default)]
struct News {
    jobs: Vec<u32>,
    /// There was more than the kernel could keep.
    missed: bool,
    /// The folder is no more.
    gone: bool,
}

fn watch(folder: &Path) -> io::Result<OwnedFd> {
    let watched = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    let of = WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::CLOSE_WRITE | WatchFlags::DELETE_SELF;
    inotify::add_watch(&watched, folder, of | WatchFlags::ONLYDIR)?;
    Ok(watched)
}

fn news(folder: &OwnedFd) -> io::Result<News> {
    let mut room = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(folder, &mut room);
    let mut news = News::default();
    loop {
        match reader.next() {
            Ok(event) => {
                news.missed |= event.events().contains(ReadFlags::QUEUE_OVERFLOW);
                news.gone |= event.events().intersects(ReadFlags::DELETE_SELF | ReadFlags::IGNORED);
                news.jobs.extend(event.file_name().and_then(|name| job_of(name.to_bytes())));
            }
            Err(error) if error == rustix::io::Errno::AGAIN => return Ok(news),
            Err(error) if error == rustix::io::Errno::INTR => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// What was told before this start; nothing on the first one, and where the file cannot be read.
fn load(path: &Path) -> Option<Told> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, path = %path.display(), "which print jobs were told cannot be read");
            }
            return None;
        }
    };
    serde_json::from_slice(&bytes)
        .inspect_err(
            |error| tracing::warn!(%error, path = %path.display(), "which print jobs were told cannot be read"),
        )
        .ok()
}

/// Writes it beside and renames, so that a crash leaves the old or the new.
fn save(path: &Path, told: &Told) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut file = fs::File::create(&beside)?;
    file.write_all(&serde_json::to_vec(told)?)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
