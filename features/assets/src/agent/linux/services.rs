//! Services, from the units of systemd (systemd.unit(5)) and the groups of processes that it makes for them.

use std::collections::{BTreeMap, BTreeSet};

use super::Root;
use crate::model::Service;

/// Where units stand; the first that has a name wins.
const PLACES: &[&str] =
    &[OWN, "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];
/// Where the machine's owner, and packages in their name, switch units on.
const OWN: &str = "/etc/systemd/system";
const SUFFIX: &str = ".service";
/// A full server has a few hundred.
const MOST: usize = 2000;

/// The services that somebody can switch on or off, and those that run.
pub(super) fn read(root: &Root) -> Vec<Service> {
    let switched_on = switched_on(root);
    let running = running(root);
    let mut found: BTreeMap<String, Service> = BTreeMap::new();
    for place in PLACES {
        for file in root.names(place) {
            let Some(name) = file.strip_suffix(SUFFIX).filter(|name| !name.ends_with('@')) else { continue };
            if found.contains_key(name) {
                continue;
            }
            if let Some(service) = unit(root, &format!("{place}/{file}"), name, &switched_on) {
                found.insert(name.to_owned(), service);
            }
        }
    }
    // What is made of a template has no file of its own: `getty@tty1`.
    let made = switched_on.iter().chain(running.iter().flatten()).filter(|name| name.contains('@'));
    for name in made {
        found.entry(name.clone()).or_insert_with(|| Service {
            start: Some(if switched_on.contains(name) { "enabled" } else { "static" }.to_owned()),
            name: name.clone(),
            ..Service::default()
        });
    }
    for service in found.values_mut() {
        service.running = running.as_ref().map(|running| running.contains(&service.name));
    }
    let tells = |service: &Service| service.start.as_deref() != Some("static") || service.running == Some(true);
    found.into_values().filter(tells).take(MOST).collect()
}

/// A unit by its file; `None` where the file is another name of some other unit.
fn unit(root: &Root, path: &str, name: &str, switched_on: &BTreeSet<String>) -> Option<Service> {
    let target = root.link(path);
    let masked = target.as_deref() == Some("/dev/null");
    if target.is_some_and(|target| !masked && target.rsplit('/').next() != path.rsplit('/').next()) {
        return None;
    }
    let text = if masked { String::new() } else { root.text(path).unwrap_or_default() };
    let start = match () {
        // An empty file hides a unit just as well.
        () if text.is_empty() => "masked",
        () if switched_on.contains(name) => "enabled",
        () if text.lines().any(|line| line.trim() == "[Install]") => "disabled",
        () => "static",
    };
    let description = text.lines().find_map(|line| line.strip_prefix("Description="));
    Some(Service {
        name: name.to_owned(),
        description: description.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        start: Some(start.to_owned()),
        running: None,
    })
}

/// What is switched on: links below `*.wants` and `*.requires`, and links that give a unit another name.
fn switched_on(root: &Root) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in root.names(OWN) {
        if entry.ends_with(".wants") || entry.ends_with(".requires") {
            let names = root.names(&format!("{OWN}/{entry}"));
            found.extend(names.iter().filter_map(|name| name.strip_suffix(SUFFIX)).map(str::to_owned));
        } else if entry.ends_with(SUFFIX) {
            let target = root.link(&format!("{OWN}/{entry}"));
            let target = target.and_then(|target| target.rsplit('/').next()?.strip_suffix(SUFFIX).map(str::to_owned));
            found.extend(target);
        }
    }
    found
}

/// The units that have processes; `None` where systemd keeps no groups for them.
fn running(root: &Root) -> Option<BTreeSet<String>> {
    let place =
        ["/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/systemd/system.slice", "/sys/fs/cgroup/unified/system.slice"]
            .into_iter()
            .find(|place| root.exists(place))?;
    let mut found = BTreeSet::new();
    for name in root.names(place) {
        let at = format!("{place}/{name}");
        if name.ends_with(".slice") {
            // `system-getty.slice` holds what is made of one template.
            for inner in root.names(&at) {
                found.extend(with_processes(root, &at, &inner));
            }
        } else {
            found.extend(with_processes(root, place, &name));
        }
    }
    Some(found)
}

fn with_processes(root: &Root, place: &str, name: &str) -> Option<String> {
    let unit = name.strip_suffix(SUFFIX)?;
    let at = format!("{place}/{name}");
    // The second kind of groups says so itself, inner groups included; the first lists the processes.
    let busy = match root.text(&format!("{at}/cgroup.events")) {
        Some(events) => events.lines().any(|line| line == "populated 1"),
        None => root.text(&format!("{at}/cgroup.procs")).is_some(),
    };
    busy.then(|| unit.to_owned())
}
