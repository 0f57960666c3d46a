//! Systems without a process sensor: the stream is empty and the report says why.

use std::sync::Arc;

use yagura_vocabulary::{Clock, SensorHealth, SensorReport};

use crate::{Outlet, ProcessSource, Running, report};

#[derive(Debug)]
pub(crate) struct NoProcesses;

impl NoProcesses {
    pub(crate) fn new(_clock: Arc<dyn Clock>) -> Self {
        Self
    }
}

impl ProcessSource for NoProcesses {
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
