//! The one gate before programs start: features register judges, and whoever wants to run a program waits for their answer.
//!
//! The gate stands only while a judge is registered. Whatever goes wrong with it, programs start: a judge that takes too long or
//! crashes has no say, and with the agent's end the kernel asks nobody any more.

mod cache;
mod control;
mod never;
mod pending;
mod switch;
mod work;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use yagura_records::Starting;
use yagura_sensors::{Door, Logons};
use yagura_vocabulary::{Clock, Event, SensorHealth, SensorReport};

use self::control::Control;
use crate::{EventSink, HealthSink, Warning, Warnings};

pub use self::never::PROGRAMS as NEVER_DENIED;

/// The name of the gate in reports on sensors.
pub const GATE: &str = "gate";

/// For how long an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lasts {
    /// The next start is to be asked about again: the answer depends on the time.
    ThisOnce,
    /// It is the same for the same file at the same path, and the same account where the judge asks for that.
    WhileUnchanged,
}

/// What comes of a start that was denied.
#[derive(Debug)]
pub struct Denial {
    /// The row, of level `prohibited` and with the rule that answered.
    pub event: Event,
    /// What the person is told, if anything.
    pub warning: Option<Warning>,
}

/// What a judge makes of a start.
#[derive(Debug)]
pub enum Opinion {
    /// It may start.
    Allow(Lasts),
    /// It may not.
    Deny(Box<Denial>),
}

/// What a judge must know beyond the path; knowing costs time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes {
    /// The program's SHA-256.
    pub hash: bool,
    /// Whose process it is: without, an answer holds for all accounts.
    pub account: bool,
}

/// Says whether programs may start. Somebody waits for each answer: a judge computes, and does nothing else.
pub trait GateJudge: Send + Sync + 'static {
    /// What it must know.
    fn wishes(&self) -> Wishes {
        Wishes::default()
    }

    /// Whether this program may start.
    fn judge(&self, starting: &Starting) -> Opinion;
}

/// The judges of one moment, and the number of that moment: what was answered before it does not count.
#[derive(Clone, Default)]
struct Sitting {
    version: u64,
    wishes: Wishes,
    judges: BTreeMap<&'static str, Arc<dyn GateJudge>>,
}

impl Sitting {
    /// The first denial, or how long the permission holds.
    fn judge(&self, starting: &Starting) -> Opinion {
        let mut lasts = Lasts::WhileUnchanged;
        for judge in self.judges.values() {
            match judge.judge(starting) {
                Opinion::Allow(so_long) => lasts = lasts.min(so_long),
                denied @ Opinion::Deny(_) => return denied,
            }
        }
        Opinion::Allow(lasts)
    }
}

/// What the gate's threads share with it.
struct Inner {
    sitting: Mutex<Arc<Sitting>>,
    events: EventSink,
    warnings: Warnings,
    health: HealthSink,
    clock: Arc<dyn Clock>,
    /// Who is logged on, for the sessions of those who wait.
    logons: Logons,
    data: Box<Path>,
    /// How it opens on this machine; in tests of features it does not.
    place: Mutex<Option<Place>>,
    control: Mutex<Option<Control>>,
}

/// Where the gate stands.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Nothing else than what is mounted at or below these is guarded; everything, where absent. For tests.
    pub only: Option<Vec<PathBuf>>,
    /// The arguments under which this very program [stands guard](crate::stand_guard) over the gate.
    pub guard: Option<&'static [&'static str]>,
}

/// The gate of this endpoint.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate")
    }
}

impl Gate {
    pub(crate) fn new(
        events: EventSink,
        warnings: Warnings,
        health: HealthSink,
        (clock, logons): (Arc<dyn Clock>, Logons),
        data: &Path,
    ) -> Self {
        let (sitting, place, control) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { sitting, events, warnings, health, clock, logons, data: data.into(), place, control }))
    }

    /// From now on it opens when there is a judge, and says already now whether it could.
    pub(crate) fn stands(&self, place: Place) {
        self.0.health.put(match Door::probe() {
            Ok(()) => report(SensorHealth::Off, "no rule prohibits the start of a program"),
            Err(error) => report(SensorHealth::Unsupported, &error.to_string()),
        });
        *self.0.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }

    /// Registers a judge under a name, in the place of the one before, and opens the gate if it is not open. What was
    /// answered before is forgotten.
    pub fn take(&self, name: &'static str, judge: impl GateJudge) {
        let judge: Arc<dyn GateJudge> = Arc::new(judge);
        self.change(|judges| judges.insert(name, judge));
    }

    /// Takes the judge of this name away; with the last one the gate goes.
    pub fn leave(&self, name: &'static str) {
        self.change(|judges| judges.remove(name));
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<&'static str, Arc<dyn GateJudge>>) -> T) {
        let mut control = self.0.control.lock().unwrap_or_else(PoisonError::into_inner);
        let nobody = {
            let mut sitting = self.0.sitting.lock().unwrap_or_else(PoisonError::into_inner);
            let mut judges = sitting.judges.clone();
            change(&mut judges);
            let all = || judges.values().map(|judge| judge.wishes());
            let wishes = Wishes { hash: all().any(|it| it.hash), account: all().any(|it| it.account) };
            let nobody = judges.is_empty();
            *sitting = Arc::new(Sitting { version: sitting.version + 1, wishes, judges });
            nobody
        };
        let place = self.0.place.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match place {
            _ if nobody => *control = None,
            Some(place) if control.is_none() => *control = Control::start(&self.0, place),
            _ => {}
        }
    }

    /// What the judges would say. Nothing comes of it.
    #[must_use]
    pub fn ask(&self, starting: &Starting) -> Opinion {
        self.0.sitting().judge(starting)
    }

    /// Whether somebody judges.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !self.0.sitting().judges.is_empty()
    }
}

impl Inner {
    fn sitting(&self) -> Arc<Sitting> {
        Arc::clone(&self.sitting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A start was denied: tells of it.
    fn tell(&self, denial: Denial) {
        // What finds no room is counted there and told of.
        let _ = self.events.offer(yagura_vocabulary::Lane::Critical, denial.event);
        if let Some(warning) = denial.warning
            && !self.warnings.show(warning)
        {
            tracing::warn!("so many warnings wait to be shown that one more is left out");
        }
    }
}

fn report(health: SensorHealth, reason: &str) -> SensorReport {
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    SensorReport { sensor: GATE.to_owned(), source: "fanotify".to_owned(), health, reason, seen: 0, lost: 0 }
}
