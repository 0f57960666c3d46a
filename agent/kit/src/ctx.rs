//! What a feature is given.

use std::{path::Path, sync::Arc};

use tokio::sync::watch;
use yagura_sensors::{Sensors, replay::Replay};
use yagura_vocabulary::{Clock, InForce, ManualClock, Time};

use crate::{
    AddressSeat, Blobs, Commands, EventReceiver, EventSink, Gate, HealthSink, JudgeSeat, NoBlobs, NoServer, Questions,
    SignIn, StateReceiver, StateSink, Warnings, events::events,
};

/// All that a feature is given.
#[derive(Debug)]
pub struct FeatureCtx<P> {
    /// What the administrator decided, with what is granted to whom now; wakes up when that changes.
    pub policy: watch::Receiver<Arc<InForce<P>>>,
    /// Takes what happened.
    pub events: EventSink,
    /// Takes how things are.
    pub state: StateSink,
    /// Takes how the feature's own sensors are.
    pub health: HealthSink,
    /// The time, corrected by the server's.
    pub clock: Arc<dyn Clock>,
    /// Where the feature registers the commands that it carries out.
    pub commands: Commands,
    /// The shared streams.
    pub sensors: Sensors,
    /// The agent's own folder. A feature keeps what must outlive a restart in a folder of its name below it.
    pub data: Arc<Path>,
    /// The way of people at this machine to their own pages.
    pub sign_in: Arc<dyn SignIn>,
    /// The way of large content from the server.
    pub blobs: Arc<dyn Blobs>,
    /// Where the judge of all events sits.
    pub judge: JudgeSeat,
    /// Who decides whether rows have the endpoint's own address.
    pub address: AddressSeat,
    /// The way of warnings to the person whose act it was.
    pub warnings: Warnings,
    /// The way of questions to the people who are there.
    pub questions: Questions,
    /// The gate before programs start.
    pub gate: Gate,
}

/// What is the same for all features.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) events: EventSink,
    pub(crate) state: StateSink,
    pub(crate) health: HealthSink,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) commands: Commands,
    pub(crate) sensors: Sensors,
    pub(crate) data: Arc<Path>,
    pub(crate) sign_in: Arc<dyn SignIn>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) judge: JudgeSeat,
    pub(crate) address: AddressSeat,
    pub(crate) warnings: Warnings,
    pub(crate) questions: Questions,
    pub(crate) gate: Gate,
}

impl Shared {
    pub(crate) fn new(clock: Arc<dyn Clock>, sensors: Sensors, data: &Path) -> (Self, EventReceiver) {
        let (judge, address) = (JudgeSeat::default(), AddressSeat::default());
        let (events, receiver) = events(Arc::clone(&clock), judge.clone(), address.clone());
        let (warnings, health) = (Warnings::default(), HealthSink::default());
        let gate = Gate::new(
            events.clone(),
            warnings.clone(),
            health.clone(),
            (Arc::clone(&clock), sensors.logons().clone()),
            data,
        );
        let shared = Self {
            events,
            state: StateSink::default(),
            health,
            clock,
            commands: Commands::default(),
            sensors,
            data: data.into(),
            sign_in: Arc::new(NoServer),
            blobs: Arc::new(NoBlobs),
            judge,
            address,
            warnings,
            questions: Questions::default(),
            gate,
        };
        (shared, receiver)
    }

    pub(crate) fn ctx<P>(&self, policy: watch::Receiver<Arc<InForce<P>>>) -> FeatureCtx<P> {
        FeatureCtx {
            policy,
            events: self.events.clone(),
            state: self.state.clone(),
            health: self.health.clone(),
            clock: Arc::clone(&self.clock),
            commands: self.commands.clone(),
            sensors: self.sensors.clone(),
            data: Arc::clone(&self.data),
            sign_in: Arc::clone(&self.sign_in),
            blobs: Arc::clone(&self.blobs),
            judge: self.judge.clone(),
            address: self.address.clone(),
            warnings: self.warnings.clone(),
            questions: self.questions.clone(),
            gate: self.gate.clone(),
        }
    }
}

/// The other ends of a context made for a test.
#[derive(Debug)]
pub struct TestEnds<P> {
    /// Changes the policy.
    pub policy: watch::Sender<Arc<InForce<P>>>,
    /// What the feature said happened.
    pub events: EventReceiver,
    /// How the feature said things are.
    pub state: StateReceiver,
    /// How the feature said its sensors are.
    pub health: HealthSink,
    /// The commands it registered.
    pub commands: Commands,
    /// The time it is given.
    pub clock: ManualClock,
    /// The warnings that it handed over.
    pub warnings: Warnings,
    /// The questions that it asks.
    pub questions: Questions,
    /// Where it registered its judge of programs. It does not open.
    pub gate: Gate,
}

impl<P> FeatureCtx<P> {
    /// A context for a test, with empty streams and the time 2026-11-23T00:00:00Z.
    #[must_use]
    pub fn for_test(policy: P) -> (Self, TestEnds<P>) {
        Self::for_test_with(policy, Sensors::from_source(Replay::of(Vec::new())))
    }

    /// A context for a test that reads these streams.
    #[must_use]
    pub fn for_test_with(policy: P, sensors: Sensors) -> (Self, TestEnds<P>) {
        let clock = ManualClock::at(Time::from_seconds(1_795_392_000));
        let (shared, events) = Shared::new(Arc::new(clock.clone()), sensors, &std::env::temp_dir());
        let policy = watch::Sender::new(Arc::new(InForce::of(policy)));
        let ends = TestEnds {
            events,
            state: shared.state.receiver(),
            health: shared.health.clone(),
            commands: shared.commands.clone(),
            warnings: shared.warnings.clone(),
            questions: shared.questions.clone(),
            gate: shared.gate.clone(),
            clock,
            policy: policy.clone(),
        };
        (shared.ctx(policy.subscribe()), ends)
    }
}
