//! Notice to whoever is there, until the time, or until everybody agrees to do it now.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use uuid::Uuid;
use yagura_agent_kit::{Answer, Asked, Choice, Question};
use yagura_vocabulary::{Account, Event, Lane, Time};

use super::{
    orders::{Desk, Failure},
    record::Stage,
    words,
};
use crate::{FEATURE, Order, countdown::Countdown};

/// Answers that wait; a person gives one in a second.
const ROOM: usize = 64;
/// Who has gone meanwhile is looked for so often: when nobody is left, nothing is waited for.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// What came of the notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Whether a screen showed it.
    pub(super) shown: bool,
    /// How often it was put off.
    pub(super) postponed: u32,
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

/// Runs a countdown to its end. Each time it is put off is written down first.
pub(super) async fn run(
    desk: &Desk,
    order: &Order,
    mut record: super::record::Record,
    mut countdown: Countdown,
) -> Result<Outcome, Failure> {
    let mut shown = false;
    let policy = Arc::clone(&desk.policy.borrow());
    let policy = policy.endpoint();
    let (answers, mut answered) = mpsc::channel(ROOM);
    'asked: loop {
        record.stage = Stage::Waiting(countdown.clone());
        desk.records.write(&record)?;
        let id = Uuid::now_v7();
        let left = policy.postpone_times.saturating_sub(countdown.postponed);
        let question = Question {
            id,
            title: words::title(record.act),
            text: words::text(record.act, &order.reason, left, policy),
            until: countdown.act_at,
            now: words::now(record.act),
            later: countdown.may_wait(policy).then(|| words::later(policy)),
            answers: answers.clone(),
        };
        if !desk.questions.put(Asked::Ask(Box::new(question))) {
            tracing::warn!("a question does not reach the screens; its time runs all the same");
        }
        let on_screens = OnScreens { desk, id };
        let end = Instant::now() + countdown.act_at.since(desk.clock.now());
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.tick().await;
        loop {
            tokio::select! {
                () = sleep_until(end) => break 'asked,
                _ = looks.tick() => {
                    if desk.power.people().await.is_ok_and(|people| people.is_empty()) {
                        break 'asked;
                    }
                }
                Some(Answer { id: of, uid, choice }) = answered.recv() => {
                    if of != id {
                        continue;
                    }
                    match choice {
                        Choice::Shown => shown = true,
                        Choice::Now => {
                            let mut there = desk.power.people().await.unwrap_or_default();
                            there.insert(uid);
                            tell(desk, "power.agreed", &record, uid, countdown.act_at).await?;
                            if countdown.agree(uid, &there) {
                                break 'asked;
                            }
                        }
                        Choice::Later if countdown.later(policy, desk.clock.now()) => {
                            tell(desk, "power.postponed", &record, uid, countdown.act_at).await?;
                            drop(on_screens);
                            continue 'asked;
                        }
                        Choice::Later => {}
                    }
                }
            }
        }
    }
    Ok(Outcome { shown, postponed: countdown.postponed })
}

/// What somebody answered is an event of theirs.
async fn tell(desk: &Desk, kind: &str, record: &super::record::Record, uid: u32, act_at: Time) -> Result<(), Failure> {
    let mut event = Event::new(desk.clock.now(), FEATURE, kind);
    event.account = Some(account(uid));
    event.subject = Some(record.act.as_str().to_owned());
    let event = event.with("request_id", record.request.to_string()).with("act_at", act_at.to_string());
    desk.events.emit(Lane::Operation, event).await.map_err(|_| Failure::Stopping)
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

/// The people who are there, for a decision.
pub(super) fn count(people: &BTreeSet<u32>) -> u32 {
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}
