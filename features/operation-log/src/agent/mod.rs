//! The endpoint's side: stream -> decide -> event.

use std::{collections::HashSet, sync::Arc};

use yagura_agent_kit::{AgentFeature, CancellationToken, EventSink, FeatureCtx, FeatureError, PolicyError};
use yagura_records::ProcessRecord;
use yagura_vocabulary::{InForce, Lane};

use crate::{FEATURE, OperationLogPolicy, decide, decide_exit, event};

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
            // Off, nothing is watched; the sensor stops when no feature reads it.
            let off = ctx.policy.wait_for(|policies| records(policies));
            tokio::select! {
                () = cancel.cancelled() => return Ok(()),
                on = off => drop(on?),
            }
            if record(&mut ctx, &cancel).await? == Ended::ForGood {
                return Ok(());
            }
        }
    }
}

/// Why recording ended.
#[derive(PartialEq, Eq)]
enum Ended {
    ByPolicy,
    ForGood,
}

/// Whether anything is recorded of anybody.
fn records(policies: &InForce<OperationLogPolicy>) -> bool {
    policies.any(|policy| policy.processes.record)
}

/// Records until the policy says no, the agent stops or the stream ends.
async fn record(ctx: &mut FeatureCtx<OperationLogPolicy>, cancel: &CancellationToken) -> Result<Ended, FeatureError> {
    let mut stream = ctx.sensors.processes().await;
    let mut left_out = HashSet::new();
    loop {
        let policies = Arc::clone(&ctx.policy.borrow_and_update());
        if !records(&policies) {
            return Ok(Ended::ByPolicy);
        }
        stream.want_hashes(policies.any(|policy| policy.processes.hash));
        let next = tokio::select! {
            () = cancel.cancelled() => return Ok(Ended::ForGood),
            changed = ctx.policy.changed() => {
                changed?;
                continue;
            }
            next = stream.next() => next,
        };
        let Some(next) = next else { return Ok(Ended::ForGood) };
        tell(&ctx.events, &policies, &next, &mut left_out).await?;
    }
}

/// Decides about one record and tells of it. `left_out` holds the processes that a rule left out, until they end.
async fn tell(
    events: &EventSink,
    policies: &InForce<OperationLogPolicy>,
    record: &ProcessRecord,
    left_out: &mut HashSet<uuid::Uuid>,
) -> Result<(), FeatureError> {
    let (decision, mut event) = match record {
        ProcessRecord::Started(start) => {
            let decision = decide(policies, start);
            if !decision.record {
                left_out.insert(start.guid);
                return Ok(());
            }
            left_out.remove(&start.guid);
            let mut event = event::started(start);
            let account = start.account.as_ref().map(|account| account.id.as_str());
            if !policies.for_account(account).processes.hash {
                // It was made because somebody else's is wanted.
                event.hash_sha256 = None;
            }
            (decision, event)
        }
        ProcessRecord::Exited(exit) => {
            let decision = decide_exit(policies, exit);
            if left_out.remove(&exit.guid) || !decision.record {
                return Ok(());
            }
            (decision, event::exited(exit))
        }
        ProcessRecord::Lost(lost) => {
            // The ends of some were lost with the rest: better one exit too many than memory that only grows.
            left_out.clear();
            return Ok(events.emit(Lane::Operation, event::lost(lost)).await?);
        }
    };
    event.rule = decision.rule.map(|rule| rule.to_string());
    Ok(events.emit(Lane::Operation, event).await?)
}
