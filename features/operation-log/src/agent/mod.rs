//! The endpoint's side: stream -> decide -> event.

mod early;
mod privileges;
mod repeats;
mod streams;
mod teller;

use std::{sync::Arc, time::Duration};

use streams::{Next, Streams};
use teller::Teller;
use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx, FeatureError, PolicyError};
use yagura_vocabulary::InForce;

use crate::{FEATURE, OperationLogPolicy};

/// The operation log on an endpoint.
pub struct OperationLog;

impl AgentFeature for OperationLog {
    const NAME: &'static str = FEATURE;
    type Policy = OperationLogPolicy;

    fn validate(policy: &OperationLogPolicy) -> Vec<PolicyError> {
        policy.faults().into_iter().map(|fault| PolicyError::new(fault.pointer, fault.message)).collect()
    }

    async fn run(mut ctx: FeatureCtx<OperationLogPolicy>, cancel: CancellationToken) -> Result<(), FeatureError> {
        loop {
            // Off, nothing is watched; the sensor stops when no feature reads it. Other features' rows heed the policy all the same.
            while !records(&decide_address(&mut ctx)) {
                tokio::select! {
                    () = cancel.cancelled() => return Ok(()),
                    changed = ctx.policy.changed() => changed?,
                }
            }
            if record(&mut ctx, &cancel).await? == Ended::ForGood {
                return Ok(());
            }
        }
    }
}

/// How long the end of the agent waits for the last acts.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Why recording ended.
#[derive(PartialEq, Eq)]
enum Ended {
    ByPolicy,
    ForGood,
}

/// Whether anything is recorded of anybody.
fn records(policies: &InForce<OperationLogPolicy>) -> bool {
    policies.any(|policy| {
        policy.processes.record
            || policy.files.record
            || policy.windows.record
            || policy.prints.record
            || policy.sessions.privileges
            || policy.sessions.watches()
    })
}

/// Has the policy that is in force decide about the address in the rows of all features; gives it.
fn decide_address(ctx: &mut FeatureCtx<OperationLogPolicy>) -> Arc<InForce<OperationLogPolicy>> {
    let policies = Arc::clone(&ctx.policy.borrow_and_update());
    let asked = Arc::clone(&policies);
    ctx.address.take(move |account| !asked.for_account(account).without_ip);
    policies
}

/// Records until the policy says no, the agent stops or the streams end.
async fn record(ctx: &mut FeatureCtx<OperationLogPolicy>, cancel: &CancellationToken) -> Result<Ended, FeatureError> {
    let mut streams = Streams::default();
    let mut teller = Teller::new(ctx.events.clone(), ctx.judge.clone());
    loop {
        let policies = decide_address(ctx);
        if !records(&policies) {
            teller.finish().await?;
            return Ok(Ended::ByPolicy);
        }
        streams.follow(&ctx.sensors, &ctx.judge, &policies).await;
        loop {
            if streams.are_over() {
                teller.finish().await?;
                return Ok(Ended::ForGood);
            }
            let next = tokio::select! {
                () = cancel.cancelled() => {
                    finish(&mut streams, &mut teller, &policies).await?;
                    return Ok(Ended::ForGood);
                }
                changed = ctx.policy.changed() => {
                    changed?;
                    break;
                }
                next = streams.next() => next,
            };
            match next {
                Next::Ended => {}
                next => teller.tell(&policies, next).await?,
            }
        }
    }
}

/// Tells what sensors hold back because more might have belonged to it.
async fn finish(
    streams: &mut Streams,
    teller: &mut Teller,
    policies: &InForce<OperationLogPolicy>,
) -> Result<(), FeatureError> {
    streams.finish();
    let all = async {
        while !streams.are_over() {
            match streams.next().await {
                Next::Ended => {}
                next => teller.tell(policies, next).await?,
            }
        }
        Ok::<(), FeatureError>(())
    };
    tokio::time::timeout(LAST_WORDS, all).await.unwrap_or(Ok(()))?;
    teller.finish().await
}
