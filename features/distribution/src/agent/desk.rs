//! `distribution.run` and `distribution.recall`: a job from its arrival to its end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::watch;
use yagura_agent_kit::{Blobs, CancellationToken, CommandError, EventSink, FeatureCtx, Handler, Questions};
use yagura_vocabulary::{Clock, Id, InForce, Time};

use super::{
    Found, System, Task, Unable,
    board::Board,
    fetch::{Fetch, Stopped, wanted},
    gather,
    near::Near,
    notice,
    record::{Begun, Disk, Key, Recalled, Record, Records, Stage as Kept},
    words,
};
use crate::{
    Decision, DistributionPolicy, Moment, bucket,
    countdown::Countdown,
    decide::{decide, time_limit},
    model::{End, Job, Outcome, Recall, Rollout, Stage},
};

/// So often it looks again although nothing happened: the clock or the local time may have been changed.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// Why nothing can be said about a job.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0}, so nothing is done")]
    Disk(#[from] Disk),
    #[error("this attempt is carried out already")]
    Twice,
    #[error("the agent is stopping")]
    Stopping,
}

/// All that jobs need.
pub(super) struct Desk {
    pub(super) system: Arc<dyn System>,
    pub(super) records: Records,
    pub(super) board: Board,
    pub(super) questions: Questions,
    pub(super) events: EventSink,
    pub(super) clock: Arc<dyn Clock>,
    policy: watch::Receiver<Arc<InForce<DistributionPolicy>>>,
    pub(super) blobs: Arc<dyn Blobs>,
    near: Arc<Near>,
    running: Mutex<BTreeMap<Key, CancellationToken>>,
    /// One works at a time; the others wait at its door.
    one: tokio::sync::Mutex<()>,
}

/// A job whose handler runs.
struct Running<'a> {
    desk: &'a Desk,
    key: Key,
    recalled: CancellationToken,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.desk.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// A job that ended, or has to be looked at again.
type Ended = Option<Outcome>;

impl Desk {
    pub(super) fn new(
        system: Arc<dyn System>,
        records: Records,
        near: Arc<Near>,
        ctx: &FeatureCtx<DistributionPolicy>,
    ) -> serde_json::Result<Self> {
        Ok(Self {
            system,
            records,
            board: Board::new(ctx.state.clone(), Arc::clone(&ctx.clock))?,
            questions: ctx.questions.clone(),
            events: ctx.events.clone(),
            clock: Arc::clone(&ctx.clock),
            policy: ctx.policy.clone(),
            blobs: Arc::clone(&ctx.blobs),
            near,
            running: Mutex::default(),
            one: tokio::sync::Mutex::default(),
        })
    }

    /// Whether somebody is there who can be told.
    pub(super) fn anybody(&self) -> bool {
        !self.system.people().is_empty() || self.system.terminals() > 0
    }

    fn enter(&self, key: Key) -> Option<Running<'_>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let recalled = CancellationToken::new();
        let new = !running.contains_key(&key);
        new.then(|| {
            running.insert(key, recalled.clone());
            Running { desk: self, key, recalled }
        })
    }

    async fn carry_out(&self, job: &Job) -> Result<Outcome, Failure> {
        let key = Key::of(job);
        let running = self.enter(key).ok_or(Failure::Twice)?;
        let found = self.records.find(key)?;
        let (outcome, began) = match found {
            Some(Record { stage: Kept::Over(outcome), .. }) => return Ok(outcome),
            Some(Record { stage: Kept::Working(begun), postponed, .. }) => {
                let _one = self.one.lock().await;
                (self.work(job, postponed, begun).await?, true)
            }
            Some(Record { stage: Kept::RollingBack(begun, ran, why), postponed, .. }) => {
                let _one = self.one.lock().await;
                let failed = Found { end: End::Failed, why, changed: Vec::new(), restart: false, log: ran.log.clone() };
                (self.put_back(job, postponed, begun, ran, failed).await?, true)
            }
            Some(Record { stage: Kept::Waiting(countdown), postponed, .. }) => {
                self.wait(job, &running, countdown, postponed).await?
            }
            None => {
                let stage = Kept::Waiting(None);
                self.records.write(&Record { key, at: self.clock.now(), postponed: 0, stage })?;
                self.wait(job, &running, None, 0).await?
            }
        };
        self.over(job, outcome, began).await
    }

    /// Waits for its time, has people told, and begins. Gives whether it began.
    async fn wait(
        &self,
        job: &Job,
        running: &Running<'_>,
        mut countdown: Option<Countdown>,
        mut postponed: u32,
    ) -> Result<(Outcome, bool), Failure> {
        let mut policy = self.policy.clone();
        let mut fetched = false;
        loop {
            if self.records.is_recalled(running.key) {
                return Ok((self.ended(End::Recalled, String::new(), postponed), false));
            }
            let now = self.clock.now();
            let moment = Moment { now, offset_s: self.system.offset_s(now), people: self.anybody() };
            let in_force = Arc::clone(&policy.borrow_and_update());
            let decision = decide(in_force.endpoint(), job, countdown.as_ref(), moment);
            match decision {
                Decision::Refused(refusal) => {
                    return Ok((self.ended(End::Refused, refusal.to_string(), postponed), false));
                }
                Decision::Expired => return Ok((self.expired(postponed), false)),
                // Before its window, so that the window is for the work.
                _ if !fetched => {
                    if let Some(outcome) = self.fetch(job, running, in_force.endpoint(), postponed).await {
                        return Ok((outcome, false));
                    }
                    fetched = true;
                }
                Decision::Wait(until) => {
                    self.board.stage(running.key, Stage::Waiting, Some(until));
                    tokio::select! {
                        () = running.recalled.cancelled() => {}
                        _ = policy.changed() => {}
                        () = tokio::time::sleep(until.since(now).min(LOOK_EVERY)) => {}
                    }
                }
                Decision::Notice(act_at) => {
                    let told = notice::Told { job, key: running.key, recalled: &running.recalled };
                    let begun = Countdown { act_at, postponed, agreed: BTreeSet::new() };
                    let after = notice::run(self, told, begun, &mut policy).await?;
                    postponed = after.postponed;
                    countdown = Some(after);
                }
                Decision::GoOn => {
                    let _one = tokio::select! {
                        () = running.recalled.cancelled() => continue,
                        one = self.one.lock() => one,
                    };
                    // The time may have gone by at the door.
                    let now = self.clock.now();
                    let moment = Moment { now, offset_s: self.system.offset_s(now), ..moment };
                    if decide(self.policy.borrow().endpoint(), job, countdown.as_ref(), moment) == Decision::GoOn {
                        return self.begin(job, running, postponed).await;
                    }
                }
            }
        }
    }

    async fn fetch(&self, job: &Job, running: &Running<'_>, policy: &DistributionPolicy, postponed: u32) -> Ended {
        let wanted = wanted(job);
        if wanted.is_empty() {
            return None;
        }
        self.board.stage(running.key, Stage::Fetching, None);
        let fetch = Fetch {
            blobs: &self.blobs,
            near: &self.near,
            board: &self.board,
            clock: &self.clock,
            key: running.key,
            folder: self.records.work_folder(running.key),
            bytes_per_second: bucket::smaller(job.bytes_per_second, policy.bytes_per_second),
            deadline: job.when.deadline,
            recalled: &running.recalled,
        };
        match fetch.all(&wanted).await {
            Ok(_) => None,
            Err(Stopped::Recalled) => Some(self.ended(End::Recalled, String::new(), postponed)),
            Err(Stopped::Expired) => Some(self.expired(postponed)),
            Err(Stopped::Failed(why)) => Some(self.ended(End::Failed, why, postponed)),
        }
    }

    fn task(&self, job: &Job, began_at: Time) -> Task {
        let folder = self.records.work_folder(Key::of(job));
        let files: Vec<_> = wanted(job).into_iter().map(|(_, name)| folder.join("files").join(name)).collect();
        let limit = time_limit(self.policy.borrow().endpoint(), job);
        let limit = limit.saturating_sub(self.clock.now().since(began_at));
        Task { folder, work: gather::with_names(&job.work, &files), files, limit, dry_run: job.dry_run }
    }

    /// Finds out what would be done; then does it, or ends there.
    async fn begin(&self, job: &Job, running: &Running<'_>, postponed: u32) -> Result<(Outcome, bool), Failure> {
        let key = running.key;
        self.board.stage(key, Stage::Working, None);
        let task = self.task(job, self.clock.now());
        gather::closed_folder(&task.folder).map_err(Disk::of("make the folder", &task.folder))?;
        let plan = match self.system.look(&task).await {
            Ok(plan) => plan,
            Err(Unable::Refused(why)) => return Ok((self.ended(End::Refused, why, postponed), false)),
            Err(Unable::Failed(why)) => return Ok((self.ended(End::Failed, why, postponed), false)),
        };
        let is_script = matches!(job.work, crate::model::Work::Script { .. });
        if plan.changes.is_empty() && !is_script {
            let already = Outcome { log: plan.log, ..self.ended(End::Already, String::new(), postponed) };
            return Ok((already, false));
        }
        let no_back = if job.roll_back {
            self.system.keep(&task, &plan).await.err().map(|why| format!("no roll-back possible: {why}"))
        } else {
            None
        };
        if job.dry_run {
            return Ok((self.foretold(plan, no_back, postponed), false));
        }
        let begun = Begun { at: self.clock.now(), plan, no_back };
        // On the disk before anything is changed; a job that was taken back ends here.
        let stage = Kept::Working(begun.clone());
        if !self.records.begin(&Record { key, at: begun.at, postponed, stage })? {
            return Ok((self.ended(End::Recalled, String::new(), postponed), false));
        }
        // Who is at a terminal sees it even where nobody was to be told before.
        if self.system.terminals() > 0 {
            self.system.say(&words::terminal(job, 0));
        }
        self.tell("distribution.began", job, |event| event.with("changes", begun.plan.changes.len())).await?;
        Ok((self.work(job, postponed, begun).await?, true))
    }

    /// The work, from its beginning or from where it was cut off.
    async fn work(&self, job: &Job, postponed: u32, begun: Begun) -> Result<Outcome, Failure> {
        self.board.stage(Key::of(job), Stage::Working, None);
        let task = self.task(job, begun.at);
        let ran = self.system.work(&task, &begun.plan).await;
        let found = self.system.found(&task, &begun.plan, &ran).await;
        if found.end != End::Failed || !job.roll_back {
            return Ok(self.outcome(&begun, &ran, found, postponed));
        }
        if let Some(no_back) = begun.no_back.clone() {
            let why = format!("{}; {no_back}", found.why);
            return Ok(self.outcome(&begun, &ran, Found { why, ..found }, postponed));
        }
        let stage = Kept::RollingBack(begun.clone(), ran.clone(), found.why.clone());
        self.records.write(&Record { key: Key::of(job), at: begun.at, postponed, stage })?;
        self.put_back(job, postponed, begun, ran, found).await
    }

    async fn put_back(
        &self,
        job: &Job,
        postponed: u32,
        begun: Begun,
        ran: super::Ran,
        failed: Found,
    ) -> Result<Outcome, Failure> {
        self.board.stage(Key::of(job), Stage::RollingBack, None);
        let back = self.system.put_back(&self.task(job, self.clock.now()), &begun.plan).await;
        let why = if back.why.is_empty() { failed.why } else { format!("{}; {}", failed.why, back.why) };
        let found = Found { why, log: back.log, ..back };
        Ok(self.outcome(&begun, &ran, found, postponed))
    }

    fn take_back(&self, rollout: Id<Rollout>) -> Result<Value, Failure> {
        let found = self.records.recall(rollout)?;
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |wanted: Recalled| found.iter().filter(|(_, became)| *became == wanted).count();
        for (key, _) in found.iter().filter(|(_, became)| *became == Recalled::Before) {
            if let Some(recalled) = running.get(key) {
                recalled.cancel();
            }
        }
        Ok(json!({"recalled": count(Recalled::Before), "began": count(Recalled::Began)}))
    }
}

/// Carries out `distribution.run`.
pub(super) struct Carry(pub(super) Arc<Desk>);

#[async_trait]
impl Handler for Carry {
    async fn run(&self, args: Value) -> Result<Value, CommandError> {
        let job: Job = serde_json::from_value(args).map_err(|error| CommandError::Arguments(error.to_string()))?;
        let outcome = self.0.carry_out(&job).await.map_err(|failure| CommandError::Failed(failure.to_string()))?;
        serde_json::to_value(outcome).map_err(|error| CommandError::Failed(error.to_string()))
    }
}

/// Carries out `distribution.recall`.
pub(super) struct TakeBack(pub(super) Arc<Desk>);

#[async_trait]
impl Handler for TakeBack {
    async fn run(&self, args: Value) -> Result<Value, CommandError> {
        let recall: Recall =
            serde_json::from_value(args).map_err(|error| CommandError::Arguments(error.to_string()))?;
        self.0.take_back(recall.rollout_id).map_err(|failure| CommandError::Failed(failure.to_string()))
    }
}
