//! The time as the server has it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use yagura_vocabulary::{Clock, Time};

/// The machine's clock, set right by the signed time of the server while it is far off. Clones share the correction.
#[derive(Debug, Clone)]
pub struct ServerClock {
    machine: Arc<dyn Clock>,
    correction: Arc<Correction>,
}

#[derive(Debug, Default)]
struct Correction {
    micros: AtomicI64,
    known: AtomicBool,
}

impl ServerClock {
    /// Goes by `machine` until the server says otherwise.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self { machine, correction: Arc::default() }
    }

    /// It is `server_time` now.
    pub fn correct(&self, server_time: Time) {
        let offset = server_time.micros().saturating_sub(self.machine.now().micros());
        self.correction.micros.store(offset, Ordering::Relaxed);
        self.correction.known.store(true, Ordering::Relaxed);
    }

    /// How far the machine's clock is ahead of the server's, in milliseconds, once the server had to correct it.
    #[must_use]
    pub fn skew_ms(&self) -> Option<i64> {
        let known = self.correction.known.load(Ordering::Relaxed);
        known.then(|| -self.correction.micros.load(Ordering::Relaxed) / 1000)
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Time {
        let offset = self.correction.micros.load(Ordering::Relaxed);
        Time::from_micros(self.machine.now().micros().saturating_add(offset))
    }
}
