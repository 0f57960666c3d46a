//! Linux: which technique watches the processes here, and the two threads that carry its records.

mod accounts;
mod connector;
mod ebpf;
mod files;
mod gate;
mod hasher;
mod known;
mod logon;
mod pipeline;
mod poll;
mod print;
mod proc;
mod session;
mod window;

use std::{
    os::fd::BorrowedFd,
    sync::{Arc, mpsc},
    time::Duration,
};

use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

pub use files::LinuxFiles;
pub use gate::{Describer, Door, Knock};
pub use known::Known;
use pipeline::{Counters, Pipeline};
pub use print::LinuxPrints;
pub use session::{LinuxSessions, SessionPlaces};
pub use window::LinuxWindows;
use yagura_records::ProcessRecord;

use crate::{Outlet, Running, Source, process::observed::Observed, process::tracker::Tracker, report};

/// A way to watch processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Technique {
    /// BPF programs on the scheduler's tracepoints: complete, with everything copied at the moment it happens.
    Ebpf,
    /// The process connector: complete, but everything else is read from `/proc` afterwards.
    ProcConnector,
    /// Looking at `/proc` every second.
    ProcPoll,
}

impl Technique {
    /// The word in sensor reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ebpf => "ebpf",
            Self::ProcConnector => "proc_connector",
            Self::ProcPoll => "proc_poll",
        }
    }

    const fn weakness(self) -> Option<&'static str> {
        match self {
            Self::Ebpf => None,
            Self::ProcConnector => Some(
                "the command line, image and hash of short processes may be missing: they are read after the process started",
            ),
            Self::ProcPoll => Some("processes that live for less than a second are missed"),
        }
    }
}

/// What a technique has to do.
trait Watch: Send {
    /// Becomes readable when there is something new; `None` for one that has to look.
    fn readable(&self) -> Option<BorrowedFd<'_>>;

    /// How long to wait at most before looking again.
    fn look_every(&self) -> Option<Duration> {
        None
    }

    /// How long to let news gather after some were read: fewer wake-ups cost less processor time.
    fn gather(&self) -> Duration {
        Duration::ZERO
    }

    /// Hands over what is new.
    fn drain(&mut self, sink: &mut dyn Sink) -> Result<(), yagura_platform::Error>;
}

/// Where observations go.
trait Sink {
    /// Takes one.
    fn put(&mut self, seen: Observed);
    /// What is known of the processes so far.
    fn tracker(&self) -> &Tracker;
}

type Opened = (Technique, Box<dyn Watch>);

/// The processes of this machine, by the best technique that works.
#[derive(Debug)]
pub struct LinuxProcesses {
    clock: Arc<dyn Clock>,
    techniques: Vec<Technique>,
    known: Arc<Known>,
}

impl LinuxProcesses {
    /// By the best technique that works here. `clock` gives the wall-clock times in the records.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with(clock, &[Technique::Ebpf, Technique::ProcConnector, Technique::ProcPoll])
    }

    /// By the first of these techniques that works.
    #[must_use]
    pub fn with(clock: Arc<dyn Clock>, techniques: &[Technique]) -> Self {
        Self { clock, techniques: techniques.to_vec(), known: Arc::default() }
    }

    /// Tells also which processes there are, for whoever sees only their numbers.
    #[must_use]
    pub fn telling(self, known: Arc<Known>) -> Self {
        Self { known, ..self }
    }

    /// The first technique that works, and why those before it do not.
    fn open(&self) -> (Option<Opened>, Vec<String>) {
        let mut failures = Vec::new();
        for &technique in &self.techniques {
            let opened: Result<Box<dyn Watch>, String> = match technique {
                Technique::Ebpf => ebpf::Ebpf::open().map(|it| Box::new(it) as _).map_err(|error| error.to_string()),
                Technique::ProcConnector => {
                    connector::Connector::open().map(|it| Box::new(it) as _).map_err(|error| error.to_string())
                }
                Technique::ProcPoll => {
                    poll::Poll::open().map(|it| Box::new(it) as _).map_err(|error| error.to_string())
                }
            };
            match opened {
                Ok(watch) => return (Some((technique, watch)), failures),
                Err(error) => failures.push(format!("{}: {error}", technique.as_str())),
            }
        }
        (None, failures)
    }
}

impl Source<ProcessRecord> for LinuxProcesses {
    fn start(&self, outlet: Outlet) -> Box<dyn Running> {
        // Loading happens here, so that a recording or a later technique sees everything from the return on.
        let (found, failures) = self.open();
        let Some((technique, watch)) = found else {
            outlet.close();
            let reason = format!("no way to watch processes works here ({})", failures.join("; "));
            return Box::new(Stopped(report("none", SensorHealth::Unsupported, Some(reason))));
        };
        let reason = technique.weakness().map(|weakness| {
            let why = if failures.is_empty() {
                String::new()
            } else {
                format!(" (better ones failed: {})", failures.join("; "))
            };
            format!("{weakness}{why}")
        });
        let health = if reason.is_some() { SensorHealth::Degraded } else { SensorHealth::Ok };
        let base = report(technique.as_str(), health, reason);
        let (ready, is_ready) = mpsc::channel();
        match Pipeline::start(watch, Arc::clone(&self.clock), Arc::clone(&self.known), outlet.clone(), ready) {
            Ok(pipeline) => {
                // Fails only if the thread ended already, and then the report says so.
                let _ = is_ready.recv();
                Box::new(Live { base, pipeline })
            }
            Err(error) => {
                outlet.close();
                Box::new(Stopped(report(technique.as_str(), SensorHealth::Failed, Some(error.to_string()))))
            }
        }
    }
}

#[derive(Debug)]
struct Live {
    base: SensorReport,
    pipeline: Pipeline,
}

impl Running for Live {
    fn report(&self) -> SensorReport {
        let Counters { seen, lost, failure } = self.pipeline.counters();
        let mut report = SensorReport { seen, lost, ..self.base.clone() };
        if let Some(failure) = failure {
            report.health = SensorHealth::Failed;
            report.reason = Some(failure);
        }
        report
    }
}

#[derive(Debug)]
struct Stopped(SensorReport);

impl Running for Stopped {
    fn report(&self) -> SensorReport {
        self.0.clone()
    }
}
