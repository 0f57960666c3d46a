//! `GET /api/v1/vulnerabilities/remedy`: exactly the endpoints and packages behind a filter, for whoever distributes updates.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Query, error::Problem};

use super::{
    filter::{Asked, FindingFilter},
    packages::{self, Mends},
};
use crate::{
    claim::{Part, Standing},
    count::{Board, END, Finding, Machine, UPDATE, Unit, View, in_parts},
    server::board::{Counted, counted},
};

/// What mends what is behind a filter.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Remedy {
    machines: u64,
    /// Those of them where our agent runs and can mend something.
    endpoints: Vec<String>,
    without_agent: u64,
    /// What is to be updated anywhere.
    packages: Vec<String>,
    systems: Vec<RemedySystem>,
    /// What no update mends, and on how many machines.
    cannot: Vec<RemedyCannot>,
}

/// Endpoints of one package system.
#[derive(Debug, Serialize, ToSchema)]
struct RemedySystem {
    /// `apt`, `dnf`, `windows`, `other`.
    system: String,
    endpoints: Vec<String>,
    packages: Vec<String>,
}

/// Why machines cannot be mended from here.
#[derive(Debug, Serialize, ToSchema)]
struct RemedyCannot {
    /// `no_agent`, `no_fix`, `end_of_life`, `not_a_package` (only its own updater or maker can).
    why: String,
    machines: u64,
}

/// Show what mends findings
#[utoipa::path(get, path = "/api/v1/vulnerabilities/remedy", tag = "vulnerabilities", params(FindingFilter),
    responses((status = 200, body = Remedy), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn remedy(
    State(ctx): State<Context>,
    caller: Caller,
    Query(filter): Query<FindingFilter>,
) -> ApiResult<Json<Remedy>> {
    let asked = std::sync::Arc::new(filter.read(&ctx, &caller).await?);
    let first = std::sync::Arc::clone(&asked);
    let units: HashMap<u32, i64> = counted(&ctx, move |counted| behind(counted, &first)).await?;
    let numbers: HashSet<i64> = units.values().copied().collect();
    let known =
        Known { sources: packages::sources(&ctx, &numbers).await?, updates: packages::updates(&ctx, &numbers).await? };
    Ok(Json(counted(&ctx, move |counted| mend(counted, &asked, &known)).await?))
}

/// What is known of the packages behind a filter.
struct Known {
    /// The package system of each.
    sources: HashMap<i64, String>,
    /// The updates that mend Windows.
    updates: HashMap<i64, Vec<Mends>>,
}

/// The units by which machines have what is asked for, and their packages.
fn behind(counted: &Counted, asked: &Asked) -> HashMap<u32, i64> {
    let view = asked.view(counted);
    let plan = Plan::of(&view);
    let parts = in_parts(&view, |machines| {
        let units = machines.iter().flat_map(|machine| plan.units(machine, &plan.wanted(&view, machine)));
        units.collect::<HashSet<u32>>()
    });
    parts.into_iter().flatten().map(|unit| (unit, view.board.units[unit as usize].package)).collect()
}

/// What an update does about a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing: its release has ended.
    End,
    /// It is an update that waits, whose package is its subject.
    Update,
    /// Something of people's way in.
    Remote,
    /// It is mended with a package.
    Package,
}

/// What is worked out once for all machines, which have the same findings millions of times.
struct Plan {
    /// By the finding's place.
    kinds: Vec<Kind>,
    /// By the unit's place: the findings that are asked for and that an update of it mends.
    mends: Vec<Vec<u32>>,
}

impl Plan {
    fn of(view: &View<'_>) -> Self {
        let board = view.board;
        let kind = |finding: &Finding| {
            let key = &board.weaknesses[finding.weakness as usize].id;
            if key.starts_with(END) {
                Kind::End
            } else if key.starts_with(UPDATE) {
                Kind::Update
            } else if finding.part == Part::Remote {
                Kind::Remote
            } else {
                Kind::Package
            }
        };
        let mends = |unit: &Unit| {
            let open = unit.claims.iter().filter(|(_, known)| known.standing == Standing::Open);
            open.map(|(finding, _)| *finding).filter(|finding| view.asks_for(*finding)).collect()
        };
        Self { kinds: board.findings.iter().map(kind).collect(), mends: board.units.iter().map(mends).collect() }
    }

    /// The findings of a machine that are asked for and can be mended by an update, in rising order as the machine has them.
    fn wanted(&self, view: &View<'_>, machine: &Machine) -> Vec<u32> {
        let can = view.findings(machine).filter(|shown| shown.held.known().standing == Standing::Open);
        let can = can.filter(|shown| self.kinds[shown.held.finding as usize] != Kind::End);
        can.map(|shown| shown.held.finding).collect()
    }

    /// What a machine has that is to be updated for such findings.
    fn units(&self, machine: &Machine, wanted: &[u32]) -> Vec<u32> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let mends = |unit: &&u32| self.mends[**unit as usize].iter().any(|it| wanted.binary_search(it).is_ok());
        machine.units.iter().filter(mends).copied().collect()
    }
}

/// The system that updates packages of a machine, by its release and the package's own source.
fn system(release: &str, source: Option<&str>) -> &'static str {
    match (release.split(':').next().unwrap_or_default(), source) {
        ("debian" | "ubuntu", None | Some("dpkg")) => "apt",
        ("rhel" | "fedora" | "centos-stream", None | Some("rpm")) => "dnf",
        ("windows", _) => "windows",
        _ => "other",
    }
}

/// What is to be done by one system, on which endpoints. Packages are marked by their unit and named at the end: a hundred thousand machines
/// with three hundred packages each name the same few thousand.
#[derive(Default)]
struct ToDo {
    units: HashSet<u32>,
    names: BTreeSet<String>,
    endpoints: BTreeSet<String>,
}

impl ToDo {
    fn and(&mut self, other: Self) {
        self.units.extend(other.units);
        self.names.extend(other.names);
        self.endpoints.extend(other.endpoints);
    }
}

/// What some machines need.
#[derive(Default)]
struct Needs {
    machines: u64,
    without_agent: u64,
    systems: BTreeMap<&'static str, ToDo>,
    cannot: BTreeMap<&'static str, u64>,
}

impl Needs {
    fn and(&mut self, other: Self) {
        self.machines += other.machines;
        self.without_agent += other.without_agent;
        for (system, to_do) in other.systems {
            self.systems.entry(system).or_default().and(to_do);
        }
        for (why, machines) in other.cannot {
            *self.cannot.entry(why).or_default() += machines;
        }
    }

    /// What one machine needs.
    fn add(&mut self, view: &View<'_>, plan: &Plan, machine: &Machine, known: &Known) {
        let board = view.board;
        let mut whys = BTreeSet::new();
        let (mut any, mut does) = (false, BTreeSet::<&'static str>::new());
        let mut names = |system: &'static str, name: &str| {
            does.insert(system);
            let names = &mut self.systems.entry(system).or_default().names;
            if machine.endpoint.is_some() && !names.contains(name) {
                names.insert(name.to_owned());
            }
        };
        for shown in view.findings(machine) {
            any = true;
            match plan.kinds[shown.held.finding as usize] {
                Kind::End => {
                    whys.insert("end_of_life");
                }
                _ if shown.held.known().standing != Standing::Open => {
                    whys.insert("no_fix");
                }
                Kind::Update => {
                    names(system(&machine.release, None), &board.findings[shown.held.finding as usize].subject);
                }
                Kind::Remote if machine.endpoint.is_none() => {
                    whys.insert("not_a_package");
                }
                Kind::Remote | Kind::Package => {}
            }
        }
        if !any {
            return;
        }
        self.machines += 1;
        let wanted = plan.wanted(view, machine);
        let mut marked = Vec::new();
        for number in plan.units(machine, &wanted) {
            let unit = &board.units[number as usize];
            let Some(source) = known.sources.get(&unit.package) else { continue };
            let system = system(&machine.release, Some(source));
            // Of Windows it is said which update.
            let is_wanted = |id: &str| {
                let findings = board.weakness(id).map(|at| board.findings_of(at)).unwrap_or_default();
                findings.iter().any(|finding| wanted.binary_search(finding).is_ok())
            };
            let updates = known.updates.get(&unit.package).map(|it| packages::needed(it, is_wanted));
            match updates.filter(|it| !it.is_empty()) {
                Some(updates) => updates.iter().for_each(|kb| names(system, kb)),
                None => marked.push((system, number)),
            }
        }
        does.extend(marked.iter().map(|(system, _)| *system));
        match &machine.endpoint {
            None => {
                self.without_agent += 1;
                whys.insert("no_agent");
            }
            Some(endpoint) => {
                for (system, unit) in marked {
                    self.systems.entry(system).or_default().units.insert(unit);
                }
                for system in does {
                    self.systems.entry(system).or_default().endpoints.insert(endpoint.clone());
                }
            }
        }
        whys.into_iter().for_each(|why| *self.cannot.entry(why).or_default() += 1);
    }

    /// With the names of the packages that were marked.
    fn named(self, board: &Board) -> Remedy {
        let (mut systems, mut endpoints, mut names) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (system, mut to_do) in self.systems {
            if to_do.endpoints.is_empty() {
                continue;
            }
            to_do.names.extend(to_do.units.iter().map(|unit| board.units[*unit as usize].name.to_string()));
            endpoints.extend(to_do.endpoints.iter().cloned());
            names.extend(to_do.names.iter().cloned());
            systems.push(RemedySystem {
                system: system.to_owned(),
                endpoints: to_do.endpoints.into_iter().collect(),
                packages: to_do.names.into_iter().collect(),
            });
        }
        let cannot = self.cannot.into_iter();
        Remedy {
            machines: self.machines,
            endpoints: endpoints.into_iter().collect(),
            without_agent: self.without_agent,
            packages: names.into_iter().collect(),
            systems,
            cannot: cannot.map(|(why, machines)| RemedyCannot { why: why.to_owned(), machines }).collect(),
        }
    }
}

fn mend(counted: &Counted, asked: &Asked, known: &Known) -> Remedy {
    let view = asked.view(counted);
    let plan = Plan::of(&view);
    let parts = in_parts(&view, |machines| {
        let mut needs = Needs::default();
        machines.iter().for_each(|machine| needs.add(&view, &plan, machine, known));
        needs
    });
    let mut needs = Needs::default();
    parts.into_iter().for_each(|part| needs.and(part));
    needs.named(view.board)
}

#[cfg(test)]
mod tests {
    use super::system;

    #[test]
    fn a_package_is_updated_by_the_system_that_it_came_from() {
        assert_eq!(system("debian:12", Some("dpkg")), "apt");
        assert_eq!(system("ubuntu:22.04", None), "apt");
        assert_eq!(system("rhel:9+rebuilt", Some("rpm")), "dnf");
        assert_eq!(system("debian:12", Some("pip")), "other");
        assert_eq!(system("windows", Some("registry")), "windows");
        assert_eq!(system("", None), "other");
    }
}
