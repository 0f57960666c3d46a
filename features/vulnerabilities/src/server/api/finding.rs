//! A finding that explains itself: what is installed, where it is mended, who says so, why it matters, what to do.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context};
use yagura_versions::Scheme;
use yagura_vocabulary::Time;

use super::{day_text, told};
use crate::{
    claim::{Evidence, Part, Standing},
    clock::DAY,
    count::{END, Machine, Shown, UPDATE, View},
    finding::{Known, Severity},
    server::{
        board::{time_of, updates},
        exceptions::WeaknessException,
        windows::RELEASE,
    },
};

/// What a machine suffers from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MachineFinding {
    /// Absent where only the updater says that something waits, and of a release that has ended.
    pub weakness: Option<String>,
    pub title_ja: String,
    pub title_en: String,
    /// What is weak: the source package, the product, the release.
    pub subject: String,
    pub part: Part,
    pub packages: Vec<WeakPackage>,
    /// Empty where there is none.
    pub fixed: String,
    pub standing: Standing,
    pub severity: Severity,
    pub score: f64,
    pub exploited_at: Option<Time>,
    pub epss: Option<f64>,
    pub since: Time,
    /// The day on which it is to be mended at the latest: `2026-11-30`.
    pub due_on: Option<String>,
    pub overdue: bool,
    /// The surest first.
    pub evidence: Vec<Evidence>,
    /// Who says so; the updater where nobody else does.
    pub feed: String,
    pub advisory: String,
    pub what_to_do: WhatToDo,
    /// By what it is lived with.
    pub exception: Option<WeaknessException>,
}

/// A package by which a machine has a weakness.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(crate) struct WeakPackage {
    pub name: String,
    pub installed: String,
}

/// What mends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhatToDo {
    /// Update the package.
    UpdatePackage,
    /// Update the operating system.
    UpdateSystem,
    /// Install the update of Windows that the advisory names.
    InstallUpdate,
    /// Start the machine anew: a kernel without it is installed already, and an older one runs.
    Restart,
    /// Bring the machine to a release that is looked after.
    UpgradeRelease,
    /// Bring the program to a release that is looked after.
    UpgradeProgram,
    /// Put something else in its place.
    Replace,
    /// There will be no other version: keep it from being reached.
    Mitigate,
    /// There is no other version yet.
    Wait,
}

/// What is known of a finding in memory.
#[derive(Debug, Clone)]
pub(in crate::server) struct Picked {
    /// The name that claims know it by.
    pub key: Arc<str>,
    known_as: Option<String>,
    title_ja: Arc<str>,
    title_en: Arc<str>,
    pub subject: Arc<str>,
    part: Part,
    pub severity: Severity,
    score: f64,
    exploited_at: Option<i64>,
    epss: Option<f64>,
    known: Known,
    since: u32,
    due: u32,
    pub overdue: bool,
    /// The exception's id.
    pub exception: Option<String>,
    /// Packages and releases that it is claimed of.
    units: Vec<(i64, Arc<str>)>,
    /// Whether the kernel that runs is among them.
    is_kernel: bool,
}

/// A machine with what is picked of it.
#[derive(Debug, Clone)]
pub(in crate::server) struct PickedMachine {
    pub id: String,
    pub name: String,
    pub led_by: i64,
    pub findings: Vec<Picked>,
}

/// Picks findings of a machine out of the board.
pub(in crate::server) fn pick<'a>(
    view: &View<'_>,
    machine: &Machine,
    shown: impl Iterator<Item = Shown<'a>>,
) -> PickedMachine {
    let board = view.board;
    let mut units: HashMap<u32, Vec<(i64, Arc<str>)>> = HashMap::new();
    let mut of_kernel: HashSet<u32> = HashSet::new();
    for unit in &machine.units {
        let unit = &board.units[*unit as usize];
        for (finding, _) in &unit.claims {
            units.entry(*finding).or_default().push((unit.package, Arc::clone(&unit.release)));
            if unit.kernel.is_some() && !machine.kernel.is_empty() {
                of_kernel.insert(*finding);
            }
        }
    }
    let picked = |shown: Shown<'_>| {
        let finding = &board.findings[shown.held.finding as usize];
        let weakness = &board.weaknesses[finding.weakness as usize];
        Picked {
            key: Arc::clone(&weakness.id),
            known_as: weakness.known_as().map(str::to_owned),
            title_ja: Arc::clone(&weakness.title_ja),
            title_en: Arc::clone(&weakness.title_en),
            subject: Arc::clone(&finding.subject),
            part: finding.part,
            severity: weakness.severity,
            score: weakness.score,
            exploited_at: weakness.exploited_at,
            epss: weakness.epss,
            known: shown.held.known(),
            since: shown.held.since(),
            due: shown.due(),
            overdue: shown.overdue,
            exception: shown.exception.map(|one| one.id.clone()),
            units: units.remove(&shown.held.finding).unwrap_or_default(),
            is_kernel: of_kernel.contains(&shown.held.finding),
        }
    };
    let mut units_of = shown.map(picked).collect::<Vec<_>>();
    units_of.shrink_to_fit();
    PickedMachine { id: machine.id.clone(), name: machine.name.clone(), led_by: machine.led_by, findings: units_of }
}

/// Explains what was picked: what claims and updaters say of it is read for these machines only.
pub(in crate::server) async fn explain(
    ctx: &Context,
    machines: &[PickedMachine],
) -> Result<Vec<Vec<MachineFinding>>, ApiError> {
    let units = machines.iter().flat_map(|machine| &machine.findings).flat_map(|one| &one.units);
    let packages: HashSet<i64> = units.map(|(package, _)| *package).collect();
    let claims = told::of_packages(ctx, &packages).await?;
    let told_by_updater = |machine: &&PickedMachine| machine.findings.iter().any(|one| one.known.updater);
    let sightings: Vec<i64> = machines.iter().filter(told_by_updater).map(|machine| machine.led_by).collect();
    let facts = told::facts(ctx, &sightings).await?;
    let by_kernel = |machine: &&PickedMachine| machine.findings.iter().any(|one| one.is_kernel);
    let sightings: Vec<i64> = machines.iter().filter(by_kernel).map(|machine| machine.led_by).collect();
    let kernels = told::kernels(ctx, &sightings).await?;
    let explained = |machine: &PickedMachine| {
        let waiting = facts.get(&machine.led_by).and_then(|facts| updates(facts)).unwrap_or_default();
        let kernels = kernels.get(&machine.led_by).map(Vec::as_slice).unwrap_or_default();
        machine.findings.iter().map(|one| one.explain(&claims, &waiting, kernels)).collect()
    };
    Ok(machines.iter().map(explained).collect())
}

impl Picked {
    fn explain(
        &self,
        claims: &HashMap<(i64, String), Vec<told::Told>>,
        waiting: &crate::server::board::Updates,
        kernels: &[(String, String)],
    ) -> MachineFinding {
        let (mut packages, mut fixed, mut feed, mut advisory) = (Vec::new(), "", "", "");
        for (package, release) in &self.units {
            let of = claims.get(&(*package, release.to_string())).into_iter().flatten();
            for claim in of.filter(|claim| *claim.weakness == *self.key && *claim.subject == *self.subject) {
                let name = claim.name.clone().unwrap_or_else(|| claim.subject.clone());
                packages.push(WeakPackage { name, installed: claim.installed.clone() });
                if fixed.is_empty() {
                    fixed = &claim.fixed;
                }
                // The surest claim is the one that is named.
                if feed.is_empty() || claim.evidence == self.known.claimed.as_str() {
                    (feed, advisory) = (&claim.feed, &claim.advisory);
                }
            }
        }
        if self.key.starts_with(UPDATE) {
            for update in waiting.packages.iter().filter(|one| one.security && *one.name == *self.subject) {
                packages.push(WeakPackage { name: update.name.clone(), installed: update.installed.clone() });
                fixed = &update.available;
            }
            feed = &waiting.source;
        }
        packages.sort_unstable();
        packages.dedup();
        MachineFinding {
            weakness: self.known_as.clone(),
            title_ja: self.title_ja.to_string(),
            title_en: self.title_en.to_string(),
            subject: self.subject.to_string(),
            part: self.part,
            packages,
            fixed: fixed.to_owned(),
            standing: self.known.standing,
            severity: self.severity,
            score: self.score,
            exploited_at: self.exploited_at.map(Time::from_micros),
            epss: self.epss,
            since: time_of(self.since),
            due_on: (self.exception.is_none()).then(|| day_text(i64::from(self.due / DAY))),
            overdue: self.overdue,
            evidence: self.known.evidence(),
            feed: feed.to_owned(),
            advisory: advisory.to_owned(),
            what_to_do: self.what_to_do(fixed, kernels),
            exception: None,
        }
    }

    /// What mends it: a version, or one of the kernels that are installed already.
    fn what_to_do(&self, fixed: &str, kernels: &[(String, String)]) -> WhatToDo {
        let is_windows = self.units.iter().any(|(_, release)| **release == *RELEASE);
        match (self.known.standing, self.part) {
            _ if self.key.starts_with(END) && self.part == Part::Os => WhatToDo::UpgradeRelease,
            _ if self.key.starts_with(END) => WhatToDo::UpgradeProgram,
            (Standing::NoFix, _) => WhatToDo::Wait,
            // What lets people in from outside and is not mended is not worth keeping.
            (Standing::WillNotFix, Part::Remote) => WhatToDo::Replace,
            (Standing::WillNotFix, _) => WhatToDo::Mitigate,
            (Standing::Open, Part::Os) => WhatToDo::UpdateSystem,
            (Standing::Open, _) if is_windows => WhatToDo::InstallUpdate,
            (Standing::Open, _) if self.is_kernel && mends(kernels, fixed) => WhatToDo::Restart,
            (Standing::Open, _) if !fixed.is_empty() || self.known.updater => WhatToDo::UpdatePackage,
            (Standing::Open, _) => WhatToDo::Mitigate,
        }
    }
}

/// Whether any of these kernels, by package system and version, is without what this version mends.
fn mends(kernels: &[(String, String)], fixed: &str) -> bool {
    kernels.iter().any(|(system, version)| {
        let scheme = if system == "rpm" { Scheme::Rpm } else { Scheme::Dpkg };
        !fixed.is_empty() && scheme.compare(version, fixed).is_ok_and(std::cmp::Ordering::is_ge)
    })
}

#[cfg(test)]
mod tests {
    use super::mends;

    #[test]
    fn a_kernel_that_is_installed_and_new_enough_needs_only_a_restart() {
        let has = |system: &str, versions: &[&str], fixed: &str| {
            let kernels: Vec<_> = versions.iter().map(|it| (system.to_owned(), (*it).to_owned())).collect();
            mends(&kernels, fixed)
        };
        assert!(has("dpkg", &["6.1.69-1", "6.1.76-1"], "6.1.76-1"));
        assert!(!has("dpkg", &["6.1.69-1"], "6.1.76-1"));
        assert!(has("rpm", &["5.14.0-362.18.1.el9_3"], "0:5.14.0-362.8.1.el9_3"));
        assert!(!has("dpkg", &["6.1.76-1"], ""));
    }
}
