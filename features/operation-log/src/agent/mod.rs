//! The endpoint's side: stream -> decide -> event.

use std::{collections::HashSet, sync::Arc};

use tokio::sync::watch;
use yagura_agent_kit::{AgentFeature, CancellationToken, EventSink, FeatureCtx, FeatureError, PolicyError};
use yagura_records::ProcessRecord;
use yagura_vocabulary::Lane;

use crate::{FEATURE, OperationLogPolicy, decide, event};

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
            let off = ctx.policy.wait_for(|policy| policy.processes.record);
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

/// Records until the policy says no, the agent stops or the stream ends.
async fn record(ctx: &mut FeatureCtx<OperationLogPolicy>, cancel: &CancellationToken) -> Result<Ended, FeatureError> {
    let mut stream = ctx.sensors.processes().await;
    let mut left_out = HashSet::new();
    loop {
        let policy: Arc<OperationLogPolicy> = latest(&mut ctx.policy);
        if !policy.processes.record {
            return Ok(Ended::ByPolicy);
        }
        stream.want_hashes(policy.processes.hash);
        let next = tokio::select! {
            () = cancel.cancelled() => return Ok(Ended::ForGood),
            changed = ctx.policy.changed() => {
                changed?;
                continue;
            }
            next = stream.next() => next,
        };
        let Some(next) = next else { return Ok(Ended::ForGood) };
        tell(&ctx.events, &policy, &next, &mut left_out).await?;
    }
}

fn latest(policy: &mut watch::Receiver<Arc<OperationLogPolicy>>) -> Arc<OperationLogPolicy> {
    Arc::clone(&policy.borrow_and_update())
}

/// Decides about one record and tells of it. `left_out` holds the processes that a rule left out, until they end.
async fn tell(
    events: &EventSink,
    policy: &OperationLogPolicy,
    record: &ProcessRecord,
    left_out: &mut HashSet<uuid::Uuid>,
) -> Result<(), FeatureError> {
    let event = match record {
        ProcessRecord::Started(start) => {
            if !decide(policy, start).record {
                left_out.insert(start.guid);
                return Ok(());
            }
            left_out.remove(&start.guid);
            event::started(start)
        }
        ProcessRecord::Exited(exit) => {
            if left_out.remove(&exit.guid) || !policy.processes.record_exit {
                return Ok(());
            }
            event::exited(exit)
        }
        ProcessRecord::Lost(lost) => {
            // The ends of some were lost with the rest: better one exit too many than memory that only grows.
            left_out.clear();
            event::lost(lost)
        }
    };
    Ok(events.emit(Lane::Operation, event).await?)
}
