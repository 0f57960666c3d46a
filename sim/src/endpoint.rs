//! One pretended endpoint, as the channel drives it.

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{
        Arc, Mutex as StdMutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::{
    sync::{Mutex, Notify, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use yagura_assets::Assets;
use yagura_channel::{
    agent::runner::{Endpoint, Facts},
    wire::{
        hello::FeatureVersion,
        policy::{ItemError, LeftOut},
    },
};
use yagura_vocabulary::{Clock, Event, Lane, Os, SensorHealth, SensorReport, Time, in_force::Layers};

use crate::{dice::Dice, happenings::Happenings, office::Desk, week::Week};

/// When things happen. Known once all endpoints are connected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// What all endpoints of a fleet share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) seed: u64,
    /// The time between two events of one endpoint; `None` when nothing happens.
    pub(crate) pace: Option<Duration>,
    pub(crate) window: watch::Receiver<Option<Window>>,
    /// So many days before now are told first.
    pub(crate) past_days: u32,
    /// How many endpoints have told all of their past.
    pub(crate) told: Arc<AtomicU64>,
    pub(crate) made: Arc<AtomicU64>,
    pub(crate) commands: Arc<AtomicU64>,
}

/// One pretended endpoint.
pub(crate) struct Pretended {
    desk: Desk,
    facts: Facts,
    clock: Arc<dyn Clock>,
    assets: StdMutex<Assets>,
    changed: Notify,
    source: Mutex<Source>,
    seen: AtomicU64,
    shared: Shared,
    end: CancellationToken,
}

struct Source {
    window: watch::Receiver<Option<Window>>,
    happenings: Happenings,
    past: Option<Week>,
    /// Endpoints do not act in step: each begins at another part of its pace.
    phase: f64,
    count: u32,
}

impl Pretended {
    /// Endpoint `n`, which sits at `desk` until `end`.
    pub(crate) fn new(n: u32, desk: Desk, clock: Arc<dyn Clock>, shared: Shared, end: CancellationToken) -> Self {
        let boot_at = desk.assets.os.boot_at.unwrap_or(desk.assets.collected_at);
        let happenings = Happenings::new(shared.seed, n, boot_at);
        let feature = |name: &str| FeatureVersion { feature: name.to_owned(), version: 1 };
        let facts = Facts {
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            hostname: desk.hostname.clone(),
            os: Os::Windows,
            os_name: format!("{} {}", desk.assets.os.name, desk.assets.os.version),
            hardware_id: desk.hardware_id.clone(),
            boot_id: happenings.boot_id(),
            run_id: Uuid::now_v7(),
            features: vec![feature("operation_log"), feature(yagura_assets::FEATURE)],
        };
        let phase = f64::from(Dice::new(shared.seed, (2 << 32) + u64::from(n)).below(1000)) / 1000.0;
        let past = (shared.past_days > 0).then(|| Week::new(shared.seed, n, shared.past_days, clock.now()));
        let source = Source { window: shared.window.clone(), happenings, past, phase, count: 0 };
        Self {
            facts,
            clock,
            assets: StdMutex::new(desk.assets.clone()),
            desk,
            changed: Notify::new(),
            source: Mutex::new(source),
            seen: AtomicU64::new(0),
            shared,
            end,
        }
    }

    /// What happened before now and was not told yet.
    fn told(&self, source: &mut Source) -> Option<(Lane, Event)> {
        let event = source.past.as_mut()?.next(&self.desk, &mut source.happenings);
        if event.is_none() {
            source.past = None;
            self.shared.told.fetch_add(1, Ordering::Relaxed);
        }
        event
    }

    fn refresh(&self, now: Time) -> Value {
        let began = Instant::now();
        let mut assets = self.assets.lock().unwrap_or_else(PoisonError::into_inner);
        assets.collected_at = now;
        let software = assets.software.len();
        drop(assets);
        self.changed.notify_one();
        json!({ "collected_at": now, "software": software, "took_ms": began.elapsed().as_millis() as u64 })
    }
}

impl Source {
    /// Waits until it is time for the next event. Cancel safe.
    async fn due(&mut self, pace: Option<Duration>) {
        let Some(pace) = pace else { return pending().await };
        let window = self.window.wait_for(Option::is_some).await.ok().and_then(|window| *window);
        let Some(window) = window else { return pending().await };
        let at = window.from + pace.mul_f64(f64::from(self.count) + self.phase);
        if at >= window.until {
            return pending().await;
        }
        sleep_until(at).await;
    }
}

#[async_trait]
impl Endpoint for Pretended {
    fn facts(&self) -> Facts {
        self.facts.clone()
    }

    async fn start(&self) {}

    async fn apply_policy(&self, _feature: &str, _layers: Option<&Layers>) -> Result<Vec<LeftOut>, Vec<ItemError>> {
        Ok(Vec::new())
    }

    async fn run_command(&self, name: &str, _args: Value) -> Result<Value, String> {
        let result = match name {
            "inventory.refresh" => self.refresh(self.clock.now()),
            "notice.show" => json!({ "state": "shown", "account": self.desk.account.name }),
            _ => return Err(format!("there is no command `{name}` here")),
        };
        self.shared.commands.fetch_add(1, Ordering::Relaxed);
        Ok(result)
    }

    async fn next_event(&self) -> Option<(Lane, Event)> {
        let mut source = self.source.lock().await;
        if self.end.is_cancelled() {
            return None;
        }
        let event = match self.told(&mut source) {
            Some(event) => event,
            None => {
                tokio::select! {
                    biased;
                    () = self.end.cancelled() => return None,
                    () = source.due(self.shared.pace) => {}
                }
                source.count += 1;
                source.happenings.next(&self.desk, self.clock.now())
            }
        };
        self.seen.fetch_add(1, Ordering::Relaxed);
        self.shared.made.fetch_add(1, Ordering::Relaxed);
        Some(event)
    }

    async fn state(&self) -> BTreeMap<String, Arc<Value>> {
        let assets = self.assets.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Numbers, texts and lists: such a value can always be written as JSON.
        let value = serde_json::to_value(&assets).unwrap_or_default();
        BTreeMap::from([(yagura_assets::FEATURE.to_owned(), Arc::new(value))])
    }

    async fn state_changed(&self) {
        self.changed.notified().await;
    }

    async fn sensors(&self) -> Vec<SensorReport> {
        let report = |sensor: &str, source: &str, seen: u64| SensorReport {
            sensor: sensor.to_owned(),
            source: source.to_owned(),
            health: SensorHealth::Ok,
            reason: None,
            seen,
            lost: 0,
        };
        vec![report("process", "simulated", self.seen.load(Ordering::Relaxed)), report("assets", "simulated", 1)]
    }
}
