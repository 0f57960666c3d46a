//! Totals: by group, part and severity, and by weakness.

use std::{
    collections::BTreeMap,
    num::NonZero,
    thread::{available_parallelism, scope},
};

use serde::Serialize;

use super::{Machine, Shown, View};
use crate::{
    claim::{Evidence, Part, Standing},
    finding::Severity,
};

/// A column of the board: a part, or what cannot wait whatever its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = BoardColumn))]
pub enum Column {
    /// The release of the operating system itself.
    Os,
    /// Its own packages.
    Patches,
    /// Programs of others.
    ThirdParty,
    /// What people come in by.
    Remote,
    /// What is known to be exploited, or critical and likely to be.
    Emergency,
}

/// The columns, in this order.
pub const COLUMNS: [Column; 5] = [Column::Os, Column::Patches, Column::ThirdParty, Column::Remote, Column::Emergency];
const EMERGENCY: usize = 4;

/// The column of a part.
#[must_use]
pub const fn column(part: Part) -> usize {
    match part {
        Part::Os => 0,
        Part::Patches => 1,
        Part::ThirdParty => 2,
        Part::Remote => 3,
    }
}

/// Open findings of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// On so many machines.
    pub machines: u64,
    /// So many.
    pub findings: u64,
    /// So many of them should have been mended.
    pub overdue: u64,
    /// The worst of them.
    pub worst: Option<Severity>,
}

impl Cell {
    fn add(&mut self, shown: &Shown<'_>, first: bool) {
        self.machines += u64::from(first);
        self.findings += 1;
        self.overdue += u64::from(shown.overdue);
        self.worst = self.worst.max(Some(shown.seen.severity));
    }

    fn and(&mut self, other: &Self) {
        self.machines += other.machines;
        self.findings += other.findings;
        self.overdue += other.overdue;
        self.worst = self.worst.max(other.worst);
    }
}

/// How the machines of a group stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupTotals {
    /// All.
    pub machines: u64,
    /// With nothing open.
    pub current: u64,
    /// With something open.
    pub behind: u64,
    /// Of which nobody can say.
    pub unknown: u64,
    /// By [`COLUMNS`].
    pub cells: [Cell; 5],
    /// By severity, as [`Severity`] counts: unknown first.
    pub severities: [Cell; 5],
    /// Findings that are lived with.
    pub excepted: u64,
    /// Findings that nobody can mend, or will.
    pub no_fix: u64,
}

impl GroupTotals {
    fn and(&mut self, other: &Self) {
        self.machines += other.machines;
        self.current += other.current;
        self.behind += other.behind;
        self.unknown += other.unknown;
        self.excepted += other.excepted;
        self.no_fix += other.no_fix;
        for (cell, more) in self.cells.iter_mut().zip(&other.cells) {
            cell.and(more);
        }
        for (cell, more) in self.severities.iter_mut().zip(&other.severities) {
            cell.and(more);
        }
    }

    fn count(&mut self, view: &View<'_>, machine: &Machine, emergencies: &mut [bool]) {
        let (mut parts, mut severities) = ([false; 5], [false; 5]);
        for shown in view.all(machine) {
            if !shown.red {
                if shown.exception.is_some() {
                    self.excepted += 1;
                } else if shown.held.known().standing != Standing::Open {
                    self.no_fix += 1;
                }
                continue;
            }
            let part = column(shown.seen.part);
            self.cells[part].add(&shown, !std::mem::replace(&mut parts[part], true));
            let severity = shown.seen.severity as usize;
            self.severities[severity].add(&shown, !std::mem::replace(&mut severities[severity], true));
            if shown.seen.emergency {
                self.cells[EMERGENCY].add(&shown, !std::mem::replace(&mut parts[EMERGENCY], true));
                emergencies[shown.seen.weakness as usize] = true;
            }
        }
        self.machines += 1;
        if severities.contains(&true) {
            self.behind += 1;
        } else if view.is_known(machine) {
            self.current += 1;
        } else {
            self.unknown += 1;
        }
    }

    /// Findings that should have been mended.
    #[must_use]
    pub fn overdue(&self) -> u64 {
        self.severities.iter().map(|cell| cell.overdue).sum()
    }
}

/// How all machines of a view stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// All together.
    pub all: GroupTotals,
    /// Each group's own machines, by the group's place.
    pub own: Vec<GroupTotals>,
    /// Each group's with all below it.
    pub groups: Vec<GroupTotals>,
    /// So many weaknesses are emergencies.
    pub emergencies: u64,
    /// Machines by the cycle of their system.
    pub cycles: BTreeMap<u32, u64>,
}

/// What some machines add up to.
struct Sum {
    own: Vec<GroupTotals>,
    /// By the weakness's place.
    emergencies: Vec<bool>,
    cycles: BTreeMap<u32, u64>,
}

impl Sum {
    fn of(view: &View<'_>, machines: &[&Machine]) -> Self {
        let mut own = vec![GroupTotals::default(); view.board.groups.len()];
        let (mut emergencies, mut cycles) = (vec![false; view.board.weaknesses.len()], BTreeMap::new());
        for machine in machines {
            if let Some(cycle) = machine.cycle {
                *cycles.entry(cycle).or_default() += 1;
            }
            // A machine that is seen is in a group that there is.
            if let Some(group) = own.get_mut(machine.group as usize) {
                group.count(view, machine, &mut emergencies);
            }
        }
        Self { own, emergencies, cycles }
    }

    fn and(&mut self, other: &Self) {
        for (group, more) in self.own.iter_mut().zip(&other.own) {
            group.and(more);
        }
        for (known, more) in self.emergencies.iter_mut().zip(&other.emergencies) {
            *known |= more;
        }
        for (cycle, more) in &other.cycles {
            *self.cycles.entry(*cycle).or_default() += more;
        }
    }
}

/// Counting so few machines is not worth another thread. Tests have few, and put parts together all the same.
const ALONE: usize = if cfg!(test) { 1 } else { 2_000 };

/// What `count` makes of parts of the machines of a view, in their order. With many machines each processor counts a part of them: somebody
/// waits for the answer.
pub fn in_parts<'a, T: Send>(view: &View<'a>, count: impl Fn(&[&'a Machine]) -> T + Sync) -> Vec<T> {
    let machines: Vec<&Machine> = view.machines().collect();
    let hands = available_parallelism().map_or(1, NonZero::get).min(machines.len().div_ceil(ALONE)).max(1);
    let mut parts = machines.chunks(machines.len().div_ceil(hands).max(1));
    let (first, count) = (parts.next().unwrap_or_default(), &count);
    scope(|scope| {
        let others: Vec<_> = parts.map(|part| scope.spawn(move || count(part))).collect();
        let mut counted = vec![count(first)];
        // What panics there panics here.
        counted.extend(others.into_iter().map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))));
        counted
    })
}

/// Counts a view.
#[must_use]
pub fn totals(view: &View<'_>) -> Totals {
    let mut parts = in_parts(view, |machines| Sum::of(view, machines)).into_iter();
    let mut sum = parts.next().unwrap_or_else(|| Sum::of(view, &[]));
    parts.for_each(|part| sum.and(&part));
    let mut all = GroupTotals::default();
    for group in &sum.own {
        all.and(group);
    }
    let mut groups = sum.own.clone();
    // Those below stand behind those above.
    for at in (0..groups.len()).rev() {
        if let Some(parent) = view.board.groups[at].parent.map(|parent| parent as usize).filter(|parent| *parent < at) {
            let (above, below) = groups.split_at_mut(at);
            above[parent].and(&below[0]);
        }
    }
    let emergencies = sum.emergencies.iter().filter(|known| **known).count() as u64;
    Totals { all, own: sum.own, groups, emergencies, cycles: sum.cycles }
}

/// A weakness on the machines of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfWeakness {
    /// The weakness, by its place.
    pub weakness: u32,
    /// On so many machines.
    pub machines: u64,
    /// On so many of them it should have been mended.
    pub overdue: u64,
    /// The minute since which it is known on the first of them.
    pub since: u32,
    /// Its findings.
    pub findings: Vec<u32>,
    /// What is done about it where most can be done.
    pub standing: Standing,
    /// The surest evidence.
    pub evidence: Evidence,
    /// Its part, of the first finding.
    pub part: Part,
    /// Whether all findings are lived with.
    pub excepted: bool,
}

impl OfWeakness {
    fn of(shown: &Shown<'_>) -> Self {
        Self {
            weakness: shown.seen.weakness,
            machines: 0,
            overdue: 0,
            since: u32::MAX,
            findings: Vec::new(),
            standing: shown.held.known().standing,
            evidence: evidence(shown),
            part: shown.seen.part,
            excepted: true,
        }
    }

    fn add(&mut self, shown: &Shown<'_>) {
        self.has(shown.held.finding);
        self.since = self.since.min(shown.held.since());
        self.standing = self.standing.min(shown.held.known().standing);
        self.evidence = self.evidence.min(evidence(shown));
        self.excepted &= shown.exception.is_some();
    }

    fn has(&mut self, finding: u32) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Takes the same weakness on other machines in.
    fn and(&mut self, other: &Self) {
        self.machines += other.machines;
        self.overdue += other.overdue;
        other.findings.iter().for_each(|finding| self.has(*finding));
        self.since = self.since.min(other.since);
        self.standing = self.standing.min(other.standing);
        self.evidence = self.evidence.min(other.evidence);
        self.excepted &= other.excepted;
    }
}

fn evidence(shown: &Shown<'_>) -> Evidence {
    let known = shown.held.known();
    if known.updater { Evidence::Updater } else { known.claimed }
}

/// A weakness while machines are counted, and the machines that were counted last, from one on.
struct Counting {
    one: OfWeakness,
    counted: u64,
    late: u64,
}

/// What is asked for, by weakness, in no order.
#[must_use]
pub fn weaknesses(view: &View<'_>) -> Vec<OfWeakness> {
    let mut all: Vec<Option<Box<Counting>>> = Vec::new();
    all.resize_with(view.board.weaknesses.len(), || None);
    for part in in_parts(view, |machines| of_machines(view, machines)) {
        for (known, more) in all.iter_mut().zip(part) {
            match (known, more) {
                (Some(known), Some(more)) => known.one.and(&more.one),
                (known, Some(more)) => *known = Some(more),
                (_, None) => {}
            }
        }
    }
    all.into_iter().flatten().map(|it| it.one).collect()
}

/// By the weakness's place.
fn of_machines(view: &View<'_>, machines: &[&Machine]) -> Vec<Option<Box<Counting>>> {
    let mut found: Vec<Option<Box<Counting>>> = Vec::new();
    found.resize_with(view.board.weaknesses.len(), || None);
    for (nth, machine) in (1..).zip(machines) {
        for shown in view.findings(machine) {
            let now = found[shown.seen.weakness as usize]
                .get_or_insert_with(|| Box::new(Counting { one: OfWeakness::of(&shown), counted: 0, late: 0 }));
            // A machine may have it in several subjects, and is one machine.
            if now.counted != nth {
                (now.counted, now.one.machines) = (nth, now.one.machines + 1);
            }
            if shown.overdue && now.late != nth {
                (now.late, now.one.overdue) = (nth, now.one.overdue + 1);
            }
            now.one.add(&shown);
        }
    }
    found
}
