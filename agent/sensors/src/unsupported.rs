//! Systems without sensors yet: the streams are empty and the reports say why.

use std::sync::Arc;

use yagura_records::{FileRecord, PrintRecord, ProcessRecord, SessionRecord, WindowRecord};
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
