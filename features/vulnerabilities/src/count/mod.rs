//! Who suffers from what: all machines with their findings in memory, so that any count is one pass over them.
//!
//! A package of one release that something was ever claimed of is a [`Unit`]. A machine has units; what they claim, laid together by subject
//! and weakness, is what it suffers from. Whatever changes (a claim, a package, an update that waits) has the machines with it judged
//! anew, each from its own units only, so that the state after many changes is the one that would be built from nothing. A finding takes
//! eight bytes ([`Held`]): a pass over ten million of them takes tens of milliseconds, and nothing else has to be kept in step.

mod tally;
#[cfg(test)]
mod tests;
mod view;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

pub use self::{
    tally::{COLUMNS, Cell, Column, GroupTotals, OfWeakness, Totals, column, in_parts, totals, weaknesses},
    view::{Filter, Rules, Seen, Shown, State, View, Which},
};
use crate::{
    claim::{Evidence, Part, Standing},
    finding::{Held, Known, Severity},
    kernel,
};

/// Before the name of a package of which only the updater says that something waits.
pub const UPDATE: &str = "update:";
/// Before a product and its cycle that have ended.
pub const END: &str = "end:";

/// What is wrong: a weakness by its id, or one of our own names ([`UPDATE`], [`END`]).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weakness {
    /// Its id: `CVE-2026-1000`.
    pub id: Arc<str>,
    /// How bad it is.
    pub severity: Severity,
    /// CVSS.
    pub score: f64,
    /// Known to be exploited since, in microseconds.
    pub exploited_at: Option<i64>,
    /// The day until which those who warn of it want it mended.
    pub due_at: Option<i64>,
    /// Used by extortionists.
    pub ransomware: bool,
    /// How likely it is to be exploited within thirty days.
    pub epss: Option<f64>,
    /// Japanese.
    pub title_ja: Arc<str>,
    /// English.
    pub title_en: Arc<str>,
    /// When it was published, in microseconds.
    pub published_at: Option<i64>,
}

impl Weakness {
    /// Its id where it is one that others know, and not a name of ours.
    #[must_use]
    pub fn known_as(&self) -> Option<&str> {
        (!self.id.starts_with(UPDATE) && !self.id.starts_with(END)).then_some(&*self.id)
    }
}

/// A weakness of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is weak: the source package, the product.
    pub subject: Arc<str>,
    /// The weakness, by its place.
    pub weakness: u32,
    /// To which part of looking after machines it belongs.
    pub part: Part,
}

/// A package of one release of which something was ever claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The ledger's number of the package.
    pub package: i64,
    /// `debian:12`; empty where the release makes no difference.
    pub release: Arc<str>,
    /// The package's name.
    pub name: Arc<str>,
    /// The release of the kernel that it belongs to: on a machine that runs another one it does not count.
    pub kernel: Option<Arc<str>>,
    /// What is claimed of it.
    pub claims: Vec<(u32, Known)>,
}

impl Unit {
    /// Whether it is one on a machine of this release that runs this kernel, and has the package.
    #[must_use]
    pub fn is_on(&self, release: &str, running: &str) -> bool {
        let is_release = self.release.is_empty() || *self.release == *release;
        is_release && self.kernel.as_ref().is_none_or(|kernel| kernel::counts(kernel, running))
    }
}

/// A machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Machine {
    /// The asset's id, or an appliance's that the ledger does not have.
    pub id: String,
    /// Where our agent runs.
    pub endpoint: Option<String>,
    /// Its name.
    pub name: String,
    /// `computer`, `server`, `network`, ...
    pub kind: Arc<str>,
    /// Its group, by its place.
    pub group: u32,
    /// The operating system, as people read it.
    pub os: Arc<str>,
    /// `debian:12`; empty where nobody can say.
    pub release: Arc<str>,
    /// When it was heard of last, in microseconds.
    pub seen_at: i64,
    /// So many updates wait, security or not.
    pub updates: u64,
    /// When its inventory was told last, in microseconds.
    pub told_at: i64,
    /// And when what it was judged by had been told; 0 where it never was.
    pub read_at: i64,
    /// The sighting that leads.
    pub led_by: i64,
    /// The product and cycle of its system, by their place.
    pub cycle: Option<u32>,
    /// The release of the kernel that runs; empty where nobody tells it.
    pub kernel: Arc<str>,
    /// Its units, in rising order.
    pub units: Vec<u32>,
    /// Security updates that wait, as findings of their own; absent where no updater tells.
    pub waiting: Option<Vec<u32>>,
    /// The finding that its release has ended, where it has.
    pub ended: Option<u32>,
    /// What it suffers from, by number.
    pub held: Vec<Held>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The names from the root.
    pub path: String,
    /// The ids from the root.
    pub id_path: String,
    /// The group above, by its place, which is before its own.
    pub parent: Option<u32>,
}

/// A release of a product and when nobody looks after it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// `debian`.
    pub product: String,
    /// `12`.
    pub cycle: String,
    /// The day, counted from 1970; absent where it is not known.
    pub ends_on: Option<i64>,
}

/// All that is counted.
#[derive(Debug, Default)]
pub struct Board {
    /// By place.
    pub weaknesses: Vec<Weakness>,
    /// By number.
    pub findings: Vec<Finding>,
    /// By number.
    pub units: Vec<Unit>,
    /// By place, those above before those below.
    pub groups: Vec<Group>,
    /// By place.
    pub cycles: Vec<Cycle>,
    /// Releases of which anything was ever judged.
    pub judged: HashSet<Arc<str>>,
    /// In no order.
    pub machines: Vec<Machine>,
    weakness_of: HashMap<Arc<str>, u32>,
    finding_of: HashMap<(Arc<str>, u32), u32>,
    findings_of: HashMap<u32, Vec<u32>>,
    units_of: HashMap<i64, Vec<u32>>,
    machine_of: HashMap<String, u32>,
}

fn place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Board {
    /// Writes a weakness down, or what is newly known of it; its place.
    pub fn learn(&mut self, weakness: Weakness) -> u32 {
        if let Some(at) = self.weakness_of.get(&weakness.id) {
            self.weaknesses[*at as usize] = weakness;
            return *at;
        }
        let at = place(self.weaknesses.len());
        self.weakness_of.insert(Arc::clone(&weakness.id), at);
        self.weaknesses.push(weakness);
        at
    }

    /// The place of a weakness.
    #[must_use]
    pub fn weakness(&self, id: &str) -> Option<u32> {
        self.weakness_of.get(id).copied()
    }

    /// Adds the finding with the next number.
    pub fn add_finding(&mut self, finding: Finding) -> u32 {
        let number = place(self.findings.len());
        self.finding_of.insert((Arc::clone(&finding.subject), finding.weakness), number);
        self.findings_of.entry(finding.weakness).or_default().push(number);
        self.findings.push(finding);
        number
    }

    /// The number of a finding.
    #[must_use]
    pub fn finding(&self, subject: &str, weakness: u32) -> Option<u32> {
        self.finding_of.get(&(Arc::from(subject), weakness)).copied()
    }

    /// The findings of a weakness.
    #[must_use]
    pub fn findings_of(&self, weakness: u32) -> &[u32] {
        self.findings_of.get(&weakness).map_or(&[], Vec::as_slice)
    }

    /// Adds the unit with the next number.
    pub fn add_unit(&mut self, unit: Unit) -> u32 {
        let number = place(self.units.len());
        self.units_of.entry(unit.package).or_default().push(number);
        self.units.push(unit);
        number
    }

    /// The units of a package, one for each release.
    #[must_use]
    pub fn units_of(&self, package: i64) -> &[u32] {
        self.units_of.get(&package).map_or(&[], Vec::as_slice)
    }

    /// The number of a unit.
    #[must_use]
    pub fn unit(&self, package: i64, release: &str) -> Option<u32> {
        self.units_of(package).iter().copied().find(|at| *self.units[*at as usize].release == *release)
    }

    /// The units that a package is on a machine of this release that runs this kernel.
    pub fn units_on<'a>(&'a self, package: i64, release: &'a str, running: &'a str) -> impl Iterator<Item = u32> + 'a {
        self.units_of(package).iter().copied().filter(move |at| self.units[*at as usize].is_on(release, running))
    }

    /// Sets or takes back what is claimed of a unit. True when anything changed.
    pub fn claim(&mut self, unit: u32, finding: u32, known: Option<Known>) -> bool {
        let Some(unit) = self.units.get_mut(unit as usize) else { return false };
        let at = unit.claims.iter().position(|(one, _)| *one == finding);
        match (at, known) {
            (Some(at), Some(known)) if unit.claims[at].1 == known => false,
            (Some(at), Some(known)) => {
                unit.claims[at].1 = known;
                true
            }
            (Some(at), None) => {
                unit.claims.swap_remove(at);
                true
            }
            (None, Some(known)) => {
                unit.claims.push((finding, known));
                true
            }
            (None, None) => false,
        }
    }

    /// The place of a machine.
    #[must_use]
    pub fn machine(&self, id: &str) -> Option<usize> {
        self.machine_of.get(id).map(|at| *at as usize)
    }

    /// Puts a machine in, or what is newly known of it.
    pub fn put(&mut self, machine: Machine) {
        match self.machine(&machine.id) {
            Some(at) => self.machines[at] = machine,
            None => {
                self.machine_of.insert(machine.id.clone(), place(self.machines.len()));
                self.machines.push(machine);
            }
        }
    }

    /// Takes a machine out.
    pub fn remove(&mut self, id: &str) {
        let Some(at) = self.machine_of.remove(id) else { return };
        self.machines.swap_remove(at as usize);
        if let Some(moved) = self.machines.get(at as usize) {
            self.machine_of.insert(moved.id.clone(), at);
        }
    }

    /// The machines that have any of these units, by their place.
    #[must_use]
    pub fn with_any(&self, units: &HashSet<u32>) -> Vec<usize> {
        let mut wanted = vec![false; self.units.len()];
        for unit in units {
            wanted[*unit as usize] = true;
        }
        let has = |machine: &Machine| machine.units.iter().any(|unit| wanted[*unit as usize]);
        self.machines.iter().enumerate().filter(|(_, machine)| has(machine)).map(|(at, _)| at).collect()
    }

    /// What a machine suffers from, by its units and what its updater says. What it had already keeps its time.
    #[must_use]
    pub fn judge(&self, machine: &Machine, now: u32) -> Vec<Held> {
        let waiting = machine.waiting.as_deref().unwrap_or_default();
        let waits: HashSet<&str> = waiting.iter().map(|at| &*self.findings[*at as usize].subject).collect();
        let mut told = HashSet::new();
        let mut found: Vec<(u32, Known)> = Vec::new();
        for unit in &machine.units {
            let unit = &self.units[*unit as usize];
            // A set of nothing is asked by a hundred thousand machines with three hundred units each.
            let waits = !waits.is_empty() && waits.contains(&*unit.name);
            for (finding, known) in &unit.claims {
                let updater = waits && known.standing == Standing::Open;
                if updater {
                    told.insert(&*unit.name);
                }
                found.push((*finding, Known { updater: known.updater || updater, ..*known }));
            }
        }
        let alone = |at: &&u32| !told.contains(&*self.findings[**at as usize].subject);
        let known = Known { standing: Standing::Open, claimed: Evidence::Updater, updater: true };
        found.extend(waiting.iter().filter(alone).map(|at| (*at, known)));
        let ended = Known { standing: Standing::Open, claimed: Evidence::Vendor, updater: false };
        found.extend(machine.ended.map(|at| (at, ended)));
        found.sort_unstable_by_key(|(finding, _)| *finding);
        let mut before = machine.held.iter().peekable();
        let mut held: Vec<Held> = Vec::with_capacity(found.len());
        for (finding, known) in found {
            if let Some(last) = held.last_mut().filter(|last| last.finding == finding) {
                *last = Held::new(finding, last.since(), last.known().and(known));
                continue;
            }
            while before.peek().is_some_and(|one| one.finding < finding) {
                before.next();
            }
            let since = before.peek().filter(|one| one.finding == finding).map_or(now, |one| one.since());
            held.push(Held::new(finding, since, known));
        }
        held
    }
}

/// The findings that came and those that went, by number.
#[must_use]
pub fn changes(before: &[Held], after: &[Held]) -> (Vec<u32>, Vec<u32>) {
    let only = |these: &[Held], others: &[Held]| -> Vec<u32> {
        let is_there = |one: &Held| others.binary_search_by_key(&one.finding, |other| other.finding).is_ok();
        these.iter().filter(|one| !is_there(one)).map(|one| one.finding).collect()
    };
    (only(after, before), only(before, after))
}
