//! The endpoint's senses: typed, loss-counted streams that every feature may read and none owns.
//!
//! A [`Sensors`] starts a source when the first reader comes and stops it when the last one leaves. Where the records
//! come from (the kernel, a recording) is behind [`Source`].
#![cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "the tracker serves the sources of every system, and only Linux has one yet")
)]

mod fanout;
mod file;
pub mod guid;
pub mod mask;
pub mod print;
mod process;
mod queue;
pub mod replay;
mod session;
mod window;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod unsupported;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError, Weak},
};

pub use fanout::{
    ActsWanted, Early, FileStream, FileWish, OpensWanted, Outlet, PrintStream, ProcessStream, SessionStream, Stream,
    StreamRecord, WindowStream, WindowWish,
};
pub use file::programs::{builds, interprets};
#[cfg(target_os = "linux")]
pub use linux::{
    Describer, Door, Knock, Known, LinuxFiles, LinuxPrints, LinuxProcesses, LinuxSessions, LinuxWindows, SessionPlaces,
    Technique,
};
pub use session::logons::Logons;
#[cfg(not(target_os = "linux"))]
pub use unsupported::{Describer, Door, Knock};
pub use window::desktops::{DesktopId, Desktops};
use yagura_records::{FileRecord, PrintRecord, ProcessRecord, SessionRecord, WindowRecord};
use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

/// Where a stream comes from.
pub trait Source<R: StreamRecord>: Send + Sync + fmt::Debug {
    /// Begins to publish into `outlet`, from threads of its own, until the answer is dropped. Blocks until nothing that
    /// happens from now on is missed.
    fn start(&self, outlet: Outlet<R>) -> Box<dyn Running>;
}

/// A source at work; dropping it stops it.
pub trait Running: Send + Sync + fmt::Debug {
    /// How it is now.
    fn report(&self) -> SensorReport;

    /// Tells what is held back and ends the stream, for all readers: at the end of the program.
    fn finish(&self) {}

    /// Readers ask for something else now.
    fn wishes_changed(&self) {}

    /// What of it does not work, each with its name.
    fn parts(&self) -> Vec<SensorReport> {
        Vec::new()
    }
}

/// The streams, shared by all features.
#[derive(Debug, Clone)]
pub struct Sensors(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    processes: Kept<ProcessRecord>,
    files: Kept<FileRecord>,
    windows: Kept<WindowRecord>,
    prints: Kept<PrintRecord>,
    sessions: Kept<SessionRecord>,
    desktops: Desktops,
    logons: Logons,
}

/// A source, and what is at work of it.
#[derive(Debug)]
struct Kept<R: StreamRecord> {
    name: &'static str,
    source: Arc<dyn Source<R>>,
    starting: tokio::sync::Mutex<()>,
    current: Mutex<Weak<Session<R>>>,
}

/// A source at work and its outlet.
#[derive(Debug)]
pub(crate) struct Session<R: StreamRecord> {
    running: Box<dyn Running>,
    outlet: Outlet<R>,
}

impl<R: StreamRecord> Kept<R> {
    fn of(name: &'static str, source: impl Source<R> + 'static) -> Self {
        let (starting, current) = (tokio::sync::Mutex::new(()), Mutex::new(Weak::new()));
        Self { name, source: Arc::new(source), starting, current }
    }

    fn current(&self) -> Option<Arc<Session<R>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    /// The source at work, started if it is not, and whatever `first` makes of its outlet before anything is published.
    async fn session<T>(&self, first: impl Fn(&Outlet<R>) -> T) -> (Arc<Session<R>>, T) {
        let _one_at_a_time = self.starting.lock().await;
        if let Some(session) = self.current() {
            let made = first(&session.outlet);
            return (session, made);
        }
        let outlet = Outlet::default();
        let made = first(&outlet);
        let (source, name) = (Arc::clone(&self.source), self.name);
        let starting = {
            let outlet = outlet.clone();
            // Loading BPF programs takes a few hundred milliseconds.
            tokio::task::spawn_blocking(move || source.start(outlet))
        };
        let running = starting.await.unwrap_or_else(|_| Box::new(Crashed(name)));
        let session = Arc::new(Session { running, outlet });
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&session);
        (session, made)
    }

    fn reports(&self) -> Vec<SensorReport> {
        let Some(session) = self.current() else {
            let reason = Some("no feature reads this stream".to_owned());
            return vec![report_on(self.name, "none", SensorHealth::Off, reason)];
        };
        let mut report = session.running.report();
        report.lost += session.outlet.lost();
        let mut reports = vec![report];
        reports.extend(session.running.parts());
        reports
    }
}

impl Sensors {
    /// The senses of this machine. `clock` gives the wall-clock times in the records.
    /// What was told of, as far as that must outlive a restart, is kept in the folder `data`.
    #[must_use]
    pub fn live(clock: Arc<dyn Clock>, data: &Path) -> Self {
        #[cfg(target_os = "linux")]
        {
            let (logons, desktops) = (Logons::default(), Desktops::default());
            let known = Arc::new(Known::asking(logons.clone()));
            let processes = LinuxProcesses::new(Arc::clone(&clock)).telling(Arc::clone(&known));
            let windows = LinuxWindows::new(Arc::clone(&clock), Arc::clone(&known), desktops.clone());
            let prints = LinuxPrints::new(Arc::clone(&clock), data).asking(logons.clone());
            let sessions = LinuxSessions::new(Arc::clone(&clock), data).telling(logons.clone());
            Self::of(processes, LinuxFiles::new(clock, known), windows, prints, sessions, desktops).knowing(logons)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = data;
            let none = unsupported::Nothing;
            Self::of(unsupported::NoProcesses::new(clock), unsupported::NoFiles, none, none, none, Desktops::default())
        }
    }

    /// The process stream from a given source; the file stream is empty.
    #[must_use]
    pub fn from_source(processes: impl Source<ProcessRecord> + 'static) -> Self {
        Self::from_sources(processes, replay::Replay::<FileRecord>::of(Vec::new()))
    }

    /// Streams from given sources.
    #[must_use]
    pub fn from_sources(
        processes: impl Source<ProcessRecord> + 'static,
        files: impl Source<FileRecord> + 'static,
    ) -> Self {
        let (windows, prints) =
            (replay::Replay::<WindowRecord>::of(Vec::new()), replay::Replay::<PrintRecord>::of(Vec::new()));
        let sessions = replay::Replay::<SessionRecord>::of(Vec::new());
        Self::of(processes, files, windows, prints, sessions, Desktops::default())
    }

    /// All streams from given sources; `desktops` is where the window source hears of desktops.
    #[must_use]
    pub fn of(
        processes: impl Source<ProcessRecord> + 'static,
        files: impl Source<FileRecord> + 'static,
        windows: impl Source<WindowRecord> + 'static,
        prints: impl Source<PrintRecord> + 'static,
        sessions: impl Source<SessionRecord> + 'static,
        desktops: Desktops,
    ) -> Self {
        let (processes, files) = (Kept::of("process", processes), Kept::of("file", files));
        let (windows, prints) = (Kept::of("window", windows), Kept::of("print", prints));
        let sessions = Kept::of("session", sessions);
        Self(Arc::new(Inner { processes, files, windows, prints, sessions, desktops, logons: Logons::default() }))
    }

    #[cfg(target_os = "linux")]
    fn knowing(self, logons: Logons) -> Self {
        // Nobody else has it yet.
        Arc::try_unwrap(self.0).map_or_else(Self, |inner| Self(Arc::new(Inner { logons, ..inner })))
    }

    /// Reads the process stream from now on. When this returns, nothing that happens later is missed unless a loss is
    /// told of.
    pub async fn processes(&self) -> ProcessStream {
        let (session, records) = self.0.processes.session(Outlet::subscribe).await;
        Stream::new(records, session, None)
    }

    /// Reads the file stream from now on, as [`Sensors::processes`] does. The processes are watched too meanwhile, because
    /// they say who it was.
    pub async fn files(&self) -> FileStream {
        let (processes, ()) = self.0.processes.session(|_| ()).await;
        let (session, records) = self.0.files.session(Outlet::subscribe).await;
        Stream::new(records, session, Some(processes))
    }

    /// Reads the window stream from now on, as [`Sensors::processes`] does, and watches the processes meanwhile.
    pub async fn windows(&self) -> WindowStream {
        let (processes, ()) = self.0.processes.session(|_| ()).await;
        let (session, records) = self.0.windows.session(Outlet::subscribe).await;
        Stream::new(records, session, Some(processes))
    }

    /// Reads the print stream from now on.
    pub async fn prints(&self) -> PrintStream {
        let (session, records) = self.0.prints.session(Outlet::subscribe).await;
        Stream::new(records, session, None)
    }

    /// Reads the session stream from now on. It begins with what happened while nobody read it, as far as that can be told.
    pub async fn sessions(&self) -> SessionStream {
        let (session, records) = self.0.sessions.session(Outlet::subscribe).await;
        Stream::new(records, session, None)
    }

    /// Where whoever speaks with session programs tells what they see.
    #[must_use]
    pub fn desktops(&self) -> &Desktops {
        &self.0.desktops
    }

    /// Who is logged on, while somebody reads the session stream.
    #[must_use]
    pub fn logons(&self) -> &Logons {
        &self.0.logons
    }

    /// How each sensor is.
    #[must_use]
    pub fn reports(&self) -> Vec<SensorReport> {
        let mut reports = self.0.processes.reports();
        reports.extend(self.0.files.reports());
        reports.extend(self.0.windows.reports());
        reports.extend(self.0.prints.reports());
        reports.extend(self.0.sessions.reports());
        reports
    }
}

#[derive(Debug)]
struct Crashed(&'static str);

impl Running for Crashed {
    fn report(&self) -> SensorReport {
        let reason = Some("the sensor crashed while it started".to_owned());
        report_on(self.0, "none", SensorHealth::Failed, reason)
    }
}

pub(crate) fn report_on(sensor: &str, source: &str, health: SensorHealth, reason: Option<String>) -> SensorReport {
    SensorReport { sensor: sensor.to_owned(), source: source.to_owned(), health, reason, seen: 0, lost: 0 }
}

pub(crate) fn report(source: &str, health: SensorHealth, reason: Option<String>) -> SensorReport {
    report_on("process", source, health, reason)
}
