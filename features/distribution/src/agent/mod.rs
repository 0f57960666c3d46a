//! The endpoint's side: fetches what a job needs, waits for its time, tells whoever is there, does the work once, puts back what was before
//! when it fails, and says how it ended.

mod board;
mod desk;
mod ending;
mod fetch;
mod gather;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;
mod near;
mod notice;
mod record;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;
mod words;

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx, FeatureError, PolicyError};
use yagura_channel::wire::neighbour::At;
use yagura_vocabulary::Time;

use self::{
    desk::{Carry, Desk, TakeBack},
    near::Near,
    record::Records,
};
use crate::{
    DistributionPolicy, FEATURE, RECALL, RUN,
    model::{Changed, End, Work},
};

#[cfg(target_os = "linux")]
pub use linux::Linux;

/// Why work cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unable {
    /// This system does not have it.
    #[error("{0}")]
    Refused(String),
    /// It went wrong before anything was changed.
    #[error("{0}")]
    Failed(String),
}

/// Work with all that it needs.
#[derive(Debug, Clone)]
pub struct Task {
    /// A folder of its own, for root only.
    pub folder: PathBuf,
    /// What is done.
    pub work: Work,
    /// The files that it needs, in the order of the work.
    pub files: Vec<PathBuf>,
    /// How long it may take from now on.
    pub limit: Duration,
    /// Nothing may be changed, lists of packages neither.
    pub dry_run: bool,
}

/// What work would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The packages whose version would be different. Of a script, nobody knows.
    pub changes: Vec<Changed>,
    /// How many bytes the package system would fetch.
    pub bytes: u64,
    /// Whether the machine would have to be started anew.
    pub restart: bool,
    /// What the package system said.
    pub log: String,
}

/// How a program came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// By itself, with this exit code.
    Exited(i32),
    /// It took too long and was ended with all that it had started.
    TimedOut,
    /// It was ended by somebody else: the machine went off, or a signal came.
    Cut,
    /// It was never started.
    NotStarted(String),
}

impl How {
    fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Exited(code) => Some(*code),
            _ => None,
        }
    }
}

/// A program that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// How it ended.
    pub how: How,
    /// The end of what it wrote.
    pub log: String,
}

/// What is there after work, or after what was before was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How it ended.
    pub end: End,
    /// Why, where it is not done.
    pub why: String,
    /// What is different from before the work.
    pub changed: Vec<Changed>,
    /// Whether the machine must be started anew.
    pub restart: bool,
    /// What was said meanwhile.
    pub log: String,
}

/// The operating system. The only way of this feature to what changes a machine.
#[async_trait]
pub trait System: Send + Sync {
    /// The uids of the people who can be told something.
    fn people(&self) -> BTreeSet<u32>;

    /// How many terminals there are at which people are who have no screen. They can be told, and answer nothing.
    fn terminals(&self) -> usize {
        0
    }

    /// Tells those at these terminals.
    fn say(&self, _text: &str) {}

    /// How many seconds local time is before UTC at this time.
    fn offset_s(&self, at: Time) -> i32;

    /// The networks that this machine shares with neighbours; none where the system does not say.
    fn networks(&self) -> Vec<At> {
        Vec::new()
    }

    /// What the work would do.
    ///
    /// # Errors
    /// When it cannot begin.
    async fn look(&self, task: &Task) -> Result<Plan, Unable>;

    /// Keeps what is needed to put back what is there now.
    ///
    /// # Errors
    /// Why it could not be put back.
    async fn keep(&self, task: &Task, plan: &Plan) -> Result<(), String>;

    /// Does the work, to its end. What this task began before the agent stopped is waited for, and never begun a second time.
    async fn work(&self, task: &Task, plan: &Plan) -> Ran;

    /// What is there after that: [`End::Done`] or [`End::Failed`]. What was cut off is finished where the package system can.
    async fn found(&self, task: &Task, plan: &Plan, ran: &Ran) -> Found;

    /// Puts back what was before: [`End::RolledBack`] or [`End::Failed`]. May be asked again after a stop.
    async fn put_back(&self, task: &Task, plan: &Plan) -> Found;
}

/// What the feature works with.
#[derive(Clone)]
pub struct Places {
    /// Does the work.
    pub system: Arc<dyn System>,
    /// The folder of its records and of work under way.
    pub folder: PathBuf,
}

/// Distribution on an endpoint.
pub struct DistributionFeature;

impl AgentFeature for DistributionFeature {
    const NAME: &'static str = FEATURE;
    const RESUMES: &'static [&'static str] = &[RUN, RECALL];
    type Policy = DistributionPolicy;

    fn validate(policy: &DistributionPolicy) -> Vec<PolicyError> {
        policy.faults().into_iter().map(|(pointer, message)| PolicyError::new(pointer, message)).collect()
    }

    async fn run(ctx: FeatureCtx<DistributionPolicy>, cancel: CancellationToken) -> Result<(), FeatureError> {
        let places = Places { system: system::system(ctx.sensors.desktops().clone()), folder: ctx.data.join(FEATURE) };
        run_at(places, ctx, cancel).await
    }
}

/// Does the feature's work with these.
///
/// # Errors
/// When the folder cannot be used.
pub async fn run_at(
    places: Places,
    ctx: FeatureCtx<DistributionPolicy>,
    cancel: CancellationToken,
) -> Result<(), FeatureError> {
    let records = Records::open(places.folder.clone(), ctx.clock.now())?;
    let near = Arc::new(Near::open(&places.folder.join("near"), &places.system, &ctx)?);
    let giving = tokio::spawn(near::run(Arc::clone(&near), cancel.clone()));
    let desk = Arc::new(Desk::new(places.system, records, near, &ctx)?);
    ctx.commands.register(RECALL, TakeBack(Arc::clone(&desk)));
    ctx.commands.register(RUN, Carry(desk));
    cancel.cancelled().await;
    Ok(giving.await?)
}
