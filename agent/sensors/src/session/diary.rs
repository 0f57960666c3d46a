//! Turns what is seen of sessions and of the machine's run into records, also over restarts of the agent and of the machine. Pure.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_records::{LogonSession, Moment, SessionAct, SessionActed};
use yagura_vocabulary::{Account, Time};

use super::{accounts::Accounts, btmp::Failure, logons::Seat};

/// More sessions at a time are not kept.
const MOST: usize = 4096;
/// A pause that is no sleep: the clocks are read one after the other.
const SHORTEST_SLEEP: Duration = Duration::from_secs(3);

/// A session as the system tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logon {
    pub(crate) account: Account,
    pub(crate) session: LogonSession,
    pub(crate) since: Time,
    pub(crate) locked: bool,
}

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    account: Account,
    session: LogonSession,
    since: Time,
    locked: bool,
}

/// What must outlive a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Which start of the machine, and when that was.
    boot_id: Uuid,
    booted_at: Time,
    /// When the agent was last at work.
    alive_at: Time,
    alive_ns: u64,
    /// The machine said that it stops.
    stopped: bool,
    sessions: BTreeMap<String, Open>,
    accounts: Option<Accounts>,
    /// How far failed logons were read.
    btmp: u64,
}

/// What was seen.
#[derive(Debug, Clone)]
pub(crate) enum Seen {
    /// These sessions are there, and no others.
    Present(Vec<Logon>),
    /// A session began.
    Came(Logon),
    /// A session ended.
    Went(String),
    /// A screen was locked or unlocked.
    Locked(String, bool),
    /// The machine is about to sleep, or woke up.
    Sleeping(bool),
    /// The machine is about to stop.
    Stopping,
    /// So long the machine has slept since it started.
    Slept(Duration),
    /// A logon failed.
    Failed(Failure),
    /// These accounts are there.
    Accounts(Accounts),
}

/// The diary of a machine.
#[derive(Debug)]
pub(crate) struct Diary {
    state: State,
    /// How long the machine had slept when it was last looked.
    slept: Option<Duration>,
    /// Since when it sleeps, if it said so.
    asleep: Option<Time>,
    /// It said something of sleep since it was last looked.
    said: bool,
}

impl Diary {
    /// Goes on from what was written down. Gives what happened meanwhile.
    pub(crate) fn open(before: Option<State>, booted_at: Time, now: Moment) -> (Self, Vec<SessionActed>) {
        let fresh = State {
            boot_id: now.boot_id,
            booted_at,
            alive_at: now.occurred_at,
            alive_ns: now.mono_ns,
            stopped: false,
            sessions: BTreeMap::new(),
            accounts: before.as_ref().and_then(|before| before.accounts.clone()),
            btmp: before.as_ref().map_or(0, |before| before.btmp),
        };
        let boot =
            SessionActed::new(Moment { occurred_at: booted_at, boot_id: now.boot_id, mono_ns: 0 }, SessionAct::Boot);
        let (state, told) = match before {
            // The agent started anew, not the machine.
            Some(before) if before.boot_id == now.boot_id => (State { stopped: false, ..before }, Vec::new()),
            Some(before) => {
                let mut told = end_of_run(&before);
                told.push(boot);
                (fresh, told)
            }
            None => (fresh, vec![boot]),
        };
        (Self { state, slept: None, asleep: None, said: false }, told)
    }

    /// What must outlive a restart, as of now.
    pub(crate) fn state(&mut self, now: Moment, btmp: u64) -> &State {
        (self.state.alive_at, self.state.alive_ns, self.state.btmp) = (now.occurred_at, now.mono_ns, btmp);
        &self.state
    }

    /// How far failed logons were read.
    pub(crate) fn btmp(state: &State) -> u64 {
        state.btmp
    }

    /// The sessions that go on.
    pub(crate) fn seats(&self) -> BTreeMap<String, Seat> {
        let seat = |(id, open): (&String, &Open)| {
            let screen = matches!(open.session.kind.as_deref(), Some("x11" | "wayland" | "mir"));
            Some((id.clone(), Seat { uid: open.account.id.parse().ok()?, screen }))
        };
        self.state.sessions.iter().filter_map(seat).collect()
    }

    /// Takes what was seen.
    pub(crate) fn see(&mut self, seen: Seen, now: Moment) -> Vec<SessionActed> {
        match seen {
            Seen::Present(logons) => self.present(logons, now),
            Seen::Came(logon) => self.came(logon, now).into_iter().collect(),
            Seen::Went(id) => self.went(&id, now, false).into_iter().collect(),
            Seen::Locked(id, locked) => self.locked(&id, locked, now).into_iter().collect(),
            Seen::Sleeping(true) => {
                (self.asleep, self.said) = (Some(now.occurred_at), true);
                vec![SessionActed::new(now, SessionAct::Sleep)]
            }
            // Unless the clocks have shown it already.
            Seen::Sleeping(false) => self.asleep.is_some().then(|| self.woke(now, None)).into_iter().collect(),
            Seen::Stopping => {
                self.state.stopped = true;
                let duration_ms = Some(milliseconds(self.state.booted_at, now.occurred_at));
                vec![SessionActed { duration_ms, ..SessionActed::new(now, SessionAct::Shutdown) }]
            }
            Seen::Slept(slept) => self.slept(slept, now),
            Seen::Failed(Failure { user, terminal, host, at }) => {
                let account = self.state.accounts.as_ref().and_then(|accounts| accounts.find(&user));
                let session = LogonSession {
                    terminal: Some(terminal).filter(|terminal| !terminal.is_empty()),
                    remote_host: Some(host).filter(|host| !host.is_empty()),
                    ..LogonSession::default()
                };
                let at = Moment { occurred_at: at, ..now };
                let claimed = account.is_none().then_some(user);
                vec![SessionActed {
                    account,
                    session: Some(session),
                    claimed,
                    ..SessionActed::new(at, SessionAct::Failed)
                }]
            }
            Seen::Accounts(accounts) => {
                let before = self.state.accounts.replace(accounts.clone());
                let changes = before.map(|before| before.changes(&accounts)).unwrap_or_default();
                let told = |(change, account)| SessionActed {
                    account: Some(account),
                    change: Some(change),
                    ..SessionActed::new(now, SessionAct::AccountChange)
                };
                changes.into_iter().map(told).collect()
            }
        }
    }

    fn present(&mut self, logons: Vec<Logon>, now: Moment) -> Vec<SessionActed> {
        let there: Vec<_> = logons.iter().map(|logon| logon.session.id.clone()).collect();
        let gone: Vec<_> = self.state.sessions.keys().filter(|id| !there.contains(id)).cloned().collect();
        // When they ended nobody saw: they were there when the agent was last at work.
        let last = Moment { occurred_at: self.state.alive_at, mono_ns: self.state.alive_ns, ..now };
        let mut told: Vec<_> = gone.into_iter().filter_map(|id| self.went(&id, last, true)).collect();
        for logon in logons {
            let (id, locked) = (logon.session.id.clone(), logon.locked);
            told.extend(self.came(logon, now));
            told.extend(self.locked(&id, locked, now));
        }
        told
    }

    fn came(&mut self, logon: Logon, now: Moment) -> Option<SessionActed> {
        let Logon { account, session, since, locked: _ } = logon;
        if self.state.sessions.contains_key(&session.id) || self.state.sessions.len() >= MOST {
            return None;
        }
        let open = Open { account: account.clone(), session: session.clone(), since, locked: false };
        self.state.sessions.insert(session.id.clone(), open);
        // The system knows when it began, also if nobody looked then.
        let ago = now.occurred_at.since(since);
        let mono_ns = now.mono_ns.saturating_sub(u64::try_from(ago.as_nanos()).unwrap_or(u64::MAX));
        let at = Moment { occurred_at: since.min(now.occurred_at), mono_ns, ..now };
        Some(SessionActed {
            account: Some(account),
            session: Some(session),
            ..SessionActed::new(at, SessionAct::Logon)
        })
    }

    fn went(&mut self, id: &str, at: Moment, inferred: bool) -> Option<SessionActed> {
        let Open { account, session, since, .. } = self.state.sessions.remove(id)?;
        let duration_ms = Some(milliseconds(since, at.occurred_at));
        let plain = SessionActed::new(at, SessionAct::Logoff);
        Some(SessionActed { account: Some(account), session: Some(session), duration_ms, inferred, ..plain })
    }

    fn locked(&mut self, id: &str, locked: bool, now: Moment) -> Option<SessionActed> {
        let open = self.state.sessions.get_mut(id).filter(|open| open.locked != locked)?;
        open.locked = locked;
        let act = if locked { SessionAct::Lock } else { SessionAct::Unlock };
        let (account, session) = (Some(open.account.clone()), Some(open.session.clone()));
        Some(SessionActed { account, session, ..SessionActed::new(now, act) })
    }

    fn woke(&mut self, now: Moment, slept: Option<Duration>) -> SessionActed {
        let asleep = self.asleep.take().map(|since| milliseconds(since, now.occurred_at));
        let measured = slept.map(|slept| u64::try_from(slept.as_millis()).unwrap_or(u64::MAX));
        SessionActed {
            duration_ms: measured.or(asleep),
            inferred: slept.is_some(),
            ..SessionActed::new(now, SessionAct::Wake)
        }
    }

    /// A machine that sleeps has a clock that goes on and one that does not: where nobody says that it sleeps, they do.
    fn slept(&mut self, slept: Duration, now: Moment) -> Vec<SessionActed> {
        let before = self.slept.replace(slept);
        let longer = before.map_or(Duration::ZERO, |before| slept.saturating_sub(before));
        let said = std::mem::replace(&mut self.said, self.asleep.is_some());
        if longer < SHORTEST_SLEEP {
            return Vec::new();
        }
        if self.asleep.is_some() {
            self.said = false;
            return vec![self.woke(now, Some(longer))];
        }
        if said {
            return Vec::new();
        }
        let mono_ns = now.mono_ns.saturating_sub(u64::try_from(longer.as_nanos()).unwrap_or(u64::MAX));
        let began = Moment { occurred_at: now.occurred_at - longer, mono_ns, ..now };
        let sleep = SessionActed { inferred: true, ..SessionActed::new(began, SessionAct::Sleep) };
        vec![sleep, self.woke(now, Some(longer))]
    }
}

/// What a run of the machine that is over leaves to be told: its sessions ended with it.
fn end_of_run(before: &State) -> Vec<SessionActed> {
    let at = Moment { occurred_at: before.alive_at, boot_id: before.boot_id, mono_ns: before.alive_ns };
    let mut told = Vec::new();
    for Open { account, session, since, .. } in before.sessions.values() {
        let duration_ms = Some(milliseconds(*since, before.alive_at));
        let plain = SessionActed::new(at, SessionAct::Logoff);
        let (account, session) = (Some(account.clone()), Some(session.clone()));
        told.push(SessionActed { account, session, duration_ms, inferred: true, ..plain });
    }
    if !before.stopped {
        let duration_ms = Some(milliseconds(before.booted_at, before.alive_at));
        told.push(SessionActed { duration_ms, inferred: true, ..SessionActed::new(at, SessionAct::Shutdown) });
    }
    told
}

fn milliseconds(from: Time, to: Time) -> u64 {
    u64::try_from(to.since(from).as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "diary_tests.rs"]
mod tests;
