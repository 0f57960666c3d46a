//! The print source: CUPS is asked about a job from the moment its file lies in the spool folder until it has ended, and not at all
//! while nothing is printed.

mod cups;
mod watch;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use yagura_platform::{Wake, wake_pair};
use yagura_records::PrintRecord;
use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

use self::{cups::Cups, watch::Work};
use crate::{Logons, Outlet, Running, Source, report_on};

/// What is printed from this machine.
#[derive(Debug)]
pub struct LinuxPrints {
    clock: Arc<dyn Clock>,
    told: PathBuf,
    logons: Logons,
}

impl LinuxPrints {
    /// `clock` gives the wall-clock times in the records; which jobs were told is kept in the folder `data`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, data: &Path) -> Self {
        Self { clock, told: data.join("sensors").join("prints.json"), logons: Logons::default() }
    }

    /// Asks `logons` in which session an account is that prints.
    #[must_use]
    pub fn asking(self, logons: Logons) -> Self {
        Self { logons, ..self }
    }
}

/// What the thread tells the reports.
#[derive(Debug)]
struct Shared {
    seen: AtomicU64,
    health: Mutex<(SensorHealth, Option<String>)>,
    /// What is told goes on being remembered: the agent ends, and not the watching of printers.
    finishing: AtomicBool,
}

impl Shared {
    fn is(&self, health: SensorHealth, reason: Option<String>) {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = (health, reason);
    }
}

impl Source<PrintRecord> for LinuxPrints {
    fn start(&self, outlet: Outlet<PrintRecord>) -> Box<dyn Running> {
        let shared = Arc::new(Shared {
            seen: AtomicU64::new(0),
            health: Mutex::new((SensorHealth::Ok, None)),
            finishing: AtomicBool::new(false),
        });
        let started = wake_pair().map_err(std::io::Error::other).and_then(|(stop, waiter)| {
            let boot_id = yagura_platform::boot_id().map_err(std::io::Error::other)?;
            let (cups, told, logons) = (Cups::of_system(), self.told.clone(), self.logons.clone());
            let (clock, to) = (Arc::clone(&self.clock), (outlet.clone(), Arc::clone(&shared)));
            let work = Work::new(cups, clock, boot_id, to, told, logons);
            thread::Builder::new().name("prints".to_owned()).spawn(move || work.run(&waiter))?;
            Ok(stop)
        });
        match started {
            Ok(stop) => Box::new(Live { stop, shared }),
            Err(error) => {
                outlet.close();
                shared.is(SensorHealth::Failed, Some(format!("printing cannot be watched: {error}")));
                Box::new(Stopped(shared))
            }
        }
    }
}

#[derive(Debug)]
struct Live {
    stop: Wake,
    shared: Arc<Shared>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.stop.wake();
    }
}

fn report(shared: &Shared) -> SensorReport {
    let (health, reason) = shared.health.lock().unwrap_or_else(PoisonError::into_inner).clone();
    SensorReport { seen: shared.seen.load(Ordering::Relaxed), ..report_on("print", "cups", health, reason) }
}

impl Running for Live {
    fn report(&self) -> SensorReport {
        report(&self.shared)
    }

    fn finish(&self) {
        self.shared.finishing.store(true, Ordering::Release);
        self.stop.wake();
    }
}

#[derive(Debug)]
struct Stopped(Arc<Shared>);

impl Running for Stopped {
    fn report(&self) -> SensorReport {
        report(&self.0)
    }
}
