//! What a feature is, to itself and to its host.

use std::{future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use yagura_vocabulary::{
    InForce,
    in_force::{self, Layers},
};

use crate::{FeatureCtx, PolicyError, ctx::Shared, policy};

/// Why a feature stopped; its host starts it again after a while.
pub type FeatureError = Box<dyn std::error::Error + Send + Sync>;

/// The agent's side of one feature.
pub trait AgentFeature: Send + Sync + 'static {
    /// Its name: policies, events and reports carry it.
    const NAME: &'static str;

    /// The commands that it goes on with when the agent, or the machine, was stopped while they were carried out: their handlers are run
    /// again with the same arguments, and know from what they wrote down themselves what was done already. All others have failed then.
    const RESUMES: &'static [&'static str] = &[];

    /// What an administrator decides. Its default is in force until a policy comes.
    type Policy: DeserializeOwned + Default + Send + Sync + 'static;

    /// What is wrong with a policy although it has the right shape.
    #[must_use]
    fn validate(_policy: &Self::Policy) -> Vec<PolicyError> {
        Vec::new()
    }

    /// Does the feature's work until `cancel` is called or the agent takes no more events. Policy changes, and grants that
    /// begin or end, arrive in `ctx.policy`; the feature is not started anew for them.
    fn run(
        ctx: FeatureCtx<Self::Policy>,
        cancel: CancellationToken,
    ) -> impl Future<Output = Result<(), FeatureError>> + Send;
}

/// A grant that does not fit on a feature's policy.
pub type LeftOut = in_force::LeftOut<Vec<PolicyError>>;

pub(crate) type Work = Pin<Box<dyn Future<Output = Result<(), FeatureError>> + Send>>;

/// A feature without its types, so that the host can keep all of them in one list.
pub(crate) trait Erased: Send + Sync {
    fn name(&self) -> &'static str;

    /// The commands that it goes on with.
    fn resumes(&self) -> &'static [&'static str];

    /// Puts a policy with what is granted, or the default, in force; on errors the one before stays.
    fn apply(&self, layers: Option<&Layers>) -> Result<Vec<LeftOut>, Vec<PolicyError>>;

    /// The feature's work, to be polled.
    fn work(&self, shared: &Shared, cancel: CancellationToken) -> Work;
}

pub(crate) struct Slot<F: AgentFeature> {
    policy: watch::Sender<Arc<InForce<F::Policy>>>,
    feature: PhantomData<fn() -> F>,
}

impl<F: AgentFeature> Slot<F> {
    pub(crate) fn new() -> Self {
        Self { policy: watch::Sender::new(Arc::default()), feature: PhantomData }
    }
}

impl<F: AgentFeature> Erased for Slot<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn resumes(&self) -> &'static [&'static str] {
        F::RESUMES
    }

    fn apply(&self, layers: Option<&Layers>) -> Result<Vec<LeftOut>, Vec<PolicyError>> {
        let read = |value: &Value| {
            let policy = policy::parse::<F::Policy>(value)?;
            let errors = F::validate(&policy);
            if errors.is_empty() { Ok(policy) } else { Err(errors) }
        };
        let (in_force, left_out) = match layers {
            Some(layers) => layers.read(read)?,
            None => (InForce::default(), Vec::new()),
        };
        self.policy.send_replace(Arc::new(in_force));
        Ok(left_out)
    }

    fn work(&self, shared: &Shared, cancel: CancellationToken) -> Work {
        Box::pin(F::run(shared.ctx(self.policy.subscribe()), cancel))
    }
}
