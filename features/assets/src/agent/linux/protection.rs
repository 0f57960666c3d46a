//! Antivirus programs and firewalls: which are there, and which of them work.

use super::Root;
use crate::model::{Protection, Service, Software};

/// An antivirus program: its name, a file that only it brings, its service, its package.
const ANTIVIRUS: &[(&str, &str, &str, &str)] = &[
    ("ClamAV", "/usr/sbin/clamd", "clamav-daemon", "clamav-daemon"),
    ("CrowdStrike Falcon", "/opt/CrowdStrike", "falcon-sensor", "falcon-sensor"),
    ("ESET", "/opt/eset/eea", "eea", "eea"),
    ("ESET Server Security", "/opt/eset/efs", "efs", "efs"),
    ("Kaspersky Endpoint Security", "/opt/kaspersky/kesl", "kesl", "kesl"),
    ("Microsoft Defender", "/opt/microsoft/mdatp", "mdatp", "mdatp"),
    ("SentinelOne", "/opt/sentinelone", "sentinelone", "sentinelagent"),
    ("Sophos Protection", "/opt/sophos-spl", "sophos-spl", "sophos-spl"),
    ("Trend Micro Deep Security", "/opt/ds_agent", "ds_agent", "ds-agent"),
];

/// Where ClamAV keeps its signatures; `daily` is the one that changes.
const CLAMAV: &[&str] = &["/var/lib/clamav/daily.cld", "/var/lib/clamav/daily.cvd", "/var/lib/clamav/main.cvd"];

/// Firewalls whose rules are laid by a service: name, program, service.
const FIREWALLS: &[(&str, &str, &str)] = &[
    ("firewalld", "/usr/sbin/firewalld", "firewalld"),
    ("nftables", "/usr/sbin/nft", "nftables"),
    ("iptables", "/usr/sbin/netfilter-persistent", "netfilter-persistent"),
    ("iptables", "/usr/libexec/iptables/iptables.init", "iptables"),
];

pub(super) fn read(root: &Root, services: &[Service], software: &[Software]) -> Vec<Protection> {
    let mut found: Vec<Protection> =
        ANTIVIRUS.iter().filter_map(|it| antivirus(root, services, software, it)).collect();
    let firewall = |name: &str, active| Protection {
        kind: "firewall".to_owned(),
        name: name.to_owned(),
        active,
        ..Protection::default()
    };
    if let Some(conf) = root.text("/etc/ufw/ufw.conf") {
        let on = conf.lines().any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes"));
        found.push(firewall("ufw", Some(on)));
    }
    for (name, _, unit) in FIREWALLS.iter().filter(|(_, program, _)| root.exists(program)) {
        let service = services.iter().find(|service| service.name == *unit);
        let active = match *name {
            "firewalld" => service.and_then(|service| service.running),
            // These lay their rules at the start of the machine and end.
            _ => service.map(|service| service.start.as_deref() == Some("enabled")),
        };
        // The tool alone, without the service's file, is no firewall.
        if service.is_some() {
            found.push(firewall(name, active));
        }
    }
    found
}

fn antivirus(
    root: &Root,
    services: &[Service],
    software: &[Software],
    (name, file, unit, package): &(&str, &str, &str, &str),
) -> Option<Protection> {
    if !root.exists(file) {
        return None;
    }
    // Red Hat's ClamAV runs as `clamd@scan`.
    let is_it = |service: &&Service| service.name == *unit || *name == "ClamAV" && service.name.starts_with("clamd@");
    let active = services.iter().filter(is_it).map(|service| service.running).max().flatten();
    let version = software.iter().find(|one| one.name == *package).map(|one| one.version.clone());
    let signatures_at = CLAMAV.iter().filter(|_| *name == "ClamAV").filter_map(|file| root.modified(file)).max();
    Some(Protection { kind: "antivirus".to_owned(), name: (*name).to_owned(), version, active, signatures_at })
}
