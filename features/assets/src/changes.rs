//! What changed between two looks at a machine, as people would say it: one line for each thing, with its old and its new value.
//!
//! What changes all the time (room on disks, ports of programs that come and go, times) is no change.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::words;

use crate::{
    Assets,
    identity::is_from_maker,
    model::{Disk, Display, Interface, Protection, Software},
    whereabouts::Whereabouts,
};

words! {
    /// What kind of thing changed.
    Part {
        /// The host name.
        Hostname = "hostname",
        /// The operating system and its version.
        Os = "os",
        /// The kernel.
        Kernel = "kernel",
        /// Maker, model, serial number or UUID: another machine under the same agent.
        Machine = "machine",
        /// The firmware.
        Firmware = "firmware",
        /// The processor.
        Cpu = "cpu",
        /// The amount of memory.
        Memory = "memory",
        /// A disk.
        Disk = "disk",
        /// A network interface, or its hardware address.
        Interface = "interface",
        /// The addresses of an interface.
        Address = "address",
        /// An installed program or package.
        Software = "software",
        /// An account that can sign in.
        Account = "account",
        /// An account that may do everything.
        Administrator = "administrator",
        /// Whether an antivirus program or a firewall works.
        Protection = "protection",
        /// A display.
        Display = "display",
        /// The time zone.
        TimeZone = "time_zone",
        /// Whether a volume is encrypted.
        Encryption = "encryption",
        /// Where it is: an office, at home, elsewhere.
        Whereabouts = "whereabouts",
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What kind of thing changed.
    pub part: Part,
    /// Which one, where a machine has many: a disk, a package. Empty where it has one.
    pub name: String,
    /// What it was; `None` for what is new.
    pub before: Option<String>,
    /// What it is; `None` for what is gone.
    pub after: Option<String>,
}

/// All changes from one look to the next, in the order of [`Part`], then by name.
#[must_use]
pub fn changes(before: &Assets, after: &Assets) -> Vec<Change> {
    changes_of(Part::ALL, before, after)
}

/// The same of all but software, for who keeps software apart.
#[must_use]
pub fn changes_but_software(before: &Assets, after: &Assets) -> Vec<Change> {
    let parts: Vec<Part> = Part::ALL.iter().copied().filter(|part| *part != Part::Software).collect();
    changes_of(&parts, before, after)
}

/// What changed in the software of a machine that has `after`, of which `came` is new and `went` is there no more: the same as
/// [`changes`] tells of it, without a look at what stayed.
#[must_use]
pub fn software_changes(went: &[Software], came: &[&Software], after: &[Software]) -> Vec<Change> {
    let touched: BTreeSet<&str> = went.iter().chain(came.iter().copied()).map(|one| one.name.as_str()).collect();
    if touched.is_empty() {
        return Vec::new();
    }
    let now: Vec<&Software> = after.iter().filter(|one| touched.contains(one.name.as_str())).collect();
    let is_new = |one: &&Software| came.iter().any(|new| same_package(new, one));
    let old = versions(went.iter().chain(now.iter().copied().filter(|one| !is_new(one))));
    let new = versions(now.iter().copied());
    let change = |name: &&str| {
        let (before, after) = (old.get(*name).cloned(), new.get(*name).cloned());
        (before != after).then(|| Change { part: Part::Software, name: (*name).to_owned(), before, after })
    };
    touched.iter().filter_map(change).collect()
}

/// Whether two rows are of one package in one version.
fn same_package(a: &Software, b: &Software) -> bool {
    (&a.name, &a.version, &a.source, &a.architecture, &a.publisher)
        == (&b.name, &b.version, &b.source, &b.architecture, &b.publisher)
}

fn changes_of(parts: &[Part], before: &Assets, after: &Assets) -> Vec<Change> {
    let mut found = Vec::new();
    for part in parts {
        let (old, new) = (values(*part, before), values(*part, after));
        // Of what no machine is without, an empty list is one that the source could not, or cannot, read.
        if matches!(part, Part::Software | Part::Account | Part::Administrator) && (old.is_empty() || new.is_empty()) {
            continue;
        }
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for name in names {
            let (before, after) = (old.get(name), new.get(name));
            if before == after
                || is_news_of_the_source(*part, before, after)
                || is_the_kernels_share(*part, before, after)
            {
                continue;
            }
            found.push(Change {
                part: *part,
                name: name.clone(),
                before: before.filter(|text| !text.is_empty()).cloned(),
                after: after.filter(|text| !text.is_empty()).cloned(),
            });
        }
    }
    found
}

/// Where a machine has exactly one of something, that it is now known, or cannot be read this time, is no change of the machine.
fn is_news_of_the_source(part: Part, before: Option<&String>, after: Option<&String>) -> bool {
    let has_many = matches!(
        part,
        Part::Disk
            | Part::Interface
            | Part::Software
            | Part::Account
            | Part::Administrator
            | Part::Protection
            | Part::Display
    );
    !has_many && (before.is_none_or(String::is_empty) || after.is_none_or(String::is_empty))
}

/// The kernel keeps a part of the memory for itself, another one after each update. No module is so small.
fn is_the_kernels_share(part: Part, before: Option<&String>, after: Option<&String>) -> bool {
    let mebibytes = |text: Option<&String>| text?.strip_suffix(MIB)?.parse::<u64>().ok();
    part == Part::Memory && mebibytes(before).zip(mebibytes(after)).is_some_and(|(a, b)| a.abs_diff(b) < 256)
}

const MIB: &str = " MiB";

/// All things of one kind, by name.
fn values(part: Part, assets: &Assets) -> BTreeMap<String, String> {
    let Assets { hardware, os, .. } = assets;
    let one = |text: String| BTreeMap::from([(String::new(), text)]);
    match part {
        Part::Hostname => one(os.hostname.clone().unwrap_or_default()),
        Part::Os => one(joined([Some(&os.name), Some(&os.version)])),
        Part::Kernel => one(os.kernel.clone()),
        Part::Machine => BTreeMap::from(
            [
                ("vendor", hardware.vendor.clone()),
                ("model", hardware.model.clone()),
                ("serial", hardware.serial.clone()),
                ("uuid", hardware.uuid.clone()),
            ]
            .map(|(name, value)| (name.to_owned(), value.unwrap_or_default())),
        ),
        Part::Firmware => one(hardware.firmware.clone().unwrap_or_default()),
        Part::Cpu => one(match hardware.cpu.threads {
            0 => String::new(),
            threads => joined([Some(&hardware.cpu.model), Some(&format!("× {threads}"))]),
        }),
        Part::Memory => one(match hardware.memory_bytes >> 20 {
            0 => String::new(),
            mebibytes => format!("{mebibytes}{MIB}"),
        }),
        Part::Disk => assets.disks.iter().filter(|disk| !disk.removable).map(disk).collect(),
        Part::Interface => {
            interfaces(assets).map(|one| (one.name.clone(), one.mac.clone().unwrap_or_default())).collect()
        }
        Part::Address => interfaces(assets).map(addresses).collect(),
        Part::Software => versions(&assets.software),
        Part::Account => assets.users.iter().map(|user| (user.name.clone(), user.id.clone())).collect(),
        Part::Administrator => {
            assets.administrators.iter().map(|one| (one.name.clone(), one.through.join(", "))).collect()
        }
        Part::Protection => assets.protection.iter().map(protection).collect(),
        Part::Display => assets.displays.iter().map(display).collect(),
        Part::TimeZone => one(os.time_zone.clone().unwrap_or_default()),
        Part::Encryption => {
            let volume = |one: &crate::model::Volume| Some((one.mount.clone(), one.encrypted?.to_string()));
            assets.volumes.iter().filter_map(volume).collect()
        }
        Part::Whereabouts => one(assets.whereabouts.as_ref().map(whereabouts).unwrap_or_default()),
    }
}

fn joined<'a>(parts: impl IntoIterator<Item = Option<&'a String>>) -> String {
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// A disk by its serial number, so that one that only got another letter is the same; by its name where it has none.
fn disk(disk: &Disk) -> (String, String) {
    let name = disk.serial.clone().unwrap_or_else(|| disk.name.clone());
    (name, joined([disk.model.as_ref(), Some(&format!("{} MB", disk.size_bytes / 1_000_000))]))
}

/// Interfaces that somebody made. Those of containers and tunnels, whose addresses a program gave, come and go by themselves.
fn interfaces(assets: &Assets) -> impl Iterator<Item = &Interface> {
    assets.network.iter().filter(|one| one.mac.as_deref().is_some_and(is_from_maker))
}

/// Addresses of version 4: those of version 6 change by themselves for people's privacy (RFC 8981).
fn addresses(one: &Interface) -> (String, String) {
    let mut addresses = one.ipv4.clone();
    addresses.sort_unstable();
    (one.name.clone(), addresses.join(", "))
}

/// Whether it works; a version that is only newer is no change of the machine's protection.
fn protection(one: &Protection) -> (String, String) {
    let works = match one.active {
        Some(true) => "on",
        Some(false) => "off",
        None => "unknown",
    };
    (one.name.clone(), works.to_owned())
}

/// `office 本社`, `home`, `elsewhere`.
fn whereabouts(one: &Whereabouts) -> String {
    joined([Some(&one.place.to_string()), Some(&one.office)])
}

/// A display by its serial number: it may be plugged in elsewhere tomorrow.
fn display(one: &Display) -> (String, String) {
    let name = one.serial.clone().unwrap_or_else(|| one.connector.clone());
    (name, joined([one.maker.as_ref(), one.model.as_ref()]))
}

/// Packages by name. Of one that is there several times (architectures, kernels) all versions are one value.
fn versions<'a>(software: impl IntoIterator<Item = &'a Software>) -> BTreeMap<String, String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in software {
        versions.entry(&one.name).or_default().push(&one.version);
    }
    versions
        .into_iter()
        .map(|(name, mut versions)| {
            versions.sort_unstable();
            versions.dedup();
            (name.to_owned(), versions.join(", "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::whereabouts::Place;

    fn laptop() -> Assets {
        serde_json::from_str(include_str!("../golden/assets-v1.json")).unwrap()
    }

    /// Each change as `part name: before -> after`.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Assets), expected: &[&str]) {
        let before = laptop();
        let mut after = before.clone();
        change(&mut after);
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let told = |c: &Change| format!("{} {}: {} -> {}", c.part, c.name, text(&c.before), text(&c.after));
        let found: Vec<_> = changes(&before, &after).iter().map(told).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_look_that_finds_nothing_new_tells_nothing() {
        check(
            |a| {
                a.collected_at = a.collected_at.max(yagura_vocabulary::Time::from_seconds(1));
                a.volumes[0].free_bytes = 1;
                a.network[0].ipv6.clear();
            },
            &[],
        );
    }

    #[test]
    fn a_renamed_machine_tells_both_names_and_the_first_name_ever_is_no_change() {
        let mut before = laptop();
        before.os.hostname = Some("PC-1".to_owned());
        let mut after = before.clone();
        after.os.hostname = Some("PC-2".to_owned());
        let found = changes(&before, &after);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].before.as_deref(), found[0].after.as_deref()), (Some("PC-1"), Some("PC-2")));
        let unnamed = laptop();
        assert_eq!(changes(&unnamed, &before), []);
        assert_eq!(changes(&before, &unnamed), []);
    }

    #[test]
    fn memory_that_the_kernel_keeps_for_itself_is_no_change_and_a_module_is() {
        check(|a| a.hardware.memory_bytes -= 1 << 20, &[]);
        check(|a| a.hardware.memory_bytes += 8 << 30, &["memory : 15707 MiB -> 23899 MiB"]);
    }

    #[test]
    fn a_package_is_installed_updated_or_removed() {
        let mut new = laptop().software[0].clone();
        new.name = "zoom".to_owned();
        new.version = "6.1".to_owned();
        check(|a| a.software.push(new), &["software zoom: - -> 6.1"]);
        let (name, version) = (laptop().software[0].name.clone(), laptop().software[0].version.clone());
        check(|a| a.software[0].version = "99".to_owned(), &[&format!("software {name}: {version} -> 99")]);
        check(|a| drop(a.software.remove(0)), &[&format!("software {name}: {version} -> -")]);
    }

    #[test]
    fn an_added_interface_tells_of_itself_and_its_addresses() {
        let added = Interface {
            name: "eth9".to_owned(),
            mac: Some("00:1b:21:00:00:09".to_owned()),
            ipv4: vec!["192.0.2.9".to_owned()],
            ipv6: Vec::new(),
            up: true,
            speed_mbps: None,
        };
        check(|a| a.network.push(added), &["interface eth9: - -> 00:1b:21:00:00:09"]);
        let moved = |a: &mut Assets| a.network[1].ipv4 = vec!["198.51.100.7".to_owned()];
        check(moved, &["address wlp0s20f3: 192.168.11.5 -> 198.51.100.7"]);
        // Another card under the same name.
        let changed = |a: &mut Assets| a.network[1].mac = Some("00:1b:21:00:00:09".to_owned());
        check(changed, &["interface wlp0s20f3: 00:1a:2b:3c:4d:5e -> 00:1b:21:00:00:09"]);
    }

    #[test]
    fn interfaces_of_containers_come_and_go_without_a_word() {
        let mut added = laptop().network[0].clone();
        added.name = "veth1f2e".to_owned();
        added.mac = Some("02:42:ac:11:00:02".to_owned());
        check(|a| a.network.push(added), &[]);
    }

    #[test]
    fn who_goes_home_has_moved_and_who_is_in_no_network_has_not() {
        let at = |place, office: &str| Some(Whereabouts { place, office: office.to_owned() });
        let mut office = laptop();
        office.whereabouts = at(Place::Office, "本社");
        let mut home = laptop();
        home.whereabouts = at(Place::Home, "");
        let found = changes(&office, &home);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].before.as_deref(), found[0].after.as_deref()), (Some("office 本社"), Some("home")));
        assert_eq!((changes(&laptop(), &home), changes(&home, &laptop())), (vec![], vec![]));
    }

    #[test]
    fn a_disk_that_got_another_letter_is_the_same_disk() {
        check(|a| a.disks[0].name = "sdz".to_owned(), &[]);
    }

    proptest! {
        #[test]
        fn what_came_and_went_tells_the_same_as_both_lists(
            had in proptest::collection::btree_set(("[a-c]", "[12]", "[xy]"), 1..8),
            has in proptest::collection::btree_set(("[a-c]", "[12]", "[xy]"), 1..8),
        ) {
            let package = |(name, version, architecture): &(String, String, String)| Software {
                name: name.clone(),
                version: version.clone(),
                architecture: Some(architecture.clone()),
                ..laptop().software[0].clone()
            };
            let (mut before, mut after) = (laptop(), laptop());
            before.software = had.iter().map(package).collect();
            after.software = has.iter().map(package).collect();
            let went: Vec<_> = had.difference(&has).map(package).collect();
            let came: Vec<_> = has.difference(&had).map(package).collect();
            let came: Vec<_> = came.iter().collect();
            prop_assert_eq!(software_changes(&went, &came, &after.software), changes(&before, &after));
        }

        #[test]
        fn there_and_back_gives_the_same_changes_turned_round(drop_package in any::<bool>(), gib in 0u64..4, name in "[a-c]?") {
            let before = laptop();
            let mut after = before.clone();
            if drop_package { after.software.remove(0); }
            after.hardware.memory_bytes += gib << 30;
            after.os.hostname = Some(name);
            let back: Vec<_> = changes(&after, &before)
                .into_iter()
                .map(|c| Change { before: c.after, after: c.before, ..c })
                .collect();
            prop_assert_eq!(changes(&before, &after), back);
            prop_assert!(changes(&after, &after.clone()).is_empty());
        }
    }
}
