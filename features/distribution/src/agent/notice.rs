//! Notice to whoever is there, until the time, or until everybody agrees to have it done now.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};
use uuid::Uuid;
use yagura_agent_kit::{Answer, Asked, CancellationToken, Choice, Question};
use yagura_vocabulary::{Account, InForce, Time};

use super::{
    desk::{Desk, Failure},
    record::{Key, Record, Stage as Kept},
    words,
};
use crate::{
    DistributionPolicy,
    countdown::Countdown,
    model::{Job, Stage},
};

/// Answers that wait; a person gives one in a second.
const ROOM: usize = 64;
/// Who has gone meanwhile is looked for so often: when nobody is left, nothing is waited for.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// What people are told about.
pub(super) struct Told<'a> {
    pub(super) job: &'a Job,
    pub(super) key: Key,
    pub(super) recalled: &'a CancellationToken,
}

/// Takes the question from the screens however this ends.
struct OnScreens<'a> {
    desk: &'a Desk,
    id: Uuid,
}

impl Drop for OnScreens<'_> {
    fn drop(&mut self) {
        if !self.desk.questions.put(Asked::Withdraw(self.id)) {
            tracing::warn!("a question that is over stays on the screens");
        }
    }
}

/// Runs a countdown to its end, or until there is something to decide anew. Each time it is put off is written down first.
pub(super) async fn run(
    desk: &Desk,
    told: Told<'_>,
    mut countdown: Countdown,
    policy: &mut watch::Receiver<Arc<InForce<DistributionPolicy>>>,
) -> Result<Countdown, Failure> {
    let Told { job, key, recalled } = told;
    let (answers, mut answered) = mpsc::channel(ROOM);
    'asked: loop {
        let now = desk.clock.now();
        let stage = Kept::Waiting(Some(countdown.clone()));
        desk.records.write(&Record { key, at: now, postponed: countdown.postponed, stage })?;
        let stage = if countdown.postponed == 0 { Stage::Notice } else { Stage::Postponed };
        desk.board.stage(key, stage, Some(countdown.act_at));
        let id = Uuid::now_v7();
        let question = Question {
            id,
            title: words::title(&job.work),
            text: words::text(job, countdown.left(job)),
            until: countdown.act_at,
            now: words::now(),
            later: countdown.later_at(job, now).map(|_| words::later(job)),
            answers: answers.clone(),
        };
        if !desk.questions.put(Asked::Ask(Box::new(question))) {
            tracing::warn!("a question does not reach the screens; its time runs all the same");
        }
        let on_screens = OnScreens { desk, id };
        if desk.system.terminals() > 0 {
            desk.system.say(&words::terminal(job, countdown.act_at.since(now).as_secs()));
        }
        let end = sleep(countdown.act_at.since(now));
        tokio::pin!(end);
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.tick().await;
        loop {
            tokio::select! {
                () = &mut end => return Ok(countdown),
                () = recalled.cancelled() => return Ok(countdown),
                _ = policy.changed() => return Ok(countdown),
                _ = looks.tick() => {
                    if !desk.anybody() {
                        return Ok(countdown);
                    }
                }
                Some(Answer { id: of, uid, choice }) = answered.recv() => {
                    if of != id {
                        continue;
                    }
                    match choice {
                        Choice::Shown => {}
                        Choice::Now => {
                            let mut there = desk.system.people();
                            there.insert(uid);
                            tell(desk, "distribution.agreed", job, uid, countdown.act_at).await?;
                            // Who is at a terminal cannot agree, and was told this time.
                            if countdown.agree(uid, &there) && desk.system.terminals() == 0 {
                                countdown.act_at = countdown.act_at.min(desk.clock.now());
                                return Ok(countdown);
                            }
                        }
                        Choice::Later if countdown.later(job, desk.clock.now()) => {
                            tell(desk, "distribution.postponed", job, uid, countdown.act_at).await?;
                            drop(on_screens);
                            continue 'asked;
                        }
                        Choice::Later => {}
                    }
                }
            }
        }
    }
}

/// What somebody answered is an event of theirs.
async fn tell(desk: &Desk, kind: &str, job: &Job, uid: u32, act_at: Time) -> Result<(), Failure> {
    desk.tell(kind, job, |mut event| {
        event.account = Some(account(uid));
        event.with("act_at", act_at.to_string())
    })
    .await
}

/// An account by its number; its name where the system has it in its file.
fn account(uid: u32) -> Account {
    let text = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    Account { name: name.unwrap_or_else(|| uid.to_string()), id: uid.to_string() }
}
