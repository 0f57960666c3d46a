//! The endpoint's side: stream -> decide -> event.

mod address;
mod early;

use std::{collections::HashSet, sync::Arc, time::Duration};

use address::Address;
use early::Foresight;
use yagura_agent_kit::{AgentFeature, CancellationToken, EventSink, FeatureCtx, FeatureError, JudgeSeat, PolicyError};
use yagura_records::{FileRecord, ProcessRecord};
use yagura_sensors::{FileStream, FileWish, ProcessStream, Sensors};
use yagura_vocabulary::{Account, Event, InForce, Lane};

use crate::{Decision, FEATURE, OperationLogPolicy, decide, decide_exit, decide_file, event, wants_opened};

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
    policies.any(|policy| policy.processes.record || policy.files.record)
}

/// The streams that are read now.
#[derive(Default)]
struct Streams {
    processes: Option<ProcessStream>,
    files: Option<FileStream>,
    /// Which ended by themselves, as recordings do.
    processes_ended: bool,
    files_ended: bool,
}

enum Next {
    Process(Option<Arc<ProcessRecord>>),
    File(Option<Arc<FileRecord>>),
}

impl Streams {
    /// Reads what the policies want, and nothing else.
    async fn follow(&mut self, sensors: &Sensors, judge: &JudgeSeat, policies: &Arc<InForce<OperationLogPolicy>>) {
        if !policies.any(|policy| policy.processes.record) {
            self.processes = None;
        } else if self.processes.is_none() && !self.processes_ended {
            self.processes = Some(sensors.processes().await);
        }
        if let Some(stream) = &mut self.processes {
            stream.want_hashes(policies.any(|policy| policy.processes.hash));
        }
        if !policies.any(|policy| policy.files.record) {
            self.files = None;
        } else if self.files.is_none() && !self.files_ended {
            self.files = Some(sensors.files().await);
        }
        if let Some(stream) = &mut self.files {
            let early = Foresight { judge: judge.clone(), policies: Arc::clone(policies) };
            let (for_acts, for_opens) = (Arc::clone(policies), Arc::clone(policies));
            stream.wish(FileWish {
                acts: Some(Arc::new(move |acted| decide_file(&for_acts, acted).record)),
                opens: Some(Arc::new(move |path| wants_opened(&for_opens, path))),
                unfolded: policies.any(|policy| !policy.files.fold),
                early: Some(Arc::new(early)),
            });
        }
    }

    fn are_over(&self) -> bool {
        self.processes.is_none() && self.files.is_none()
    }

    /// The next record of either. Cancel safe.
    async fn next(&mut self) -> Next {
        let Self { processes, files, .. } = self;
        let process = async {
            match processes {
                Some(stream) => stream.next().await,
                None => std::future::pending().await,
            }
        };
        let file = async {
            match files {
                Some(stream) => stream.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            next = process => Next::Process(next),
            next = file => Next::File(next),
        }
    }
}

/// Records until the policy says no, the agent stops or the streams end.
async fn record(ctx: &mut FeatureCtx<OperationLogPolicy>, cancel: &CancellationToken) -> Result<Ended, FeatureError> {
    let mut streams = Streams::default();
    let mut teller = Teller { events: ctx.events.clone(), left_out: HashSet::new(), address: Address::default() };
    loop {
        let policies = Arc::clone(&ctx.policy.borrow_and_update());
        if !records(&policies) {
            return Ok(Ended::ByPolicy);
        }
        streams.follow(&ctx.sensors, &ctx.judge, &policies).await;
        loop {
            if streams.are_over() {
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
                Next::Process(Some(record)) => teller.process(&policies, &record).await?,
                Next::File(Some(record)) => teller.file(&policies, &record).await?,
                Next::Process(None) => (streams.processes, streams.processes_ended) = (None, true),
                Next::File(None) => (streams.files, streams.files_ended) = (None, true),
            }
        }
    }
}

/// Tells what the file sensor holds back because more might have belonged to it.
async fn finish(
    streams: &mut Streams,
    teller: &mut Teller,
    policies: &InForce<OperationLogPolicy>,
) -> Result<(), FeatureError> {
    let Some(mut files) = streams.files.take() else { return Ok(()) };
    files.finish();
    let all = async {
        while let Some(record) = files.next().await {
            teller.file(policies, &record).await?;
        }
        Ok(())
    };
    tokio::time::timeout(LAST_WORDS, all).await.unwrap_or(Ok(()))
}

/// Decides about records and tells of them.
struct Teller {
    events: EventSink,
    /// The processes that a rule left out, until they end.
    left_out: HashSet<uuid::Uuid>,
    address: Address,
}

impl Teller {
    async fn file(&mut self, policies: &InForce<OperationLogPolicy>, record: &FileRecord) -> Result<(), FeatureError> {
        match record {
            FileRecord::Acted(acted) => {
                let decision = decide_file(policies, acted);
                if !decision.record {
                    return Ok(());
                }
                let account = acted.process.as_ref().and_then(|process| process.account.as_ref());
                self.emit(policies, account, decision, event::file_acted(acted)).await
            }
            FileRecord::Lost(lost) => Ok(self.events.emit(Lane::Operation, event::lost(lost, "file")).await?),
        }
    }

    async fn process(
        &mut self,
        policies: &InForce<OperationLogPolicy>,
        record: &ProcessRecord,
    ) -> Result<(), FeatureError> {
        match record {
            ProcessRecord::Started(start) => {
                let decision = decide(policies, start);
                if !decision.record {
                    self.left_out.insert(start.guid);
                    return Ok(());
                }
                self.left_out.remove(&start.guid);
                let mut event = event::started(start);
                let account = start.account.as_ref();
                if !policies.for_account(account.map(|account| account.id.as_str())).processes.hash {
                    // It was made because somebody else's is wanted.
                    event.hash_sha256 = None;
                }
                self.emit(policies, account, decision, event).await
            }
            ProcessRecord::Exited(exit) => {
                let decision = decide_exit(policies, exit);
                if self.left_out.remove(&exit.guid) || !decision.record {
                    return Ok(());
                }
                self.emit(policies, exit.account.as_ref(), decision, event::exited(exit)).await
            }
            ProcessRecord::Lost(lost) => {
                // The ends of some were lost with the rest: better one exit too many than memory that only grows.
                self.left_out.clear();
                Ok(self.events.emit(Lane::Operation, event::lost(lost, "process")).await?)
            }
        }
    }

    async fn emit(
        &mut self,
        policies: &InForce<OperationLogPolicy>,
        account: Option<&Account>,
        decision: Decision<'_>,
        mut event: Event,
    ) -> Result<(), FeatureError> {
        event.rule = decision.rule.map(|rule| rule.to_string());
        if !policies.for_account(account.map(|account| account.id.as_str())).without_ip
            && let Some(address) = self.address.now()
        {
            event.body.insert("ip".to_owned(), address.into());
        }
        Ok(self.events.emit(Lane::Operation, event).await?)
    }
}
