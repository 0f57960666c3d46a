//! The endpoint's side: whenever the book changes, a new judge takes the seat.

mod bench;
mod foretold;
mod known;
mod starts;

use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx, FeatureError, Gate, JudgeSeat, PolicyError};
use yagura_rules::{Matcher, RuleBook};

pub use self::{bench::Bench, known::Known, starts::Starts};
use crate::FEATURE;

/// Rules on an endpoint.
pub struct RuleBookFeature;

/// Leaves the seat and the gate when the feature ends, however it ends: no judge is better than one whose book nobody renews.
struct Leaving(JudgeSeat, Gate);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.leave();
        self.1.leave(FEATURE);
    }
}

impl AgentFeature for RuleBookFeature {
    const NAME: &'static str = FEATURE;
    type Policy = RuleBook;

    fn validate(book: &RuleBook) -> Vec<PolicyError> {
        book.faults().into_iter().map(|fault| PolicyError::new(fault.pointer, fault.message)).collect()
    }

    async fn run(mut ctx: FeatureCtx<RuleBook>, cancel: CancellationToken) -> Result<(), FeatureError> {
        let _leaving = Leaving(ctx.judge.clone(), ctx.gate.clone());
        let folder = ctx.data.join(FEATURE);
        loop {
            let books = ctx.policy.borrow_and_update().clone();
            // The host has asked for faults already, and nothing else can be wrong.
            let unusable = |faults| format!("a book of rules cannot be used: {faults:?}");
            let starts = Starts::new(&books).map_err(unusable)?;
            let matchers = books.try_map(Matcher::new).map_err(unusable)?;
            let known = matchers.any(Matcher::asks_what_was_seen).then(|| Known::open(&folder)).transpose()?;
            ctx.judge.take(Bench::new(matchers, known, ctx.warnings.clone()));
            match starts {
                Some(starts) => ctx.gate.take(FEATURE, starts),
                None => ctx.gate.leave(FEATURE),
            }
            tokio::select! {
                () = cancel.cancelled() => return Ok(()),
                changed = ctx.policy.changed() => changed?,
            }
        }
    }
}
