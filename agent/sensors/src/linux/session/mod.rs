//! The session source: logind over D-Bus, the files of accounts and failed logons, and the clocks.

mod files;
mod logind;
mod work;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::watch;
use yagura_records::SessionRecord;
use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

pub use self::work::SessionPlaces;
use self::work::{Hands, Work};
use crate::{Logons, Outlet, Running, Source, report_on};

/// Who is logged on to this machine, when it runs, and which accounts there are.
#[derive(Debug)]
pub struct LinuxSessions {
    clock: Arc<dyn Clock>,
    diary: PathBuf,
    places: SessionPlaces,
    logons: Logons,
}

impl LinuxSessions {
    /// `clock` gives the wall-clock times in the records; what must outlive a restart is kept in the folder `data`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, data: &Path) -> Self {
        Self {
            clock,
            diary: data.join("sensors").join("sessions.json"),
            places: SessionPlaces::default(),
            logons: Logons::default(),
        }
    }

    /// Tells also which sessions go on, for whoever knows only an account.
    #[must_use]
    pub fn telling(self, logons: Logons) -> Self {
        Self { logons, ..self }
    }

    /// Looks for accounts and failed logons elsewhere, for tests.
    #[must_use]
    pub fn at(mut self, places: SessionPlaces) -> Self {
        self.places = places;
        self
    }
}

/// What the task tells the reports.
#[derive(Debug)]
pub(super) struct Shared {
    seen: AtomicU64,
    health: Mutex<(SensorHealth, Option<String>)>,
}

impl Shared {
    fn is(&self, health: SensorHealth, reason: Option<String>) {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = (health, reason);
    }
}

impl Source<SessionRecord> for LinuxSessions {
    fn start(&self, outlet: Outlet<SessionRecord>) -> Box<dyn Running> {
        let shared = Arc::new(Shared { seen: AtomicU64::new(0), health: Mutex::new((SensorHealth::Ok, None)) });
        let hands = Hands { outlet: outlet.clone(), shared: Arc::clone(&shared), logons: self.logons.clone() };
        let work = Work::new(Arc::clone(&self.clock), &self.diary, &self.places, hands);
        let (stop, stopped) = watch::channel(());
        match work {
            Ok(work) => drop(tokio::runtime::Handle::current().spawn(work.run(stopped))),
            Err(error) => {
                outlet.close();
                shared.is(SensorHealth::Failed, Some(format!("sessions cannot be watched: {error}")));
            }
        }
        Box::new(Live { shared, _stop: stop })
    }
}

#[derive(Debug)]
struct Live {
    shared: Arc<Shared>,
    /// Dropped, it ends the task.
    _stop: watch::Sender<()>,
}

impl Running for Live {
    fn report(&self) -> SensorReport {
        let (health, reason) = self.shared.health.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let seen = self.shared.seen.load(Ordering::Relaxed);
        SensorReport { seen, ..report_on("session", "logind", health, reason) }
    }
}
