//! The task: waits for whatever tells something, keeps the diary, and writes down what must outlive a restart.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use yagura_platform::{boot_id, since_boot, since_boot_awake};
use yagura_records::{Moment, SessionActed, SessionRecord};
use yagura_vocabulary::{Clock, SensorHealth};

use super::{
    Shared,
    files::{self, Places, Watch},
    logind::Logind,
};
use crate::{
    Logons, Outlet,
    session::diary::{Diary, Seen},
};

/// How often it is written down that the machine runs: so exact is the time of a loss of power.
const ALIVE_EVERY: Duration = Duration::from_secs(60);
/// How long a bus that is not there is left alone at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Where accounts and failed logons are written down, and on which bus logind is.
#[derive(Debug, Clone, Default)]
pub struct SessionPlaces {
    files: Places,
    /// D-Bus address; the system's if absent.
    bus: Option<String>,
}

impl SessionPlaces {
    /// `accounts` has `passwd` and `group`, `log` has `btmp`, `bus` is a D-Bus address.
    #[must_use]
    pub fn new(accounts: &Path, log: &Path, bus: &str) -> Self {
        let files = Places { accounts: accounts.to_owned(), log: log.to_owned() };
        Self { files, bus: Some(bus.to_owned()) }
    }
}

/// To whom it is told.
pub(super) struct Hands {
    pub(super) outlet: Outlet<SessionRecord>,
    pub(super) shared: Arc<Shared>,
    pub(super) logons: Logons,
}

pub(super) struct Work {
    clock: Arc<dyn Clock>,
    file: PathBuf,
    places: Places,
    hands: Hands,
    boot_id: uuid::Uuid,
    diary: Diary,
    watch: Watch,
    /// How far failed logons were read.
    btmp: u64,
    bus: Option<String>,
}

impl Work {
    pub(super) fn new(clock: Arc<dyn Clock>, file: &Path, places: &SessionPlaces, hands: Hands) -> io::Result<Self> {
        let boot_id = boot_id().map_err(io::Error::other)?;
        let SessionPlaces { files: places, bus } = places.clone();
        let watch = Watch::start(&places)?;
        // What cannot be read is as if it had never been written: the machine's start is told of once more.
        let before = fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let now = moment(&*clock, boot_id);
        let btmp = match &before {
            Some(state) => Diary::btmp(state),
            None => files::failures_so_far(&places.log),
        };
        let booted_at = now.occurred_at - Duration::from_nanos(now.mono_ns);
        let (diary, told) = Diary::open(before, booted_at, now);
        let mut work = Self { clock, file: file.to_owned(), places, hands, boot_id, diary, watch, btmp, bus };
        work.tell(told);
        work.read_files();
        work.save();
        Ok(work)
    }

    fn now(&self) -> Moment {
        moment(&*self.clock, self.boot_id)
    }

    pub(super) async fn run(mut self, mut stop: watch::Receiver<()>) {
        let mut alive = interval(ALIVE_EVERY);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut bus = Bus { address: self.bus.clone(), logind: None, again: Instant::now(), pause: FIRST_PAUSE };
        loop {
            let signal = tokio::select! {
                biased;
                // The sender is dropped, never used.
                _ = stop.changed() => break,
                _ = alive.tick() => {
                    self.see(Seen::Slept(since_boot().saturating_sub(since_boot_awake())));
                    self.save();
                    continue;
                }
                () = self.watch.touched() => {
                    self.read_files();
                    self.save();
                    continue;
                }
                signal = bus.next() => signal,
            };
            // Outside of the select: a signal that was taken must not be lost to something else that happens.
            let seen = match signal {
                Ok(signal) => bus.seen(signal).await,
                Err(error) => Err(error),
            };
            // What nobody reads any more is not noted as told: the next one finds it.
            if stop.has_changed().is_err() {
                break;
            }
            match seen {
                Ok(seen) => {
                    self.hands.shared.is(SensorHealth::Ok, None);
                    seen.into_iter().for_each(|seen| self.see(seen));
                    self.save();
                }
                Err(error) => {
                    bus.leave_alone();
                    let reason = format!("logon sessions are not seen: there is no logind ({error})");
                    self.hands.shared.is(SensorHealth::Degraded, Some(reason));
                }
            }
        }
        self.save();
        self.hands.outlet.close();
        self.hands.logons.are(BTreeMap::new());
    }

    fn see(&mut self, seen: Seen) {
        let now = self.now();
        let told = self.diary.see(seen, now);
        self.tell(told);
    }

    fn read_files(&mut self) {
        if let Some(accounts) = files::accounts(&self.places.accounts) {
            self.see(Seen::Accounts(accounts));
        }
        let (failures, read) = files::failures(&self.places.log, self.btmp);
        self.btmp = read;
        failures.into_iter().for_each(|failure| self.see(Seen::Failed(failure)));
    }

    fn tell(&self, told: Vec<SessionActed>) {
        // First: whoever is let in acts at once.
        self.hands.logons.are(self.diary.seats());
        for acted in told {
            self.hands.shared.seen.fetch_add(1, Ordering::Relaxed);
            self.hands.outlet.publish(SessionRecord::Acted(Box::new(acted)));
        }
    }

    /// Writes down what must outlive a restart, whole or not at all.
    fn save(&mut self) {
        let (now, btmp) = (self.now(), self.btmp);
        let mut written = || -> io::Result<()> {
            if let Some(folder) = self.file.parent() {
                fs::create_dir_all(folder)?;
            }
            let new = self.file.with_extension("new");
            fs::write(&new, serde_json::to_vec(self.diary.state(now, btmp))?)?;
            fs::rename(&new, &self.file)
        };
        if let Err(error) = written() {
            tracing::warn!(%error, "who is logged on could not be written down; after a restart it will be told again");
        }
    }
}

fn moment(clock: &dyn Clock, boot_id: uuid::Uuid) -> Moment {
    let mono_ns = u64::try_from(since_boot().as_nanos()).unwrap_or(u64::MAX);
    Moment { occurred_at: clock.now(), boot_id, mono_ns }
}

/// The bus on which logind is, or when to look for it again.
struct Bus {
    address: Option<String>,
    logind: Option<Logind>,
    again: Instant,
    pause: Duration,
}

impl Bus {
    /// The next signal; `None`, once, when logind was found. Cancel safe.
    async fn next(&mut self) -> zbus::Result<Option<zbus::Message>> {
        match &mut self.logind {
            Some(logind) => logind.next().await.map(Some),
            None => {
                sleep_until(self.again).await;
                self.logind = Some(Logind::connect(self.address.as_deref()).await?);
                Ok(None)
            }
        }
    }

    /// What a signal says, or which sessions there are where logind was just found.
    async fn seen(&mut self, signal: Option<zbus::Message>) -> zbus::Result<Option<Seen>> {
        let Some(logind) = &mut self.logind else { return Ok(None) };
        match signal {
            Some(signal) => logind.seen(&signal).await,
            None => {
                let present = logind.present().await?;
                self.pause = FIRST_PAUSE;
                Ok(Some(present))
            }
        }
    }

    fn leave_alone(&mut self) {
        self.logind = None;
        self.again = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}
