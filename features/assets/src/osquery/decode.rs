//! Tables as an inventory.

use std::collections::BTreeMap;

use yagura_vocabulary::Time;

use super::{Row, Tables};
use crate::{
    Assets, hotfixes,
    intake::mac,
    known::{known, known_uuid},
    model::{Cpu, Disk, Hardware, Interface, OperatingSystem, Software, Volume},
};

/// Longest text that is kept, in letters.
const LONGEST: usize = 400;
/// `IFF_UP` of an interface's flags.
const UP: u64 = 1;

/// An inventory of what is known of a machine.
#[must_use]
pub fn decode(tables: &Tables, now: Time) -> Assets {
    let rows = |table: &str| tables.get(table).map(Vec::as_slice).unwrap_or_default();
    let none = Row::new();
    let one = |table: &str| rows(table).first().unwrap_or(&none);
    let (system, os) = (one("system_info"), one("os_version"));
    Assets {
        hardware: Hardware {
            vendor: text(system, "hardware_vendor"),
            model: text(system, "hardware_model"),
            serial: text(system, "hardware_serial"),
            uuid: system.get("uuid").and_then(|uuid| known_uuid(uuid)),
            cpu: Cpu {
                model: text(system, "cpu_brand").unwrap_or_default(),
                cores: number(system, "cpu_physical_cores").and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
                threads: number(system, "cpu_logical_cores").and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
            },
            memory_bytes: number(system, "physical_memory").unwrap_or(0),
            ..Hardware::default()
        },
        os: OperatingSystem {
            name: text(os, "name").unwrap_or_default(),
            version: text(os, "version").unwrap_or_default(),
            build: text(os, "build").map(|build| match text(one("windows_revision"), "data") {
                Some(revision) => format!("{build}.{revision}"),
                None => build,
            }),
            hotfixes: hotfixes(rows("patches").iter().filter_map(|row| text(row, "hotfix_id"))),
            kernel: text(one("kernel_info"), "version").unwrap_or_default(),
            architecture: text(os, "arch").unwrap_or_default(),
            hostname: text(system, "hostname"),
            ..OperatingSystem::default()
        },
        network: network(rows("interface_details"), rows("interface_addresses")),
        disks: rows("disk_info").iter().filter_map(disk).collect(),
        volumes: rows("mounts").iter().filter_map(volume).collect(),
        software: software(tables),
        ..Assets::none(now)
    }
}

fn network(details: &[Row], addresses: &[Row]) -> Vec<Interface> {
    let mut found: BTreeMap<String, Interface> = BTreeMap::new();
    for row in details {
        let Some(name) = text(row, "interface") else { continue };
        // The loopback has none; on Windows the name is a number.
        let Some(mac) = row.get("mac").and_then(|text| mac(text)) else { continue };
        found.insert(
            name.clone(),
            Interface {
                name,
                mac: Some(mac),
                up: number(row, "flags").is_some_and(|flags| flags & UP != 0),
                speed_mbps: number(row, "link_speed").filter(|speed| *speed > 0),
                ..Interface::default()
            },
        );
    }
    for row in addresses {
        let interface = text(row, "interface").and_then(|name| found.get_mut(&name));
        let Some((interface, address)) = interface.zip(text(row, "address")) else { continue };
        let address = address.split('%').next().unwrap_or_default().to_owned();
        match address.parse() {
            Ok(std::net::IpAddr::V4(_)) => interface.ipv4.push(address),
            Ok(std::net::IpAddr::V6(_)) => interface.ipv6.push(address),
            Err(_) => {}
        }
    }
    found.into_values().collect()
}

fn disk(row: &Row) -> Option<Disk> {
    Some(Disk {
        name: text(row, "name")?,
        model: text(row, "hardware_model"),
        serial: text(row, "serial"),
        size_bytes: number(row, "disk_size").unwrap_or(0),
        ..Disk::default()
    })
}

fn volume(row: &Row) -> Option<Volume> {
    let block = number(row, "blocks_size")?;
    let bytes = |column| number(row, column).map(|blocks| blocks.saturating_mul(block));
    let size_bytes = bytes("blocks").filter(|size| *size > 0)?;
    Some(Volume {
        // The first of all is called `/`, which says nothing as a name of anything else.
        mount: clean(row, "path").filter(|path| !path.is_empty())?,
        filesystem: text(row, "type").unwrap_or_default(),
        size_bytes,
        free_bytes: bytes("blocks_available").unwrap_or(0).min(size_bytes),
        encrypted: None,
    })
}

fn software(tables: &Tables) -> Vec<Software> {
    let mut all = Vec::new();
    // The table, our word for it, and the columns of version, maker, architecture and the name that programs know it by.
    for (table, source, [version, publisher, architecture, id]) in [
        ("deb_packages", "dpkg", ["version", "maintainer", "arch", ""]),
        ("rpm_packages", "rpm", ["version", "vendor", "arch", ""]),
        ("programs", "windows", ["version", "publisher", "", ""]),
        ("apps", "macos", ["bundle_short_version", "", "", "bundle_identifier"]),
        ("python_packages", "pip", ["version", "author", "", ""]),
        ("npm_packages", "npm", ["version", "author", "", ""]),
    ] {
        for row in tables.get(table).map(Vec::as_slice).unwrap_or_default() {
            // What was removed and left its settings behind is still in dpkg's list.
            if row.get("status").is_some_and(|status| !status.ends_with(" installed")) {
                continue;
            }
            let Some(name) = text(row, "name") else { continue };
            let mut version = text(row, version).unwrap_or_default();
            if let Some(release) = text(row, "release") {
                version = format!("{version}-{release}");
            }
            all.push(Software {
                name,
                version,
                publisher: text(row, publisher),
                source: source.to_owned(),
                architecture: text(row, architecture),
                size_bytes: number(row, "size").filter(|size| *size > 0),
                id: text(row, id),
                ..Software::default()
            });
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn text(row: &Row, column: &str) -> Option<String> {
    known(&clean(row, column)?).map(str::to_owned)
}

fn clean(row: &Row, column: &str) -> Option<String> {
    Some(row.get(column)?.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect())
}

fn number(row: &Row, column: &str) -> Option<u64> {
    row.get(column)?.trim().parse().ok()
}
