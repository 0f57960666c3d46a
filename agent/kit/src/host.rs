//! Keeps the features: starts them, feeds them policies and commands, collects what they tell.

use std::{panic::AssertUnwindSafe, path::Path, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use yagura_sensors::Sensors;
use yagura_vocabulary::{Clock, SensorHealth, SensorReport, in_force::Layers};

use crate::{
    AgentFeature, Blobs, CommandError, EventReceiver, LeftOut, PolicyError, SignIn, StateReceiver,
    ctx::Shared,
    feature::{Erased, Slot},
    gate::Place,
};

/// A feature that stopped by itself is started again after this long, twice as long each time it fails again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A feature that goes on with a command is there within this time after the start.
const STARTING: Duration = Duration::from_secs(30);

/// The features of one agent and their ends.
///
/// The order is: [`Host::new`], [`Host::register`] for each feature, [`Host::apply_policy`] with the last known good
/// policies, [`Host::start`]. No feature runs before that, so none acts on a default that an administrator changed.
pub struct Host {
    features: Vec<Arc<dyn Erased>>,
    shared: Shared,
    events: Option<EventReceiver>,
    tasks: JoinSet<()>,
    cancel: CancellationToken,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("features", &self.features()).finish_non_exhaustive()
    }
}

impl Host {
    /// A host with the senses of this machine and no feature yet. Features keep what is theirs below `data`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, data: &Path) -> Self {
        let sensors = Sensors::live(Arc::clone(&clock), data);
        Self::with_sensors(clock, sensors, data)
    }

    /// A host whose features read these streams.
    #[must_use]
    pub fn with_sensors(clock: Arc<dyn Clock>, sensors: Sensors, data: &Path) -> Self {
        let (shared, events) = Shared::new(clock, sensors, data);
        Self {
            features: Vec::new(),
            shared,
            events: Some(events),
            tasks: JoinSet::new(),
            cancel: CancellationToken::new(),
        }
    }

    /// Says how people at this machine get to their own pages. Without it they cannot.
    pub fn sign_in_by(&mut self, sign_in: Arc<dyn SignIn>) {
        self.shared.sign_in = sign_in;
    }

    /// Says where features get large content from. Without it there is none.
    pub fn blobs_from(&mut self, blobs: Arc<dyn Blobs>) {
        self.shared.blobs = blobs;
    }

    /// Lets the gate before programs open on this machine when a feature wants it. Without it, nobody is ever stopped.
    pub fn gate_stands(&mut self, place: Place) {
        self.shared.gate.stands(place);
    }

    /// Adds a feature, to be started by [`Host::start`].
    pub fn register<F: AgentFeature>(&mut self) {
        self.features.push(Arc::new(Slot::<F>::new()));
    }

    /// The names of the features.
    #[must_use]
    pub fn features(&self) -> Vec<&'static str> {
        self.features.iter().map(|feature| feature.name()).collect()
    }

    /// Puts a feature's policy in force with what is granted now, or its default if there is none. May be called before and
    /// after the start. Gives the grants that do not fit; they grant nothing.
    ///
    /// # Errors
    /// Every item of the policy that does not fit; the one before stays in force. A feature that this agent does not
    /// have is an error at the empty pointer.
    pub fn apply_policy(&self, feature: &str, layers: Option<&Layers>) -> Result<Vec<LeftOut>, Vec<PolicyError>> {
        match self.features.iter().find(|known| known.name() == feature) {
            Some(known) => known.apply(layers),
            None => Err(vec![PolicyError::new("", format!("this agent has no feature `{feature}`"))]),
        }
    }

    /// Starts the features. Call it within a Tokio runtime, once.
    pub fn start(&mut self) {
        for feature in &self.features {
            self.tasks.spawn(keep_running(Arc::clone(feature), self.shared.clone(), self.cancel.clone()));
        }
    }

    /// What happens. There is one receiver: `None` from the second call on.
    pub fn events(&mut self) -> Option<EventReceiver> {
        self.events.take()
    }

    /// How things are, by section, each with a version that rises when it changes.
    #[must_use]
    pub fn state(&self) -> StateReceiver {
        self.shared.state.receiver()
    }

    /// How the shared sensors, the features' own sensors and failing features are.
    #[must_use]
    pub fn health(&self) -> Vec<SensorReport> {
        let mut reports = self.shared.sensors.reports();
        reports.extend(self.shared.health.reports());
        reports
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// When no feature knows it, its arguments do not fit, or it did not work.
    pub async fn run_command(&self, name: &str, args: Value) -> Result<Value, CommandError> {
        if self.resumes().contains(&name) {
            // It may come before its feature began. Whoever is not there in time is told of as unknown.
            let _: Result<(), _> = tokio::time::timeout(STARTING, self.shared.commands.known(name)).await;
        }
        self.shared.commands.run(name, args).await
    }

    /// The names of the commands that features go on with after a stop.
    #[must_use]
    pub fn resumes(&self) -> Vec<&'static str> {
        self.features.iter().flat_map(|feature| feature.resumes()).copied().collect()
    }

    /// The names of the commands that features registered.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        self.shared.commands.names()
    }

    /// Tells every feature to stop and waits until they did, at most `patience`. What they emit on the way still comes
    /// out of the receiver, which ends when this returns and the host is dropped.
    pub async fn shutdown(mut self, patience: Duration) {
        self.cancel.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::warn!(?patience, "features that did not stop in time are cut off");
        }
    }
}

/// Runs a feature and starts it again when it fails; the agent's other features go on meanwhile.
async fn keep_running(feature: Arc<dyn Erased>, shared: Shared, cancel: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    loop {
        let work = feature.work(&shared, cancel.clone());
        let outcome = futures_util::FutureExt::catch_unwind(AssertUnwindSafe(work)).await;
        if cancel.is_cancelled() {
            return;
        }
        let reason = match outcome {
            // It has nothing left to do, as when a recording ended.
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(panic) => format!("it crashed: {}", panic_text(&*panic)),
        };
        tracing::error!(feature = feature.name(), reason, ?pause, "a feature stopped; it is started again");
        shared.health.put(feature_report(&*feature, SensorHealth::Failed, reason.clone()));
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
        let again = format!("it was started again after it failed: {reason}");
        shared.health.put(feature_report(&*feature, SensorHealth::Degraded, again));
    }
}

fn feature_report(feature: &dyn Erased, health: SensorHealth, reason: String) -> SensorReport {
    let sensor = format!("feature:{}", feature.name());
    SensorReport { sensor, source: "agent".to_owned(), health, reason: Some(reason), seen: 0, lost: 0 }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}
