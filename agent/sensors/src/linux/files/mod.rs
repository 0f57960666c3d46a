//! Files, by fanotify: whole file systems are watched, and mounts are followed as they come and go.

mod folders;
pub(super) mod mounts;
mod people;
mod reading;
mod shares;
mod tracking;
mod watching;

use std::sync::Arc;

use yagura_records::FileRecord;
use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

use super::Known;
use crate::{Outlet, Running, Source, report_on};
use reading::Pipeline;

/// What is done to the files of this machine.
#[derive(Debug)]
pub struct LinuxFiles {
    clock: Arc<dyn Clock>,
    known: Arc<Known>,
}

impl LinuxFiles {
    /// `clock` gives the wall-clock times in the records, `known` says who did it.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, known: Arc<Known>) -> Self {
        Self { clock, known }
    }
}

impl Source<FileRecord> for LinuxFiles {
    fn start(&self, outlet: Outlet<FileRecord>) -> Box<dyn Running> {
        match Pipeline::start(Arc::clone(&self.clock), Arc::clone(&self.known), outlet.clone()) {
            Ok(pipeline) => Box::new(Live(pipeline)),
            Err(error) => {
                outlet.close();
                let reason = Some(format!("file systems cannot be watched here: {error}"));
                Box::new(Stopped(report_on("file", "none", SensorHealth::Unsupported, reason)))
            }
        }
    }
}

#[derive(Debug)]
struct Live(Pipeline);

impl Running for Live {
    fn report(&self) -> SensorReport {
        self.0.report()
    }

    fn parts(&self) -> Vec<SensorReport> {
        self.0.parts()
    }

    fn finish(&self) {
        self.0.finish();
    }
}

#[derive(Debug)]
struct Stopped(SensorReport);

impl Running for Stopped {
    fn report(&self) -> SensorReport {
        self.0.clone()
    }
}
