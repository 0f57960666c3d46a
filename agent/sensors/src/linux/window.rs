//! The window source: a thread that makes sense of what session programs see, and sleeps when nothing happens.

use std::{
    fs,
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use uuid::Uuid;
use yagura_local::desktop::Watch;
use yagura_platform::{since_boot, since_boot_awake};
use yagura_records::{Doer, Moment, WindowRecord};
use yagura_vocabulary::{Account, Clock, SensorHealth, SensorReport};

use super::{Known, accounts::Accounts, proc};
use crate::{
    Desktops, Outlet, Running, Source, WindowWish,
    guid::process_guid,
    process::tracker::Names as _,
    report_on,
    window::{
        desktops::News,
        tracker::{Limits, Now, Program, Surroundings, Tracker},
    },
};

/// Where X servers have their sockets.
const DISPLAYS: &str = "/tmp/.X11-unix";

/// What people at this machine have before them, told by their session programs.
#[derive(Debug)]
pub struct LinuxWindows {
    clock: Arc<dyn Clock>,
    known: Arc<Known>,
    desktops: Desktops,
}

impl LinuxWindows {
    /// `clock` gives the wall-clock times in the records, `known` says which programs windows belong to.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, known: Arc<Known>, desktops: Desktops) -> Self {
        Self { clock, known, desktops }
    }
}

impl Source<WindowRecord> for LinuxWindows {
    fn start(&self, outlet: Outlet<WindowRecord>) -> Box<dyn Running> {
        let boot_id = match yagura_platform::boot_id() {
            Ok(boot_id) => boot_id,
            Err(error) => {
                outlet.close();
                return Box::new(Stopped(report_on("window", "none", SensorHealth::Failed, Some(error.to_string()))));
            }
        };
        let (opened, news) = self.desktops.open();
        let shared = Arc::new(Shared::default());
        let work = Work {
            clock: Arc::clone(&self.clock),
            boot_id,
            outlet: outlet.clone(),
            desktops: self.desktops.clone(),
            shared: Arc::clone(&shared),
            machine: Machine { known: Arc::clone(&self.known), accounts: Accounts::new("/etc/passwd"), boot_id },
        };
        let started = thread::Builder::new().name("windows".to_owned()).spawn(move || work.run(&news));
        if let Err(error) = started {
            outlet.close();
            self.desktops.close(opened);
            return Box::new(Stopped(report_on("window", "session", SensorHealth::Failed, Some(error.to_string()))));
        }
        Box::new(Live { desktops: self.desktops.clone(), opened, shared })
    }
}

#[derive(Debug, Default)]
struct Shared {
    seen: AtomicU64,
    lost: AtomicU64,
    /// Whose desktops are not seen, and why.
    blind: Mutex<Vec<(Account, String)>>,
}

#[derive(Debug)]
struct Live {
    desktops: Desktops,
    opened: u64,
    shared: Arc<Shared>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.desktops.close(self.opened);
    }
}

impl Running for Live {
    fn report(&self) -> SensorReport {
        let blind = self.shared.blind.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = if !blind.is_empty() {
            let names: Vec<_> = blind.iter().map(|(account, _)| account.name.as_str()).collect();
            Some(format!("not all is seen of the desktops of {}", names.join(", ")))
        } else if self.desktops.is_empty() {
            let displays = displays();
            (!displays.is_empty()).then(|| {
                format!("no session program speaks, although there are displays here: {}", displays.join(", "))
            })
        } else {
            None
        };
        let health = if reason.is_some() { SensorHealth::Degraded } else { SensorHealth::Ok };
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        let report = report_on("window", "session", health, reason);
        SensorReport { seen: count(&self.shared.seen), lost: count(&self.shared.lost), ..report }
    }

    fn parts(&self) -> Vec<SensorReport> {
        let blind = self.shared.blind.lock().unwrap_or_else(PoisonError::into_inner);
        let part = |(account, reason): &(Account, String)| {
            report_on(&format!("window:{}", account.name), "session", SensorHealth::Degraded, Some(reason.clone()))
        };
        blind.iter().map(part).collect()
    }

    fn wishes_changed(&self) {
        self.desktops.tell(News::Wishes);
    }

    fn finish(&self) {
        self.desktops.tell(News::Finish);
    }
}

#[derive(Debug)]
struct Stopped(SensorReport);

impl Running for Stopped {
    fn report(&self) -> SensorReport {
        self.0.clone()
    }
}

/// The names of the displays of this machine.
fn displays() -> Vec<String> {
    let entries = fs::read_dir(DISPLAYS).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.filter_map(|entry| Some(format!(":{}", entry.file_name().to_str()?.strip_prefix('X')?))).collect();
    names.sort();
    names
}

struct Work {
    clock: Arc<dyn Clock>,
    boot_id: Uuid,
    outlet: Outlet<WindowRecord>,
    desktops: Desktops,
    shared: Arc<Shared>,
    machine: Machine,
}

fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Work {
    fn now(&self) -> Now {
        let (occurred_at, mono_ns) = (self.clock.now(), ns(since_boot()));
        Now { at: Moment { occurred_at, boot_id: self.boot_id, mono_ns }, awake_ns: ns(since_boot_awake()) }
    }

    fn run(mut self, news: &Receiver<News>) {
        let mut tracker = Tracker::new(self.ask(&self.outlet.wishes()));
        loop {
            // Without anything to be told nothing wakes this thread.
            let next = match tracker.due(self.now()) {
                Some(due) => news.recv_timeout(due),
                None => news.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let now = self.now();
            self.machine.accounts.refresh(since_boot());
            tracker.tick(now, &mut self.machine);
            match next {
                Ok(News::Arrived(desktop, uid, pid)) => {
                    let session = pid.and_then(|pid| self.machine.known.session(pid));
                    tracker.arrived(desktop, uid, session);
                }
                Ok(News::Said(desktop, seen)) => {
                    self.shared.seen.fetch_add(1, Ordering::Relaxed);
                    tracker.said(desktop, seen, now, &mut self.machine);
                }
                Ok(News::Left(desktop)) => tracker.left(desktop, now, &mut self.machine),
                Ok(News::Lost(count)) => {
                    self.shared.lost.fetch_add(count, Ordering::Relaxed);
                    tracker.lost(count, now);
                }
                Ok(News::Wishes) => {
                    let limits = self.ask(&self.outlet.wishes());
                    tracker.set_limits(limits);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(News::Finish) | Err(RecvTimeoutError::Disconnected) => {
                    tracker.finish(now, &mut self.machine);
                    tracker.take().into_iter().for_each(|record| self.outlet.publish(record));
                    self.outlet.close();
                    return;
                }
            }
            tracker.take().into_iter().for_each(|record| self.outlet.publish(record));
            self.note_blind(&tracker);
        }
    }

    fn note_blind(&mut self, tracker: &Tracker) {
        let mut blind = self.shared.blind.lock().unwrap_or_else(PoisonError::into_inner);
        if blind.len() != tracker.blind().len() || !blind.iter().map(|(_, why)| why).eq(tracker.blind().values()) {
            let machine = &mut self.machine;
            *blind = tracker.blind().iter().map(|(uid, why)| (machine.account(*uid), why.clone())).collect();
        }
    }

    /// Has the desktops look for what readers wish; gives what is worth telling.
    fn ask(&self, wishes: &[Arc<WindowWish>]) -> Limits {
        let watch = (!wishes.is_empty()).then(|| Watch {
            titles: wishes.iter().any(|wish| wish.titles),
            idle_after_s: wishes
                .iter()
                .filter_map(|wish| wish.idle_after)
                .min()
                .map_or(0, |after| u32::try_from(after.as_secs().max(1)).unwrap_or(u32::MAX)),
        });
        self.desktops.want(watch);
        let least = |of: fn(&WindowWish) -> Duration| wishes.iter().map(|wish| of(wish)).min();
        let usual = WindowWish::default();
        Limits {
            min_stay: least(|wish| wish.min_stay).unwrap_or(usual.min_stay),
            settle: least(|wish| wish.settle).unwrap_or(usual.settle),
        }
    }
}

/// This machine, as the tracker asks it.
struct Machine {
    known: Arc<Known>,
    accounts: Accounts,
    boot_id: Uuid,
}

impl Surroundings for Machine {
    fn account(&mut self, uid: u32) -> Account {
        self.accounts.account(uid)
    }

    fn process(&mut self, pid: u32) -> Option<Doer> {
        let who = self.known.who(pid)?;
        Some(Doer {
            pid,
            guid: Some(process_guid(self.boot_id, pid, who.start_ns)),
            image: who.image,
            account: who.uid.map(|uid| self.accounts.account(uid)),
            logon_session: who.session,
            by_shell: false,
        })
    }

    fn goes_on(&mut self, display: &str, programs: &[Program]) -> bool {
        // Whoever signs out ends their programs with it, also where the display stays for the next one to sign in.
        is_up(display)
            && programs.iter().any(|(pid, guid)| {
                proc::stat(*pid).is_some_and(|stat| process_guid(self.boot_id, *pid, stat.start_ns) == *guid)
            })
    }
}

/// The number of a display of this machine: 1 of `:1.0`, which is a screen of the display `:1`.
fn number(display: &str) -> Option<u32> {
    let (host, rest) = display.rsplit_once(':')?;
    matches!(host, "" | "unix").then(|| rest.split('.').next()?.parse().ok())?
}

/// Whether an X server answers.
fn is_up(display: &str) -> bool {
    number(display).is_some_and(|number| UnixStream::connect(format!("{DISPLAYS}/X{number}")).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_of_this_machine_has_a_number() {
        for (display, expected) in
            [(":1", Some(1)), (":12.0", Some(12)), ("unix:3", Some(3)), ("host:1", None), ("", None), (":x", None)]
        {
            assert_eq!(number(display), expected, "{display}");
        }
    }
}
