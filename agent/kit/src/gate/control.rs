//! The thread that opens the gate, keeps it standing, and takes it down.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use yagura_sensors::Door;
use yagura_vocabulary::SensorHealth;

use super::{Inner, Place, report, switch, work::Work};

/// How often the emergency switch is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// A gate that is wanted, until this is dropped.
pub(super) struct Control {
    /// Never used: that it is gone is the word to stop.
    stop: Option<mpsc::Sender<()>>,
    door: Arc<Mutex<Option<Arc<Door>>>>,
}

impl Control {
    /// Opens the gate, in a thread of its own; nothing, said in the reports, where there can be no thread.
    pub(super) fn start(inner: &Arc<Inner>, place: Place) -> Option<Self> {
        let (stop, stopped) = mpsc::channel();
        let door = Arc::default();
        let keeper = Keeper { inner: Arc::clone(inner), place, stopped, door: Arc::clone(&door), parts: Vec::new() };
        let thread = thread::Builder::new().name("gate".to_owned()).stack_size(256 << 10).spawn(|| keeper.run());
        match thread {
            Ok(_) => Some(Self { stop: Some(stop), door }),
            Err(error) => {
                inner.health.put(report(SensorHealth::Failed, &error.to_string()));
                None
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(door) = &*self.door.lock().unwrap_or_else(PoisonError::into_inner) {
            door.leave();
        }
    }
}

struct Keeper {
    inner: Arc<Inner>,
    place: Place,
    stopped: mpsc::Receiver<()>,
    door: Arc<Mutex<Option<Arc<Door>>>>,
    /// The reports on parts of the gate that stand now.
    parts: Vec<String>,
}

impl Keeper {
    fn run(mut self) {
        let mut work: Option<Work> = None;
        loop {
            if let Some(reason) = switch::off(&self.inner.data) {
                self.close(&mut work);
                self.report_alone(SensorHealth::Failed, &reason);
            } else if let Err(error) = self.keep(&mut work) {
                self.close(&mut work);
                self.report_alone(SensorHealth::Failed, &error.to_string());
            }
            let waited = work.as_ref().map(|work| work.door().wait_for_mounts(LOOK));
            let stopped = match waited {
                // The door is left when the gate is to go, or when somebody who works at it is gone.
                Some(Ok(_)) => self.stopped.try_recv() == Err(mpsc::TryRecvError::Disconnected),
                Some(Err(_)) | None => self.stopped.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Disconnected),
            };
            if stopped {
                break;
            }
        }
        self.close(&mut work);
        // Another gate may stand already, and has its own report then.
        if !self.inner.sitting().judges.is_empty() {
            return;
        }
        self.report_alone(SensorHealth::Off, "no rule prohibits the start of a program");
    }

    /// Opens what is not open, guards what was mounted, and says how it is.
    fn keep(&mut self, work: &mut Option<Work>) -> io::Result<()> {
        if work.as_ref().is_some_and(Work::is_broken) {
            self.close(work);
            return Err(io::Error::other("the gate broke down and was taken away; it is put up again"));
        }
        let standing = match work {
            Some(standing) => standing,
            None => {
                let opened = Work::start(&self.inner, &self.place)?;
                tracing::info!("rules prohibit programs: each is asked about before it starts");
                *self.door.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(opened.door()));
                work.insert(opened)
            }
        };
        standing.keep_watched();
        standing.door().follow()?;
        let (whole, parts) = standing.reports();
        self.inner.health.put(whole);
        let names: Vec<_> = parts.iter().map(|part| part.sensor.clone()).collect();
        parts.into_iter().for_each(|part| self.inner.health.put(part));
        for gone in self.parts.iter().filter(|part| !names.contains(part)) {
            self.inner.health.remove(gone);
        }
        self.parts = names;
        Ok(())
    }

    fn close(&mut self, work: &mut Option<Work>) {
        if work.take().is_some() {
            tracing::info!("programs start without asking");
        }
        *self.door.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn report_alone(&mut self, health: SensorHealth, reason: &str) {
        for part in self.parts.drain(..) {
            self.inner.health.remove(&part);
        }
        self.inner.health.put(report(health, reason));
    }
}
