//! What the server counts, in the OpenMetrics text that Prometheus reads.

use std::sync::{Arc, Mutex};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// One label: why, where, what.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Reason {
    /// The reason, one of few.
    pub reason: &'static str,
}

/// One route and its status.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answered {
    /// The route's pattern, never the path itself.
    pub route: String,
    /// The HTTP status.
    pub status: u16,
}

/// The server's counters; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    /// Requests answered, by route and status.
    pub requests: Family<Answered, Counter>,
    /// Agent requests that were not believed or not readable, by reason.
    pub refused: Family<Reason, Counter>,
    /// Events stored.
    pub events: Counter,
    /// Event lines kept as rejected.
    pub rejected: Counter,
    /// Agents connected by WebSocket or long poll.
    pub connected: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("yagura");
        let requests = Family::default();
        let refused = Family::default();
        let events = Counter::default();
        let rejected = Counter::default();
        let connected = Gauge::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("agent_refused", "Agent requests refused", refused.clone());
        registry.register("events_stored", "Events stored", events.clone());
        registry.register("events_rejected", "Event lines kept as rejected", rejected.clone());
        registry.register("agents_connected", "Agents connected now", connected.clone());
        Self { registry: Arc::new(Mutex::new(registry)), requests, refused, events, rejected, connected }
    }
}

impl Metrics {
    /// Everything, as text.
    #[must_use]
    pub fn render(&self) -> String {
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }

    /// Counts an agent request that was refused.
    pub fn refuse(&self, reason: &'static str) {
        self.refused.get_or_create(&Reason { reason }).inc();
    }
}
