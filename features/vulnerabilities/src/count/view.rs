//! What somebody asks of the board: whose machines, which findings, by which rules.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Board, Machine};
use crate::{
    claim::{Evidence, Part, Standing},
    clock::{DAY, Days, due},
    except::Exception,
    finding::{Held, Severity},
};

/// By what findings are judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Until when they are to be mended.
    pub days: Days,
    /// A critical weakness that is exploited at least so likely is an emergency.
    pub emergency_epss: f64,
    /// Whether what nobody can mend is red too.
    pub red_without_fix: bool,
    /// What is lived with.
    pub exceptions: Vec<Exception>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { days: Days::default(), emergency_epss: 0.5, red_without_fix: false, exceptions: Vec::new() }
    }
}

/// How findings stand that are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Which {
    /// Those that make a machine red.
    #[default]
    Open,
    /// Without a version that mends them.
    NoFix,
    /// That their maker will not mend.
    WillNotFix,
    /// Those that are lived with.
    Excepted,
    /// All.
    All,
}

/// How a machine stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = WeaknessState))]
pub enum State {
    /// Nothing is open.
    Current,
    /// Something is.
    Behind,
    /// Nobody can say.
    Unknown,
}

/// Which findings of which machines. What is empty restricts nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of machines in this group and below, by its place.
    pub group: Option<u32>,
    /// Of machines of this kind.
    pub kind: String,
    /// Of the machine with this id, the asset's or the endpoint's.
    pub machine: String,
    /// Of one of these severities.
    pub severities: Vec<Severity>,
    /// Of this part.
    pub part: Option<Part>,
    /// Only emergencies.
    pub emergency: bool,
    /// Only what should be mended by now.
    pub overdue: bool,
    /// How they stand.
    pub which: Which,
    /// Known by this.
    pub evidence: Option<Evidence>,
    /// With this in id, title or subject, in small letters.
    pub words: String,
    /// Of this weakness.
    pub weakness: String,
    /// Of this subject.
    pub subject: String,
}

impl Filter {
    /// Whether it says anything of findings.
    #[must_use]
    pub fn is_of_findings(&self) -> bool {
        !self.severities.is_empty()
            || self.part.is_some()
            || self.emergency
            || self.overdue
            || self.which != Which::Open
            || self.evidence.is_some()
            || !self.words.is_empty()
            || !self.weakness.is_empty()
            || !self.subject.is_empty()
    }
}

/// What holds for a finding on every machine.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The weakness, by its place.
    pub weakness: u32,
    /// How bad it is.
    pub severity: Severity,
    /// Its part.
    pub part: Part,
    /// Exploited, or critical and likely to be.
    pub emergency: bool,
    wanted: bool,
    /// In how many minutes it is to be mended.
    minutes: u32,
    /// Where exceptions are about it.
    excepted: bool,
}

/// A finding of a machine, as somebody sees it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// What is kept of it.
    pub held: Held,
    /// What holds for it everywhere.
    pub seen: &'a Seen,
    /// Whether it makes the machine red.
    pub red: bool,
    /// Whether it should have been mended.
    pub overdue: bool,
    /// The exception that holds for it.
    pub exception: Option<&'a Exception>,
}

impl Shown<'_> {
    /// The minute at which it is due.
    #[must_use]
    pub fn due(&self) -> u32 {
        self.held.since().saturating_add(self.seen.minutes)
    }
}

/// The board as somebody sees it at a time.
pub struct View<'a> {
    /// What is seen.
    pub board: &'a Board,
    rules: &'a Rules,
    filter: &'a Filter,
    now: u32,
    /// Which groups' machines are seen.
    groups: Vec<bool>,
    seen: Vec<Seen>,
    exceptions: HashMap<u32, Vec<&'a Exception>>,
}

impl<'a> View<'a> {
    /// The board at the minute `now`, for somebody who may see the groups of which `visible` says so.
    #[must_use]
    pub fn new(
        board: &'a Board,
        rules: &'a Rules,
        filter: &'a Filter,
        now: u32,
        visible: impl Fn(&super::Group) -> bool,
    ) -> Self {
        let below = filter.group.and_then(|at| board.groups.get(at as usize)).map(|group| group.id_path.as_str());
        let is_seen = |group: &super::Group| below.is_none_or(|path| group.id_path.starts_with(path)) && visible(group);
        let mut exceptions: HashMap<u32, Vec<&Exception>> = HashMap::new();
        for exception in &rules.exceptions {
            let Some(weakness) = board.weakness(&exception.weakness) else { continue };
            for finding in board.findings_of(weakness) {
                let subject = &board.findings[*finding as usize].subject;
                if exception.is_about(&exception.weakness, subject, now) {
                    exceptions.entry(*finding).or_default().push(exception);
                }
            }
        }
        let mut view = Self {
            board,
            rules,
            filter,
            now,
            groups: board.groups.iter().map(is_seen).collect(),
            seen: Vec::with_capacity(board.findings.len()),
            exceptions,
        };
        for number in 0..board.findings.len() {
            let seen = view.see(number);
            view.seen.push(seen);
        }
        view
    }

    fn see(&self, number: usize) -> Seen {
        let (finding, filter) = (&self.board.findings[number], self.filter);
        let weakness = &self.board.weaknesses[finding.weakness as usize];
        let exploited = weakness.exploited_at.is_some();
        let likely = weakness.epss.is_some_and(|epss| epss >= self.rules.emergency_epss);
        let emergency = exploited || (weakness.severity == Severity::Critical && likely);
        let has_words = || {
            let has = |text: &str| text.to_lowercase().contains(&filter.words);
            has(&weakness.id) || has(&finding.subject) || has(&weakness.title_ja) || has(&weakness.title_en)
        };
        let wanted = (filter.severities.is_empty() || filter.severities.contains(&weakness.severity))
            && filter.part.is_none_or(|part| part == finding.part)
            && (!filter.emergency || emergency)
            && (filter.weakness.is_empty() || *filter.weakness == *weakness.id)
            && (filter.subject.is_empty() || *filter.subject == *finding.subject)
            && (filter.words.is_empty() || has_words());
        Seen {
            weakness: finding.weakness,
            severity: weakness.severity,
            part: finding.part,
            emergency,
            wanted,
            minutes: self.rules.days.of(weakness.severity, exploited).saturating_mul(DAY),
            excepted: u32::try_from(number).is_ok_and(|number| self.exceptions.contains_key(&number)),
        }
    }

    /// Whether machines of a group are seen.
    #[must_use]
    pub fn sees(&self, group: u32) -> bool {
        self.groups.get(group as usize).copied().unwrap_or(false)
    }

    /// Whether a finding is asked for, by its place, however it stands on a machine.
    #[must_use]
    pub fn asks_for(&self, finding: u32) -> bool {
        self.seen.get(finding as usize).is_some_and(|seen| seen.wanted)
    }

    /// The machines that are asked for, whatever they have.
    pub fn machines(&self) -> impl Iterator<Item = &'a Machine> {
        let filter = self.filter;
        let one = (!filter.machine.is_empty()).then(|| self.board.machine(&filter.machine)).flatten();
        let range = one.map_or(0..self.board.machines.len(), |at| at..at + 1);
        let is_meant = |machine: &Machine| {
            filter.machine.is_empty()
                || machine.id == filter.machine
                || machine.endpoint.as_deref() == Some(&filter.machine)
        };
        let is_kind = |machine: &Machine| filter.kind.is_empty() || *machine.kind == *filter.kind;
        let board: &'a Board = self.board;
        board.machines[range]
            .iter()
            .filter(move |machine| self.sees(machine.group) && is_kind(machine) && is_meant(machine))
    }

    /// All findings of a machine, whatever is asked for.
    pub fn all<'b>(&'b self, machine: &'b Machine) -> impl Iterator<Item = Shown<'b>> {
        machine.held.iter().map(move |held| {
            let seen = &self.seen[held.finding as usize];
            let exception = if seen.excepted { self.exception(machine, held.finding) } else { None };
            let standing = held.known().standing;
            let red = exception.is_none() && (standing == Standing::Open || self.rules.red_without_fix);
            let overdue = red && due(held.since(), 0).saturating_add(seen.minutes) <= self.now;
            Shown { held: *held, seen, red, overdue, exception }
        })
    }

    fn exception(&self, machine: &Machine, finding: u32) -> Option<&'a Exception> {
        let path = self.board.groups.get(machine.group as usize).map_or("", |group| group.id_path.as_str());
        self.exceptions.get(&finding)?.iter().copied().find(|one| one.holds_for(&machine.id, path))
    }

    /// Those of them that are asked for.
    pub fn findings<'b>(&'b self, machine: &'b Machine) -> impl Iterator<Item = Shown<'b>> {
        self.all(machine).filter(|shown| self.is_wanted(shown))
    }

    fn is_wanted(&self, shown: &Shown<'_>) -> bool {
        let (filter, known) = (self.filter, shown.held.known());
        let excepted = shown.exception.is_some();
        let stands = match filter.which {
            Which::Open => shown.red,
            Which::NoFix => !excepted && known.standing == Standing::NoFix,
            Which::WillNotFix => !excepted && known.standing == Standing::WillNotFix,
            Which::Excepted => excepted,
            Which::All => true,
        };
        let is_evident = |wanted: Evidence| match wanted {
            Evidence::Updater => known.updater,
            other => known.claimed == other,
        };
        shown.seen.wanted && stands && (!filter.overdue || shown.overdue) && filter.evidence.is_none_or(is_evident)
    }

    /// How a machine stands, whatever is asked for.
    #[must_use]
    pub fn state(&self, machine: &Machine) -> State {
        if self.all(machine).any(|shown| shown.red) {
            State::Behind
        } else if self.is_known(machine) {
            State::Current
        } else {
            State::Unknown
        }
    }

    /// Whether anything is known of what a machine may suffer from.
    #[must_use]
    pub fn is_known(&self, machine: &Machine) -> bool {
        machine.waiting.is_some()
            || !machine.units.is_empty()
            || (machine.led_by != 0 && !machine.release.is_empty() && self.board.judged.contains(&machine.release))
    }
}
