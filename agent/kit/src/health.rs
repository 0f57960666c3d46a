//! How the sensors and features are.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use yagura_vocabulary::SensorReport;

/// Where a feature says how its sensors are. The shared sensors report for themselves.
#[derive(Debug, Clone, Default)]
pub struct HealthSink(Arc<Mutex<BTreeMap<String, SensorReport>>>);

impl HealthSink {
    /// Replaces the report on the sensor of this name.
    pub fn put(&self, report: SensorReport) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(report.sensor.clone(), report);
    }

    /// Withdraws the report on a sensor.
    pub fn remove(&self, sensor: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(sensor);
    }

    /// All reports, by name.
    #[must_use]
    pub fn reports(&self) -> Vec<SensorReport> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}
