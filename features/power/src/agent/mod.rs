//! The endpoint's side: carries out restarts and shut-downs once, after notice to whoever is there; wakes neighbours; says what it is.

mod countdown;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;
mod orders;
mod record;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;
mod told;
mod wake;
mod words;

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use uuid::Uuid;
use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx, FeatureError, PolicyError};

use self::{
    orders::{Carry, Desk},
    record::Records,
    wake::WakeNeighbour,
};
use crate::{Act, FEATURE, PowerPolicy, RESTART, SHUT_DOWN, WAKE};

pub use self::wake::send;
#[cfg(target_os = "linux")]
pub use linux::Logind;

/// Why the machine cannot be restarted or shut down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not: {0}")]
pub struct Unable(pub String);

/// What restarts and shuts down this machine, and knows who is logged on. The only way of this feature to the real act.
#[async_trait]
pub trait Power: Send + Sync {
    /// The uids of the people who are logged on, at a screen, a terminal or from afar.
    ///
    /// # Errors
    /// When nobody here can say.
    async fn people(&self) -> Result<BTreeSet<u32>, Unable>;

    /// Restarts or shuts down the machine. Comes back when the system has taken the order.
    ///
    /// # Errors
    /// When the system refuses.
    async fn act(&self, act: Act) -> Result<(), Unable>;
}

/// What the feature works with.
#[derive(Clone)]
pub struct Places {
    /// Restarts and shuts down.
    pub power: Arc<dyn Power>,
    /// Which start of the machine this is.
    pub boot_id: Uuid,
    /// The folder of what was done.
    pub folder: PathBuf,
    /// How long the machine may take to go down before the order has failed.
    pub patience: Duration,
    /// How often it looks what to tell of itself.
    pub look_every: Duration,
}

/// Power on an endpoint.
pub struct PowerFeature;

impl AgentFeature for PowerFeature {
    const NAME: &'static str = FEATURE;
    const RESUMES: &'static [&'static str] = &[RESTART, SHUT_DOWN];
    type Policy = PowerPolicy;

    fn validate(policy: &PowerPolicy) -> Vec<PolicyError> {
        policy.faults().into_iter().map(|(pointer, message)| PolicyError::new(pointer, message)).collect()
    }

    async fn run(ctx: FeatureCtx<PowerPolicy>, cancel: CancellationToken) -> Result<(), FeatureError> {
        let places = Places {
            power: system::power(),
            boot_id: yagura_platform::boot_id()?,
            folder: ctx.data.join(FEATURE),
            patience: Duration::from_secs(600),
            look_every: Duration::from_secs(15),
        };
        run_at(places, ctx, cancel).await
    }
}

/// Does the feature's work with these.
///
/// # Errors
/// When the folder cannot be used, or the agent is stopping.
pub async fn run_at(
    places: Places,
    mut ctx: FeatureCtx<PowerPolicy>,
    cancel: CancellationToken,
) -> Result<(), FeatureError> {
    let records = Records::open(places.folder.clone(), ctx.clock.now())?;
    let desk = Arc::new(Desk::new(&places, records, &ctx));
    ctx.commands.register(RESTART, Carry { desk: Arc::clone(&desk), act: Act::Restart });
    ctx.commands.register(SHUT_DOWN, Carry { desk, act: Act::ShutDown });
    ctx.commands.register(
        WAKE,
        WakeNeighbour { policy: ctx.policy.clone(), events: ctx.events.clone(), clock: Arc::clone(&ctx.clock) },
    );
    let mut looks = tokio::time::interval(places.look_every);
    let mut last = None;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            _ = looks.tick() => {}
            changed = ctx.policy.changed() => changed?,
        }
        let may_be_asked = !ctx.policy.borrow_and_update().endpoint().allowed.is_empty();
        let told = told::look(&*places.power, system::root(), may_be_asked).await;
        if last.as_ref() != Some(&told) {
            ctx.state.put(FEATURE, serde_json::to_value(&told)?);
            last = Some(told);
        }
    }
}
