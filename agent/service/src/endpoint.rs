//! The features of this machine as the channel drives them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::{Mutex, RwLock};
use uuid::Uuid;
use yagura_agent_kit::{EventReceiver, Host, PolicyError, StateReceiver, gate::Place};
use yagura_channel::{
    agent::{
        client::AgentClient,
        runner::{Endpoint, Facts},
    },
    wire::{
        hello::FeatureVersion,
        policy::{ItemError, LeftOut},
    },
};
use yagura_vocabulary::{Clock, Event, Lane, SensorReport, in_force::Layers};

use crate::{
    blobs,
    commands::GATE_GUARD,
    features::{POLICY_VERSION, register},
    hardware,
    sign_in::ByServer,
};

/// Features have so long to stop.
const PATIENCE: Duration = Duration::from_secs(5);
/// Kind of the event that says that the agent began its work.
const START: &str = "agent.start";
/// Kind of the event that says that it ended in good order. A start without one before it follows a crash.
const STOP: &str = "agent.stop";

/// This machine.
pub(crate) struct Machine {
    /// `None` once the agent is stopping.
    host: RwLock<Option<Host>>,
    features: Vec<&'static str>,
    resumes: Vec<&'static str>,
    events: Mutex<Events>,
    state: StateReceiver,
    changed: Mutex<StateReceiver>,
    clock: Arc<dyn Clock>,
    facts: Facts,
    sign_in: ByServer,
    blobs: blobs::ByServer,
}

/// What is said next.
enum Events {
    Start(EventReceiver),
    Running(EventReceiver),
    Over,
}

impl Machine {
    /// The machine with all features of this build; none runs yet.
    pub(crate) fn new(clock: Arc<dyn Clock>, data: &Path, gate_only: Option<Vec<PathBuf>>) -> Option<Self> {
        let mut host = Host::new(Arc::clone(&clock), data);
        host.gate_stands(Place { only: gate_only, guard: Some(GATE_GUARD) });
        register(&mut host);
        let sign_in = ByServer::default();
        host.sign_in_by(Arc::new(sign_in.clone()));
        let blobs = blobs::ByServer::new(data);
        host.blobs_from(Arc::new(blobs.clone()));
        let events = host.events()?;
        let state = host.state();
        let features = host.features();
        Some(Self {
            resumes: host.resumes(),
            facts: facts(&features),
            features,
            events: Mutex::new(Events::Start(events)),
            changed: Mutex::new(state.clone()),
            state,
            host: RwLock::new(Some(host)),
            clock,
            sign_in,
            blobs,
        })
    }

    /// Stops the features; then [`Endpoint::next_event`] comes to its end.
    pub(crate) async fn stop(&self) {
        let host = self.host.write().await.take();
        if let Some(host) = host {
            host.shutdown(PATIENCE).await;
        }
    }

    fn own(&self, kind: &str) -> (Lane, Event) {
        let mut event = Event::new(self.clock.now(), "agent", kind).with("version", self.facts.agent_version.as_str());
        event.boot_id = Some(self.facts.boot_id);
        event.mono_ns = u64::try_from(yagura_platform::since_boot().as_nanos()).ok();
        (Lane::Operation, event.with("run_id", self.facts.run_id.to_string()).with("features", self.features.clone()))
    }
}

/// What this machine says of itself. `features` are those of this build.
pub(crate) fn facts(features: &[&str]) -> Facts {
    let root = Path::new("/");
    let boot_id = yagura_platform::boot_id().unwrap_or_else(|error| {
        tracing::warn!(%error, "the system does not say which start of the machine this is");
        Uuid::nil()
    });
    Facts {
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        hostname: hardware::hostname(),
        os: hardware::os(),
        os_name: hardware::os_name(root),
        hardware_id: hardware::hardware_id(root),
        boot_id,
        run_id: Uuid::now_v7(),
        features: features
            .iter()
            .map(|feature| FeatureVersion { feature: (*feature).to_owned(), version: POLICY_VERSION })
            .collect(),
    }
}

fn items(errors: Vec<PolicyError>) -> Vec<ItemError> {
    errors.into_iter().map(|error| ItemError { pointer: error.pointer, message: error.message }).collect()
}

#[async_trait]
impl Endpoint for Machine {
    fn facts(&self) -> Facts {
        // The name and the system's version may change while the agent runs; the rest may not.
        let root = Path::new("/");
        Facts { hostname: hardware::hostname(), os_name: hardware::os_name(root), ..self.facts.clone() }
    }

    fn speaks_through(&self, client: &Arc<AgentClient>) {
        self.sign_in.through(client);
        self.blobs.through(client);
    }

    async fn start(&self) {
        if let Some(host) = self.host.write().await.as_mut() {
            host.start();
        }
    }

    async fn apply_policy(&self, feature: &str, layers: Option<&Layers>) -> Result<Vec<LeftOut>, Vec<ItemError>> {
        // Policies that come while the agent stops are in force at the next start.
        let host = self.host.read().await;
        let Some(host) = host.as_ref() else { return Ok(Vec::new()) };
        let left_out = host.apply_policy(feature, layers).map_err(items)?;
        Ok(left_out.into_iter().map(|left| LeftOut { grant: left.grant, errors: items(left.error) }).collect())
    }

    async fn run_command(&self, name: &str, args: Value) -> Result<Value, String> {
        let host = self.host.read().await;
        let Some(host) = host.as_ref() else { return Err("the agent is stopping".to_owned()) };
        host.run_command(name, args).await.map_err(|error| error.to_string())
    }

    fn resumes(&self, name: &str) -> bool {
        self.resumes.contains(&name)
    }

    async fn next_event(&self) -> Option<(Lane, Event)> {
        let mut events = self.events.lock().await;
        match std::mem::replace(&mut *events, Events::Over) {
            Events::Start(receiver) => {
                *events = Events::Running(receiver);
                Some(self.own(START))
            }
            Events::Running(receiver) => {
                *events = Events::Running(receiver);
                let Events::Running(receiver) = &mut *events else { return None };
                match receiver.recv().await {
                    Some(event) => Some(event),
                    None => {
                        *events = Events::Over;
                        Some(self.own(STOP))
                    }
                }
            }
            Events::Over => None,
        }
    }

    async fn state(&self) -> BTreeMap<String, Arc<Value>> {
        let sections = self.state.borrow();
        sections.iter().map(|(name, section)| (name.clone(), Arc::clone(&section.value))).collect()
    }

    async fn state_changed(&self) {
        if self.changed.lock().await.changed().await.is_err() {
            // The features are gone: nothing changes any more.
            std::future::pending::<()>().await;
        }
    }

    async fn sensors(&self) -> Vec<SensorReport> {
        self.host.read().await.as_ref().map(Host::health).unwrap_or_default()
    }
}
