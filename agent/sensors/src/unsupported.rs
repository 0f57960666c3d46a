//! Systems without sensors yet: the streams are empty and the reports say why.

use std::{path::PathBuf, sync::Arc, time::Duration};

use yagura_platform::Error;
use yagura_records::{
    FileIdentity, FileRecord, PrintRecord, ProcessRecord, SessionRecord, Starting, Text, WindowRecord,
};
use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

use crate::{Outlet, Running, Source, report, report_on};

#[derive(Debug)]
pub(crate) struct NoProcesses;

impl NoProcesses {
    pub(crate) fn new(_clock: Arc<dyn Clock>) -> Self {
        Self
    }
}

impl Source<ProcessRecord> for NoProcesses {
    fn start(&self, outlet: Outlet) -> Box<dyn Running> {
        outlet.close();
        Box::new(Self)
    }
}

impl Running for NoProcesses {
    fn report(&self) -> SensorReport {
        report("none", SensorHealth::Unsupported, Some("not available on this operating system yet".to_owned()))
    }
}

#[derive(Debug)]
pub(crate) struct NoFiles;

impl Source<FileRecord> for NoFiles {
    fn start(&self, outlet: Outlet<FileRecord>) -> Box<dyn Running> {
        outlet.close();
        Box::new(Self)
    }
}

impl Running for NoFiles {
    fn report(&self) -> SensorReport {
        let reason = Some("not available on this operating system yet".to_owned());
        report_on("file", "none", SensorHealth::Unsupported, reason)
    }
}

/// No windows and no printing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nothing;

#[derive(Debug)]
struct NoSource(&'static str);

impl Source<WindowRecord> for Nothing {
    fn start(&self, outlet: Outlet<WindowRecord>) -> Box<dyn Running> {
        outlet.close();
        Box::new(NoSource("window"))
    }
}

impl Source<PrintRecord> for Nothing {
    fn start(&self, outlet: Outlet<PrintRecord>) -> Box<dyn Running> {
        outlet.close();
        Box::new(NoSource("print"))
    }
}

impl Source<SessionRecord> for Nothing {
    fn start(&self, outlet: Outlet<SessionRecord>) -> Box<dyn Running> {
        outlet.close();
        Box::new(NoSource("session"))
    }
}

impl Running for NoSource {
    fn report(&self) -> SensorReport {
        let reason = Some("not available on this operating system yet".to_owned());
        report_on(self.0, "none", SensorHealth::Unsupported, reason)
    }
}

/// The door through which programs pass: there is none.
#[derive(Debug)]
pub enum Door {}

/// Somebody waits to run a program: nobody does.
#[derive(Debug)]
pub enum Knock {}

/// Says what is known of whoever waits.
#[derive(Debug)]
pub enum Describer {}

impl Door {
    /// Whether a door could be opened.
    ///
    /// # Errors
    /// Always: not supported here.
    pub fn probe() -> Result<(), Error> {
        Err(Error::Unsupported { action: "ask before programs start" })
    }

    /// A door at which nobody knocks yet.
    ///
    /// # Errors
    /// Always: not supported here.
    pub fn open(_only: Option<Vec<PathBuf>>) -> Result<Self, Error> {
        Err(Error::Unsupported { action: "ask before programs start" })
    }

    /// Guards what is mounted.
    ///
    /// # Errors
    /// Never: there is no door.
    pub fn follow(&self) -> std::io::Result<()> {
        match *self {}
    }

    /// How many file systems are guarded, and a report on each that is not.
    #[must_use]
    pub fn reports(&self) -> (usize, Vec<SensorReport>) {
        match *self {}
    }

    /// Waits until somebody knocks. Gives whether the door is to be left.
    ///
    /// # Errors
    /// Never: there is no door.
    pub fn wait(&self, _limit: Option<Duration>) -> Result<bool, Error> {
        match *self {}
    }

    /// Waits until something is mounted or unmounted.
    ///
    /// # Errors
    /// Never: there is no door.
    pub fn wait_for_mounts(&self, _limit: Duration) -> Result<bool, Error> {
        match *self {}
    }

    /// Ends every wait.
    pub fn leave(&self) {
        match *self {}
    }

    /// Who knocks.
    ///
    /// # Errors
    /// Never: there is no door.
    pub fn read(&self) -> Result<Vec<Knock>, Error> {
        match *self {}
    }

    /// Answers.
    ///
    /// # Errors
    /// Never: there is no door.
    pub fn answer(&self, _knock: &Knock, _allow: bool) -> Result<(), Error> {
        match *self {}
    }

    /// Lets everybody through.
    pub fn lower(&self) {
        match *self {}
    }
}

impl Knock {
    /// What is to be run.
    #[must_use]
    pub fn file(&self) -> Option<FileIdentity> {
        match *self {}
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> Option<Text> {
        match *self {}
    }

    /// Whose process waits.
    #[must_use]
    pub fn uid(&self) -> Option<u32> {
        match *self {}
    }

    /// The process that waits.
    #[must_use]
    pub fn pid(&self) -> u32 {
        match *self {}
    }

    /// Whether the file's times tell for sure when it is changed.
    #[must_use]
    pub fn has_settled(&self) -> bool {
        match *self {}
    }

    /// Whether it is this very file.
    #[must_use]
    pub fn is_file(&self, _path: &std::path::Path) -> bool {
        match *self {}
    }
}

impl Describer {
    /// Of this machine.
    ///
    /// # Errors
    /// Always: not supported here.
    pub fn new(_clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Err(Error::Unsupported { action: "ask before programs start" })
    }

    /// What is known of who waits.
    #[must_use]
    pub fn describe(&self, _knock: &Knock, _hash: bool) -> Starting {
        match *self {}
    }
}
