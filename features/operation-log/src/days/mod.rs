//! When a machine ran and who sat at it, day by day, computed from the rows that tell of starts, stops and logons. Pure: rows in, days out.
//!
//! A run is what the machine did under one boot id. It ends with the row that says so; where there is none, as after a loss of power, at the
//! last thing that was heard of the machine, and the day says that its end was not told. Sleep is no run.

mod cut;
mod run;
#[cfg(test)]
mod tests;

pub use run::unended;
use uuid::Uuid;
use yagura_records::SessionAct;
use yagura_vocabulary::{
    Account, Id, StoredEvent, Time,
    id::{EventKind, Person},
};

/// What is read of the log for this, and nothing else.
pub const ACTS: [SessionAct; 8] = [
    SessionAct::Boot,
    SessionAct::Shutdown,
    SessionAct::Sleep,
    SessionAct::Wake,
    SessionAct::Logon,
    SessionAct::Logoff,
    SessionAct::Lock,
    SessionAct::Unlock,
];

/// Whose session it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The person, if the account was somebody's.
    pub person: Option<Id<Person>>,
    /// The account.
    pub account: Account,
}

/// A row of one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Names the row.
    pub id: Id<EventKind>,
    /// When.
    pub at: Time,
    /// In which run of the machine, where the row says it.
    pub boot_id: Option<Uuid>,
    /// Nanoseconds since the machine started, sleep included: a clock that nobody sets.
    pub mono_ns: Option<u64>,
    /// What; one of [`ACTS`].
    pub act: SessionAct,
    /// Whose session.
    pub who: Option<Who>,
    /// Which session; its name holds within one run.
    pub session: Option<String>,
    /// Of an end: for how long it was, in milliseconds.
    pub duration_ms: Option<u64>,
    /// It was deduced afterwards.
    pub inferred: bool,
}

impl Row {
    /// What a stored event says of it; nothing where it is of another kind.
    #[must_use]
    pub fn of(stored: &StoredEvent) -> Option<Self> {
        let event = &stored.event;
        let act = *ACTS.iter().find(|act| act.kind() == event.kind)?;
        let who = |account: &Account| Who { person: stored.person, account: account.clone() };
        Some(Self {
            id: stored.id,
            at: event.occurred_at,
            boot_id: event.boot_id,
            mono_ns: event.mono_ns,
            act,
            who: event.account.as_ref().map(who),
            session: event.logon_session.clone(),
            duration_ms: event.body.get("duration_ms").and_then(serde_json::Value::as_u64),
            inferred: event.inferred,
        })
    }
}

/// A stretch of time, its end not included.
pub type Span = (Time, Time);

/// How a machine began or ceased to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It was started.
    Boot,
    /// It woke up.
    Wake,
    /// It was stopped.
    Shutdown,
    /// It went to sleep.
    Sleep,
    /// Nobody said it: the last thing that was heard of it.
    NotTold,
}

impl How {
    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Wake => "wake",
            Self::Shutdown => "shutdown",
            Self::Sleep => "sleep",
            Self::NotTold => "not_told",
        }
    }
}

/// A moment, and the row that tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Time,
    /// How.
    pub how: How,
    /// The row, if there is one.
    pub row: Option<Id<EventKind>>,
}

/// Somebody's day at a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonDay {
    /// Who.
    pub who: Who,
    /// Their first logon of the day.
    pub first_logon: Option<(Time, Id<EventKind>)>,
    /// Their last logoff of the day.
    pub last_logoff: Option<(Time, Id<EventKind>)>,
    /// When they were logged on, the screen not locked and the machine awake. They do not overlap.
    pub present: Vec<Span>,
}

/// A day of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// When it begins and ends.
    pub span: Span,
    /// The first start or waking up of the day.
    pub first_start: Option<Mark>,
    /// The last stop or falling asleep of the day.
    pub last_stop: Option<Mark>,
    /// It ran when the day began.
    pub ran_in: bool,
    /// It ran when the day ended, or runs now.
    pub runs_on: bool,
    /// When it was awake. They do not overlap.
    pub awake: Vec<Span>,
    /// Who was logged on, in the order in which they came.
    pub people: Vec<PersonDay>,
}

impl Day {
    /// Whether anything at all is known of the machine on this day.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.awake.is_empty() && self.people.is_empty() && self.first_start.is_none() && self.last_stop.is_none()
    }

    /// Whether an end of this day was not told.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.last_stop.is_none_or(|stop| stop.how != How::NotTold)
    }
}

/// How long stretches are together, in milliseconds.
#[must_use]
pub fn milliseconds(spans: &[Span]) -> u64 {
    let micros: i64 = spans.iter().map(|(from, to)| to.micros() - from.micros()).sum();
    u64::try_from(micros / 1000).unwrap_or(0)
}

/// What is known beside the rows.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Of runs whose end no row tells, by [`unended`]: when the last row of any kind was, in the same order.
    pub ends: &'a [Time],
    /// When the machine was last heard of.
    pub last: Time,
    /// It is heard of now: what has not ended goes on.
    pub now: bool,
    /// There are older rows than those that were given: what began before them is taken to have been so since.
    pub cut_off: bool,
}

/// The days between two neighbours of `bounds`, which rise, from the rows of one machine in any order. Rows from before the first
/// bound say how it was then.
#[must_use]
pub fn days(rows: &[Row], heard: Heard<'_>, bounds: &[Time]) -> Vec<Day> {
    let runs = run::runs(rows, heard);
    bounds.windows(2).map(|pair| cut::day(&runs, (pair[0], pair[1]))).collect()
}
