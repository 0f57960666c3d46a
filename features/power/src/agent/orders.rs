//! `power.restart` and `power.shut_down`: decide, give notice, write down, act, and tell after the start that follows.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;
use yagura_agent_kit::{CommandError, EventSink, FeatureCtx, Handler, Questions};
use yagura_vocabulary::{Clock, Event, InForce, Lane};

use super::{
    Places, Power, Unable, countdown,
    record::{Disk, Record, Records, Stage},
    system, told,
};
use crate::{
    Act, FEATURE, Order, PowerPolicy,
    countdown::Countdown,
    decide::{Ask, Decision, Machine, Refusal, decide},
};

/// A countdown that ended so long ago, while no agent ran, is not made up for.
const LATE: Duration = Duration::from_secs(900);

/// Why an order came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Unable(#[from] Unable),
    #[error("{0}, so nothing is done")]
    Disk(#[from] Disk),
    #[error("another restart or shut-down waits on this endpoint already")]
    Busy,
    #[error("its time went by while the agent did not run, so nothing is done")]
    Missed,
    #[error("the system took the order, but the machine still runs")]
    StillRuns,
    #[error("the agent is stopping")]
    Stopping,
}

/// All that orders need.
pub(super) struct Desk {
    pub(super) power: Arc<dyn Power>,
    pub(super) records: Records,
    pub(super) questions: Questions,
    pub(super) events: EventSink,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) policy: watch::Receiver<Arc<InForce<PowerPolicy>>>,
    boot_id: Uuid,
    patience: Duration,
    one: Mutex<()>,
}

impl Desk {
    pub(super) fn new(places: &Places, records: Records, ctx: &FeatureCtx<PowerPolicy>) -> Self {
        Self {
            power: Arc::clone(&places.power),
            records,
            questions: ctx.questions.clone(),
            events: ctx.events.clone(),
            clock: Arc::clone(&ctx.clock),
            policy: ctx.policy.clone(),
            boot_id: places.boot_id,
            patience: places.patience,
            one: Mutex::new(()),
        }
    }

    async fn carry_out(&self, act: Act, order: &Order) -> Result<Value, Failure> {
        let _one = self.one.try_lock().map_err(|_| Failure::Busy)?;
        match self.records.find(order.request_id)? {
            None => self.begin(act, order).await,
            Some(record) => self.go_on(record, order).await,
        }
    }

    async fn begin(&self, act: Act, order: &Order) -> Result<Value, Failure> {
        let ask = Ask { act, notice_s: order.notice_s, insist: order.insist };
        let now = self.clock.now();
        // What is not allowed is refused before anybody is asked who is logged on.
        if !self.policy.borrow().endpoint().allows(act.deed()) {
            return Err(Refusal::NotAllowed.into());
        }
        let people = self.power.people().await?;
        let server = order.server || told::server(system::root() as &Path).is_some();
        let machine = Machine { server, people: countdown::count(&people) };
        let decision = decide(self.policy.borrow().endpoint(), ask, machine, now);
        let record = |stage| Record { request: order.request_id, act, boot_id: self.boot_id, at: now, stage };
        match decision {
            Decision::Refused(refusal) => Err(refusal.into()),
            Decision::AtOnce => self.act(record(Stage::Acted), None).await,
            Decision::Notice(act_at) => {
                let countdown = Countdown::until(act_at);
                self.count_down(order, record(Stage::Waiting(countdown.clone())), countdown).await
            }
        }
    }

    /// Goes on with what was begun before the agent, or the machine, stopped.
    async fn go_on(&self, record: Record, order: &Order) -> Result<Value, Failure> {
        let started_anew = record.boot_id != self.boot_id;
        match record.stage.clone() {
            Stage::Acted if started_anew => self.done(&record, json!({"by": "yagura"})).await,
            // What was asked for has happened, by somebody else.
            Stage::Waiting(_) if started_anew => self.done(&record, json!({"by": "somebody else"})).await,
            Stage::Acted => self.outlast(&record).await,
            Stage::Waiting(countdown) if countdown.act_at + LATE < self.clock.now() => Err(Failure::Missed),
            Stage::Waiting(countdown) => self.count_down(order, record, countdown).await,
        }
    }

    async fn count_down(&self, order: &Order, record: Record, countdown: Countdown) -> Result<Value, Failure> {
        let outcome = countdown::run(self, order, record.clone(), countdown).await?;
        // The policy may have been taken back meanwhile.
        if !self.policy.borrow().endpoint().allows(record.act.deed()) {
            return Err(Refusal::NotAllowed.into());
        }
        self.act(Record { stage: Stage::Acted, ..record }, Some(outcome)).await
    }

    /// The act itself. It is on the disk before the system is asked, and so never asked for twice.
    async fn act(&self, record: Record, notice: Option<countdown::Outcome>) -> Result<Value, Failure> {
        let record = Record { at: self.clock.now(), ..record };
        self.records.write(&record)?;
        let mut event = Event::new(record.at, FEATURE, "power.ordered");
        event.subject = Some(record.act.as_str().to_owned());
        let mut event = event.with("request_id", record.request.to_string());
        if let Some(notice) = notice {
            event = event.with("shown", notice.shown).with("postponed", notice.postponed);
        }
        self.events.emit(Lane::Critical, event).await.map_err(|_| Failure::Stopping)?;
        self.power.act(record.act).await?;
        match record.act {
            Act::Restart => self.outlast(&record).await,
            // Nobody tells when a machine is switched on again: that the system took the order is all that there is to tell.
            Act::ShutDown => self.done(&record, json!({"by": "yagura"})).await,
        }
    }

    /// Waits for the end that the system promised. When the agent is told to stop meanwhile, this is gone on with at its next start.
    async fn outlast(&self, record: &Record) -> Result<Value, Failure> {
        if record.act == Act::ShutDown {
            return self.done(record, json!({"by": "yagura"})).await;
        }
        let gone = self.clock.now().since(record.at);
        tokio::time::sleep(self.patience.saturating_sub(gone)).await;
        Err(Failure::StillRuns)
    }

    async fn done(&self, record: &Record, result: Value) -> Result<Value, Failure> {
        let mut event = Event::new(self.clock.now(), FEATURE, "power.done");
        event.subject = Some(record.act.as_str().to_owned());
        let event = event.with("request_id", record.request.to_string()).with("by", result["by"].clone());
        self.events.emit(Lane::Operation, event).await.map_err(|_| Failure::Stopping)?;
        let mut result = result;
        result["boot_id"] = json!(self.boot_id);
        Ok(result)
    }
}

/// Carries out one kind of order.
pub(super) struct Carry {
    pub(super) desk: Arc<Desk>,
    pub(super) act: Act,
}

#[async_trait]
impl Handler for Carry {
    async fn run(&self, args: Value) -> Result<Value, CommandError> {
        let order = serde_json::from_value(args).map_err(|error| CommandError::Arguments(error.to_string()))?;
        self.desk.carry_out(self.act, &order).await.map_err(|failure| CommandError::Failed(failure.to_string()))
    }
}
