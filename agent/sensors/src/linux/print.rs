//! stub
use crate::{Outlet, Running, Source, report_on};
use std::{path::Path, sync::Arc};
use yagura_records::PrintRecord;
use yagura_vocabulary::{Clock, SensorHealth, SensorReport};
/// .
#[derive(Debug)]
pub struct LinuxPrints;
impl LinuxPrints {
    /// .
    #[must_use]
    pub fn new(_clock: Arc<dyn Clock>, _data: &Path) -> Self {
        Self
    }
}
impl Source<PrintRecord> for LinuxPrints {
    fn start(&self, _outlet: Outlet<PrintRecord>) -> Box<dyn Running> {
        Box::new(Self)
    }
}
impl Running for LinuxPrints {
    fn report(&self) -> SensorReport {
        report_on("print", "none", SensorHealth::Unsupported, None)
    }
}
