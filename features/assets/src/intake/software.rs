//! What is installed, and what protects the machine: `SOFTWARES`, `ANTIVIRUS`, `FIREWALL`.

use super::{hour::Zone, node::Node};
use crate::model::{Protection, Software};

pub(super) fn read(content: &Node, zone: Zone) -> Vec<Software> {
    let mut software: Vec<Software> = content
        .all("softwares")
        .filter_map(|one| {
            Some(Software {
                name: one.owned(&["name"])?,
                version: one.owned(&["version"]).unwrap_or_default(),
                // OCS puts the address of the project's page there.
                publisher: one.owned(&["publisher"]).filter(|publisher| !publisher.contains("://")),
                source: source(one.first(&["from"]).unwrap_or_default()),
                architecture: one.owned(&["arch", "architecture"]),
                installed_at: one.first(&["installdate", "install_date"]).and_then(|text| zone.read(text)),
                // Windows' registry has it in KiB, and agents send bytes all the same.
                size_bytes: one.number(&["filesize"]).filter(|size| *size > 0),
                id: one.owned(&["guid"]),
                ..Software::default()
            })
        })
        .collect();
    software.sort_unstable();
    software.dedup();
    software
}

/// The package system in our word for it.
fn source(from: &str) -> String {
    match from {
        "deb" => "dpkg".to_owned(),
        other => other.to_lowercase(),
    }
}

pub(super) fn protection(content: &Node) -> Vec<Protection> {
    let antivirus = content.all("antivirus").filter_map(|one| {
        Some(Protection {
            kind: "antivirus".to_owned(),
            name: one.owned(&["name"])?,
            version: one.owned(&["version"]),
            active: one.first(&["enabled"]).and_then(yes),
            signatures_at: None,
        })
    });
    // FusionInventory has one for each profile of Windows; one that is on anywhere is no firewall that is on.
    let firewalls: Vec<bool> =
        content.all("firewall").chain(content.all("firewalls")).filter_map(|one| yes(one.text("status")?)).collect();
    let firewall = (!firewalls.is_empty()).then(|| Protection {
        kind: "firewall".to_owned(),
        name: "firewall".to_owned(),
        version: None,
        active: Some(firewalls.iter().all(|on| *on)),
        signatures_at: None,
    });
    antivirus.chain(firewall).collect()
}

/// Yes or no, as agents write it.
pub(super) fn yes(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "yes" | "on" | "true" => Some(true),
        "0" | "no" | "off" | "false" => Some(false),
        _ => None,
    }
}
