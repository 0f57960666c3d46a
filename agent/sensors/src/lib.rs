//! The endpoint's senses: typed, loss-counted streams that every feature may read and none owns.
//!
//! A [`Sensors`] starts a source when the first reader comes and stops it when the last one leaves. Where the records
//! come from (the kernel, a recording) is behind [`ProcessSource`].
#![cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "the tracker serves the sources of every system, and only Linux has one yet")
)]

pub mod guid;
pub mod mask;
mod process;
mod queue;
pub mod replay;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod unsupported;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
};

#[cfg(target_os = "linux")]
pub use linux::{LinuxProcesses, Technique};
pub use process::{Outlet, ProcessStream};
use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

/// Where the process stream comes from.
pub trait ProcessSource: Send + Sync + fmt::Debug {
    /// Begins to publish into `outlet`, from threads of its own, until the answer is dropped. Blocks until nothing that
    /// happens from now on is missed.
    fn start(&self, outlet: Outlet) -> Box<dyn Running>;
}

/// A source at work; dropping it stops it.
pub trait Running: Send + Sync + fmt::Debug {
    /// How it is now.
    fn report(&self) -> SensorReport;
}

/// The streams, shared by all features.
#[derive(Debug, Clone)]
pub struct Sensors(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    processes: Box<dyn ProcessSource>,
    session: tokio::sync::Mutex<()>,
    current: Mutex<Weak<Session>>,
}

/// A source at work and its outlet.
#[derive(Debug)]
pub(crate) struct Session {
    running: Box<dyn Running>,
    outlet: Outlet,
}

impl Sensors {
    /// The senses of this machine. `clock` gives the wall-clock times in the records.
    #[must_use]
    pub fn live(clock: Arc<dyn Clock>) -> Self {
        #[cfg(target_os = "linux")]
        return Self::from_source(LinuxProcesses::new(clock));
        #[cfg(not(target_os = "linux"))]
        return Self::from_source(unsupported::NoProcesses::new(clock));
    }

    /// Streams from a given source.
    #[must_use]
    pub fn from_source(processes: impl ProcessSource + 'static) -> Self {
        Self(Arc::new(Inner {
            processes: Box::new(processes),
            session: tokio::sync::Mutex::new(()),
            current: Mutex::new(Weak::new()),
        }))
    }

    fn current(&self) -> Option<Arc<Session>> {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    /// Reads the process stream from now on. When this returns, nothing that happens later is missed unless a loss is
    /// told of.
    pub async fn processes(&self) -> ProcessStream {
        let _one_at_a_time = self.0.session.lock().await;
        if let Some(session) = self.current() {
            return ProcessStream { records: session.outlet.subscribe(), session, hashing: false };
        }
        let outlet = Outlet::default();
        let records = outlet.subscribe();
        let inner = Arc::clone(&self.0);
        let starting = {
            let outlet = outlet.clone();
            // Loading BPF programs takes a few hundred milliseconds.
            tokio::task::spawn_blocking(move || inner.processes.start(outlet))
        };
        let running = starting.await.unwrap_or_else(|_| Box::new(Crashed));
        let session = Arc::new(Session { running, outlet });
        *self.0.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&session);
        ProcessStream { records, session, hashing: false }
    }

    /// How each sensor is.
    #[must_use]
    pub fn reports(&self) -> Vec<SensorReport> {
        let Some(session) = self.current() else {
            return vec![report("none", SensorHealth::Off, Some("no feature reads this stream".to_owned()))];
        };
        let mut report = session.running.report();
        report.lost += session.outlet.lost();
        vec![report]
    }
}

#[derive(Debug)]
struct Crashed;

impl Running for Crashed {
    fn report(&self) -> SensorReport {
        report("none", SensorHealth::Failed, Some("the sensor crashed while it started".to_owned()))
    }
}

pub(crate) fn report(source: &str, health: SensorHealth, reason: Option<String>) -> SensorReport {
    SensorReport { sensor: "process".to_owned(), source: source.to_owned(), health, reason, seen: 0, lost: 0 }
}
