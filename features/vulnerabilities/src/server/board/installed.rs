//! What is on machines: packages of which something is claimed, and the security updates that their own updaters say wait.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Deserialize;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Context};

use super::{Store, intern};
use crate::{
    count::Machine,
    server::{appliances, windows},
    windows::{Os, installed},
};

/// Machines that are read at once.
pub(super) const AT_ONCE: usize = 500;
/// New units of whom the machines are asked for at once.
const UNITS: usize = 100;

/// The part of an inventory that says what runs and what waits.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Facts {
    os: Os,
    updates: Option<Updates>,
}

/// As `yagura_assets::model::Updates` has them.
#[derive(Debug, Default, Deserialize)]
pub(in crate::server) struct Updates {
    pub source: String,
    pub security: u32,
    #[serde(default)]
    pub packages: Vec<Waiting>,
}

/// An update that waits.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct Waiting {
    pub name: String,
    pub installed: String,
    pub available: String,
    pub security: bool,
}

/// What the facts of a sighting say of updates.
pub(in crate::server) fn updates(facts: &str) -> Option<Updates> {
    serde_json::from_str::<Facts>(facts).ok()?.updates
}

/// The names under which security updates wait. A list that was cut, or is not told, leaves the package system itself as what is behind.
fn names(updates: &Updates) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> =
        updates.packages.iter().filter(|one| one.security).map(|one| one.name.as_str()).collect();
    if names.len() < updates.security as usize {
        names.insert(&updates.source);
    }
    names
}

/// These machines with what is on them now. What they suffer from is not judged yet.
pub(super) async fn read(ctx: &Context, ids: &[String]) -> Result<Vec<Machine>, ApiError> {
    let store = ctx.part::<Store>();
    let mut machines: Vec<Machine> = {
        let counted = store.read();
        let place = |id: &String| counted.board.machine(id);
        ids.iter().filter_map(place).map(|at| counted.board.machines[at].clone()).collect()
    };
    let list = numbers(machines.iter().map(|machine| machine.led_by).filter(|number| *number != 0));
    let (mut packages, mut told) = (HashMap::<i64, Vec<i64>>::new(), HashMap::new());
    if !list.is_empty() {
        let sql = format!("SELECT sighting, package FROM assets_installed WHERE sighting IN ({list})");
        let rows: Vec<(i64, i64)> =
            sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        for (sighting, package) in rows {
            packages.entry(sighting).or_default().push(package);
        }
        told = facts(ctx, &list).await?;
    }
    appliances::devices::take_over(ctx, &machines).await?;
    let windows: Vec<_> = machines
        .iter()
        .filter(|machine| &*machine.release == windows::RELEASE)
        .map(|machine| (machine.id.clone(), told.get(&machine.led_by).and_then(|told| installed(&told.os))))
        .collect();
    let mut runs_windows = windows::take_over(ctx, &windows).await?;
    let judged = windows::judged(ctx, runs_windows.values().copied()).await?;
    // A build that nobody had before is judged in a moment. Until then the machine stands as it stood, or all that it had would look mended;
    // it is not read now, and so it is at the next look.
    machines.retain(|machine| runs_windows.get(&machine.id).is_none_or(|package| judged.contains(package)));
    let written: Vec<(String, i64)> =
        sqlx::query_as("SELECT COALESCE(asset_id, id), package FROM vulnerabilities_appliance ORDER BY package")
            .fetch_all(ctx.db().read())
            .await?;
    let mut runs_on: HashMap<String, Vec<i64>> = HashMap::new();
    for (machine, package) in written {
        runs_on.entry(machine).or_default().push(package);
    }
    let update = |names: &Vec<String>| names.iter().map(|name| intern::update(name)).collect::<Vec<_>>();
    intern::findings(ctx, told.values().filter_map(|told| told.waits.as_ref()).flat_map(update)).await?;
    let counted = store.read();
    let board = &counted.board;
    for machine in &mut machines {
        let has = packages.remove(&machine.led_by).unwrap_or_default();
        let runs = runs_on.remove(&machine.id).unwrap_or_default().into_iter().chain(runs_windows.remove(&machine.id));
        let told = told.get(&machine.led_by);
        machine.kernel = told.map(|told| running(&told.os.kernel)).unwrap_or_default().into();
        let on = |package| board.units_on(package, &machine.release, &machine.kernel);
        let mut units: Vec<u32> = has.into_iter().chain(runs).flat_map(on).collect();
        units.sort_unstable();
        units.dedup();
        machine.units = units;
        let number = |name: &String| {
            let (subject, weakness, _) = intern::update(name);
            board.weakness(&weakness).and_then(|weakness| board.finding(&subject, weakness))
        };
        machine.waiting = told.and_then(|told| told.waits.as_ref()).map(|names| {
            let mut numbers: Vec<u32> = names.iter().filter_map(number).collect();
            numbers.sort_unstable();
            numbers
        });
        machine.read_at = machine.told_at;
    }
    Ok(machines)
}

/// What the inventory of a sighting says.
struct Told {
    os: Os,
    /// What waits; nothing where its updater does not tell.
    waits: Option<Vec<String>>,
}

/// What inventories say, by sighting.
async fn facts(ctx: &Context, list: &str) -> Result<HashMap<i64, Told>, ApiError> {
    let sql = format!(
        "SELECT a.led_by, a.security_updates, s.facts FROM assets_asset a
         JOIN assets_sighting s ON s.number = a.led_by WHERE a.led_by IN ({list})"
    );
    let rows: Vec<(i64, Option<i64>, String)> =
        sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
    let told = |(sighting, security, facts): (i64, Option<i64>, String)| {
        let Facts { os, updates } = serde_json::from_str(&facts).unwrap_or_default();
        let updates = security.map(|_| updates.unwrap_or_default());
        (sighting, Told { os, waits: updates.map(|it| names(&it).into_iter().map(str::to_owned).collect()) })
    };
    Ok(rows.into_iter().map(told).collect())
}

/// The release of the kernel that runs; empty where what is told is only its version (`6.1.0`), which packages cannot be found by.
fn running(kernel: &str) -> &str {
    if kernel.contains('-') { kernel } else { "" }
}

/// Numbers between commas, for SQL.
fn numbers(numbers: impl Iterator<Item = i64>) -> String {
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(", ")
}

/// Gives new units to the machines that have their packages; the machines.
pub(super) async fn with_new_units(ctx: &Context, new: &[u32]) -> Result<Vec<String>, ApiError> {
    let store = ctx.part::<Store>();
    let mut concerned = HashSet::new();
    let by_sighting: HashMap<i64, usize> = {
        let counted = store.read();
        let all = counted.board.machines.iter().enumerate();
        all.filter(|(_, machine)| machine.led_by != 0).map(|(at, machine)| (machine.led_by, at)).collect()
    };
    for some in new.chunks(UNITS) {
        let of: HashMap<i64, Vec<u32>> = {
            let counted = store.read();
            let mut of: HashMap<i64, Vec<u32>> = HashMap::new();
            for unit in some {
                of.entry(counted.board.units[*unit as usize].package).or_default().push(*unit);
            }
            of
        };
        let sql = format!(
            "SELECT package, sighting FROM assets_installed WHERE package IN ({})",
            numbers(of.keys().copied())
        );
        let rows: Vec<(i64, i64)> =
            sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        let mut counted = store.write();
        let board = &mut counted.board;
        for (package, sighting) in rows {
            let Some(at) = by_sighting.get(&sighting) else { continue };
            for unit in of.get(&package).into_iter().flatten() {
                let machine = &mut board.machines[*at];
                if !board.units[*unit as usize].is_on(&machine.release, &machine.kernel) {
                    continue;
                }
                if let Err(place) = machine.units.binary_search(unit) {
                    machine.units.insert(place, *unit);
                    concerned.insert(machine.id.clone());
                }
            }
        }
    }
    let packages: HashSet<i64> = {
        let counted = store.read();
        new.iter().map(|unit| counted.board.units[*unit as usize].package).collect()
    };
    concerned.extend(that_run(ctx, &packages).await?);
    Ok(concerned.into_iter().collect())
}

/// Appliances and machines with Windows that run one of these.
async fn that_run(ctx: &Context, packages: &HashSet<i64>) -> Result<Vec<String>, ApiError> {
    let mut rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT COALESCE(asset_id, id), package FROM vulnerabilities_appliance")
            .fetch_all(ctx.db().read())
            .await?;
    for some in packages.iter().copied().collect::<Vec<_>>().chunks(UNITS) {
        rows.extend(windows::running(ctx, some).await?);
    }
    let mut counted = ctx.part::<Store>().write();
    let board = &mut counted.board;
    let mut concerned = Vec::new();
    for (machine, package) in rows.into_iter().filter(|(_, package)| packages.contains(package)) {
        let Some(at) = board.machine(&machine) else { continue };
        let (release, kernel) = (board.machines[at].release.clone(), board.machines[at].kernel.clone());
        let units: Vec<u32> = board.units_on(package, &release, &kernel).collect();
        let has = &mut board.machines[at].units;
        has.extend(units);
        has.sort_unstable();
        has.dedup();
        concerned.push(machine);
    }
    Ok(concerned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_security_updates_are_named_and_a_cut_list_is_not_taken_for_a_whole_one() {
        let facts = r#"{"os": {}, "updates": {"source": "apt", "count": 5, "security": 3, "packages": [
            {"name": "openssl", "installed": "3.0.11-1", "available": "3.0.17-1~deb12u2", "security": true},
            {"name": "vim", "installed": "1", "available": "2", "security": false}]}}"#;
        let told = updates(facts).unwrap();
        assert_eq!(names(&told).into_iter().collect::<Vec<_>>(), ["apt", "openssl"]);
        assert!(updates(r#"{"os": {}}"#).is_none());
        assert!(updates("").is_none());
    }
}
