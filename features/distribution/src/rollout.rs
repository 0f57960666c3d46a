//! How a rollout goes on: ring after ring, and not a step further than the ring before allows. Pure.
//!
//! A ring is good once nothing of it is under way, enough of it went well and not too much failed. Endpoints that are off do not hold
//! the others up: what lies ready for them counts neither for nor against their ring, and is done when they come back.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

/// How a rollout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionState))]
pub enum RolloutState {
    /// It goes on by itself.
    Running,
    /// It gives nothing more until a person says so.
    Stopped,
    /// It is being taken back.
    Recalling,
    /// It was taken back.
    Recalled,
    /// Every part of it is over.
    Done,
}

/// How a ring stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum RingState {
    /// Its turn has not come.
    Waiting,
    /// Its turn has come; a person has to give the word.
    Held,
    /// Its endpoints are given the work.
    Running,
    /// It went well enough for the next one to begin.
    Good,
    /// Too much failed.
    Stopped,
}

/// How many endpoints of a ring are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Not given yet, and due.
    pub due: u64,
    /// Not given yet, and not due: they failed and are tried again.
    pub paused: u64,
    /// Given; their endpoints have not taken it up.
    pub queued: u64,
    /// Under way.
    pub taken: u64,
    /// Under way or given, and not recalled yet.
    pub open: u64,
    /// Went well.
    pub good: u64,
    /// Failed.
    pub bad: u64,
    /// Over, and say nothing about the work.
    pub other: u64,
}

impl Tally {
    /// All of them.
    #[must_use]
    pub const fn members(&self) -> u64 {
        self.due + self.paused + self.queued + self.taken + self.good + self.bad + self.other
    }

    /// Those of whom nothing more is to come.
    const fn over(&self) -> u64 {
        self.good + self.bad + self.other
    }
}

/// How many failures a ring bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    /// So many.
    Number(u64),
    /// So many in a hundred of its endpoints.
    Percent(u64),
}

/// A ring, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// How it stands.
    pub state: RingState,
    /// Begins so many seconds after the ring before was good.
    pub wait_s: i64,
    /// Stops beyond this.
    pub most: Most,
    /// Is good when so many in a hundred went well.
    pub enough_percent: u64,
    /// Does not begin before a person gives the word.
    pub needs_go: bool,
    /// Somebody has.
    pub gone: bool,
    /// Failures that a person has seen and gone on from.
    pub forgiven: u64,
    /// Since when it is good.
    pub good_at: Option<Time>,
    /// How many endpoints are where.
    pub tally: Tally,
}

/// A rollout, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// How it stands.
    pub state: RolloutState,
    /// Begins then.
    pub starts_at: Time,
    /// Nothing is given after.
    pub deadline: Time,
    /// The rings, in order.
    pub rings: Vec<Ring>,
}

/// What is to be done next. Rings are named by their place, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The ring begins.
    Start(usize),
    /// The ring waits for a person's word.
    Hold(usize),
    /// Endpoints of the ring that are due are given the work.
    Give(usize),
    /// The ring is good.
    Good(usize),
    /// Too much failed in the ring: the rollout stops.
    Stop(usize),
    /// What was not given by the deadline has expired.
    Expire,
    /// What was given and not begun is taken back.
    Withdraw,
    /// Nothing is under way any more, where it was stopped.
    Settle,
    /// It has been taken back.
    Recalled,
    /// Every part of it is over.
    Finish,
}

impl Step {
    /// Whether it is done some hundred endpoints at a time, and again until there are none.
    #[must_use]
    pub const fn is_piecemeal(self) -> bool {
        matches!(self, Self::Give(_) | Self::Expire | Self::Withdraw)
    }
}

impl Ring {
    /// Whether more failed than it bears.
    #[must_use]
    pub fn fails(&self) -> bool {
        let most = match self.most {
            Most::Number(number) => number,
            Most::Percent(percent) => self.tally.members().saturating_mul(percent) / 100,
        };
        self.tally.bad.saturating_sub(self.forgiven) > most
    }

    /// Whether it went well enough for the next one.
    fn is_good(&self) -> bool {
        let tally = &self.tally;
        if tally.due + tally.paused + tally.taken > 0 || self.fails() {
            return false;
        }
        let enough = tally.members().saturating_mul(self.enough_percent).div_ceil(100).max(1);
        // A ring without endpoints holds nobody up. One that is over was good if anything in it was.
        tally.members() == 0 || tally.good >= enough || (tally.over() == tally.members() && tally.good > 0)
    }

    /// Whether it is over and nothing in it went well, nor failed too often: nobody knows whether the work is good.
    fn says_nothing(&self) -> bool {
        let tally = &self.tally;
        tally.members() > 0 && tally.over() == tally.members() && tally.good == 0
    }
}

/// What is to be done now. After doing it there may be more.
#[must_use]
pub fn advance(rollout: &Rollout, now: Time) -> Vec<Step> {
    let sum = |of: fn(&Tally) -> u64| rollout.rings.iter().map(|ring| of(&ring.tally)).sum::<u64>();
    match rollout.state {
        RolloutState::Running => forward(rollout, now),
        RolloutState::Stopped if sum(|tally| tally.open) > 0 => vec![Step::Withdraw],
        RolloutState::Stopped if sum(|tally| tally.queued + tally.taken) == 0 => vec![Step::Settle],
        RolloutState::Recalling if sum(|tally| tally.open + tally.due + tally.paused) > 0 => vec![Step::Withdraw],
        RolloutState::Recalling if sum(|tally| tally.queued + tally.taken) == 0 => vec![Step::Recalled],
        _ => Vec::new(),
    }
}

fn forward(rollout: &Rollout, now: Time) -> Vec<Step> {
    let mut steps = Vec::new();
    let late = now >= rollout.deadline;
    if late && rollout.rings.iter().any(|ring| ring.tally.due + ring.tally.paused > 0) {
        return vec![Step::Expire];
    }
    if rollout.rings.iter().all(|ring| ring.tally.over() == ring.tally.members()) && late {
        return vec![Step::Finish];
    }
    let mut before = Some(rollout.starts_at);
    for (at, ring) in rollout.rings.iter().enumerate() {
        match ring.state {
            RingState::Running | RingState::Good if ring.fails() => {
                steps.push(Step::Stop(at));
                return steps;
            }
            RingState::Running | RingState::Good if ring.tally.due > 0 => steps.push(Step::Give(at)),
            RingState::Running if ring.is_good() => steps.push(Step::Good(at)),
            RingState::Running if ring.says_nothing() => steps.push(Step::Stop(at)),
            RingState::Waiting if before.is_some_and(|before| now.micros() >= due(before, ring.wait_s)) => {
                steps.push(if ring.needs_go && !ring.gone { Step::Hold(at) } else { Step::Start(at) });
            }
            RingState::Held if ring.gone => steps.push(Step::Start(at)),
            _ => {}
        }
        if ring.state != RingState::Good {
            return steps;
        }
        before = ring.good_at;
    }
    if steps.is_empty() && rollout.rings.iter().all(|ring| ring.tally.over() == ring.tally.members()) {
        steps.push(Step::Finish);
    }
    steps
}

fn due(before: Time, wait_s: i64) -> i64 {
    before.micros().saturating_add(wait_s.saturating_mul(1_000_000))
}

#[cfg(test)]
#[path = "rollout_tests.rs"]
mod tests;
