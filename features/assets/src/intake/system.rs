//! The operating system and its accounts: `OPERATINGSYSTEM`, `HARDWARE`, `LOCAL_USERS`.

use super::{hour::Zone, node::Node};
use crate::model::{OperatingSystem, User};

/// Shells of accounts that nobody signs in with.
const NO_SHELLS: &[&str] = &["nologin", "false", "sync", "halt", "shutdown"];

pub(super) fn read(content: &Node, zone: Zone) -> OperatingSystem {
    let none = Node::default();
    let system = content.child("operatingsystem").unwrap_or(&none);
    let hardware = content.child("hardware").unwrap_or(&none);
    let time = |names: &[&str]| system.first(names).and_then(|text| zone.read(text));
    OperatingSystem {
        name: system.owned(&["name", "full_name"]).or_else(|| hardware.owned(&["osname"])).unwrap_or_default(),
        version: system.owned(&["version"]).or_else(|| hardware.owned(&["osversion"])).unwrap_or_default(),
        kernel: system.owned(&["kernel_version"]).unwrap_or_default(),
        architecture: system.owned(&["arch"]).or_else(|| architecture(content, hardware)).unwrap_or_default(),
        installed_at: time(&["install_date"]),
        boot_at: time(&["boot_time"]),
        time_zone: iana(system),
        hostname: hardware.owned(&["name"]).or_else(|| system.owned(&["fqdn"])),
        build: None,
    }
}

/// OCS says it of the processor, and in front of the uptime.
fn architecture(content: &Node, hardware: &Node) -> Option<String> {
    let of_cpu = content.child("cpus").and_then(|cpu| cpu.owned(&["cpuarch"]));
    of_cpu.or_else(|| hardware.text("description")?.split_once('/').map(|(architecture, _)| architecture.to_owned()))
}

/// Agents write what the system calls its time zone. `JST` and the like are no names of zones.
fn iana(system: &Node) -> Option<String> {
    let name = system.child("timezone")?.text("name")?;
    (name.contains('/') || name == "UTC").then(|| name.to_owned())
}

pub(super) fn users(content: &Node) -> Vec<User> {
    let accounts = content.all("local_users").filter_map(|user| {
        let name = user.owned(&["login", "name"])?;
        let shell = user.first(&["shell"]).unwrap_or_default();
        let none = shell.rsplit('/').next().is_some_and(|shell| NO_SHELLS.contains(&shell));
        // OCS leaves out what Perl takes for nothing, and the number 0 is.
        let zero = || (name == "root").then(|| "0".to_owned());
        let id = user.owned(&["id", "id_user"]).or_else(zero).unwrap_or_default();
        (!none).then_some(User { name, id })
    });
    accounts.collect()
}
