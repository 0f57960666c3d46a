//! The operating system and its accounts: `OPERATINGSYSTEM`, `HARDWARE`, `LOCAL_USERS`.

use super::{hour::Zone, node::Node};
use crate::{
    hotfixes,
    model::{OperatingSystem, User},
};

/// Shells of accounts that nobody signs in with.
const NO_SHELLS: &[&str] = &["nologin", "false", "sync", "halt", "shutdown"];

pub(super) fn read(content: &Node, zone: Zone) -> OperatingSystem {
    let none = Node::default();
    let system = content.child("operatingsystem").unwrap_or(&none);
    let hardware = content.child("hardware").unwrap_or(&none);
    let time = |names: &[&str]| system.first(names).and_then(|text| zone.read(text));
    // FusionInventory calls every Windows so, and says only in the full name which it is.
    let name = system.owned(&["name"]).filter(|name| name != "Windows");
    let name = name.or_else(|| system.owned(&["full_name", "name"])).or_else(|| hardware.owned(&["osname"]));
    let name = name.unwrap_or_default();
    let is_windows = name.contains("Windows");
    OperatingSystem {
        version: system.owned(&["version"]).or_else(|| hardware.owned(&["osversion"])).unwrap_or_default(),
        kernel: system.owned(&["kernel_version"]).unwrap_or_default(),
        architecture: system.owned(&["arch"]).or_else(|| architecture(content, hardware)).unwrap_or_default(),
        installed_at: time(&["install_date"]),
        boot_at: time(&["boot_time"]),
        time_zone: iana(system),
        hostname: hardware.owned(&["name"]).or_else(|| system.owned(&["fqdn"])),
        build: system.first(&["kernel_version"]).filter(|_| is_windows).and_then(build),
        // Agents list them among programs.
        hotfixes: hotfixes(content.all("softwares").filter_map(|one| one.owned(&["name"]))),
        name,
    }
}

/// `22631.3007` of `10.0.22631.3007`.
fn build(version: &str) -> Option<String> {
    let build = version.splitn(3, '.').nth(2)?;
    build.bytes().all(|it| it.is_ascii_digit() || it == b'.').then(|| build.to_owned())
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
