//! What tells this machine from every other, and what it calls itself.

use std::{fs, path::Path};

use ring::digest::{SHA256, digest};
use yagura_vocabulary::Os;

/// What tells this machine from every other: SHA-256, hex, over what the hardware says of itself; where it says nothing,
/// over the system's machine id; at last over the network cards' addresses. `root` is `/` but for tests.
pub(crate) fn hardware_id(root: &Path) -> String {
    let (source, text) = firmware(root)
        .map(|text| ("dmi", text))
        .or_else(|| read(&root.join("etc/machine-id")).map(|text| ("machine-id", text)))
        .unwrap_or_else(|| ("mac", network_addresses(root).join("\n")));
    hex::encode(digest(&SHA256, format!("yagura hardware 1\n{source}\n{text}").as_bytes()))
}

/// Product UUID and serial number (DMI, readable by root only). Makers leave the same filler in many machines, and a
/// filler tells no machine from another.
fn firmware(root: &Path) -> Option<String> {
    const FILLERS: [&str; 9] = [
        "none",
        "not specified",
        "default string",
        "to be filled by o.e.m.",
        "system serial number",
        "0",
        "0123456789",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ];
    let told = |name: &str| {
        let text = read(&root.join("sys/class/dmi/id").join(name))?.to_lowercase();
        (!FILLERS.contains(&text.as_str())).then_some(text)
    };
    let parts = [told("product_uuid"), told("product_serial")];
    parts[0].is_some().then(|| parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

fn network_addresses(root: &Path) -> Vec<String> {
    let interfaces = fs::read_dir(root.join("sys/class/net")).into_iter().flatten().flatten();
    let mut addresses: Vec<_> = interfaces
        // Only what has a device below it is a card; the rest is made up by software and changes.
        .filter(|interface| interface.path().join("device").exists())
        .filter_map(|interface| read(&interface.path().join("address")))
        .filter(|address| address != "00:00:00:00:00:00")
        .collect();
    addresses.sort();
    addresses
}

/// The system's name and version as people know it.
pub(crate) fn os_name(root: &Path) -> String {
    let text = ["etc/os-release", "usr/lib/os-release"].iter().find_map(|file| read(&root.join(file)));
    let name = text.as_deref().and_then(|text| {
        text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).map(|value| value.trim_matches(['"', '\'']))
    });
    name.map_or_else(|| std::env::consts::OS.to_owned(), ToOwned::to_owned)
}

/// The family of the system that this program was built for.
pub(crate) fn os() -> Os {
    match std::env::consts::OS {
        "windows" => Os::Windows,
        "macos" => Os::Macos,
        "android" => Os::Android,
        "ios" => Os::Ios,
        _ => Os::Linux,
    }
}

/// The machine's name in its network.
pub(crate) fn hostname() -> String {
    let name = yagura_platform::system_name().map(|name| name.host).unwrap_or_default();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

fn read(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn machine(files: &[(&str, &str)]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn check(a: &[(&str, &str)], b: &[(&str, &str)], same: bool) {
        assert_eq!(hardware_id(machine(a).path()) == hardware_id(machine(b).path()), same, "{a:?} {b:?}");
    }

    #[test]
    fn the_hardware_counts_before_the_system_installed_on_it() {
        let board = ("sys/class/dmi/id/product_uuid", "4c4c4544-0042-4a10-8051-b4c04f564433\n");
        check(&[board, ("etc/machine-id", "a")], &[board, ("etc/machine-id", "b")], true);
        check(&[board], &[("sys/class/dmi/id/product_uuid", "4c4c4544-0042-4a10-8051-b4c04f564434\n")], false);
    }

    #[test]
    fn a_maker_s_filler_tells_nothing() {
        let filler = ("sys/class/dmi/id/product_uuid", "00000000-0000-0000-0000-000000000000\n");
        check(&[filler, ("etc/machine-id", "a")], &[filler, ("etc/machine-id", "b")], false);
    }

    #[test]
    fn network_cards_count_in_any_order_and_made_up_interfaces_do_not() {
        let card = |name: &str, mac: &str| {
            let dir = format!("sys/class/net/{name}");
            [(format!("{dir}/address"), mac.to_owned()), (format!("{dir}/device/vendor"), String::new())]
        };
        let build = |files: Vec<(String, String)>| {
            let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            hardware_id(machine(&files).path())
        };
        let two = [card("eth0", "02:00:00:00:00:01"), card("eth1", "02:00:00:00:00:02")].concat();
        let mut other = [card("eth0", "02:00:00:00:00:02"), card("eth1", "02:00:00:00:00:01")].concat();
        other.push(("sys/class/net/docker0/address".to_owned(), "02:42:00:00:00:01".to_owned()));
        assert_eq!(build(two), build(other));
    }

    #[test]
    fn the_system_is_called_as_it_calls_itself() {
        let root = machine(&[("etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n")]);
        assert_eq!(os_name(root.path()), "Debian GNU/Linux 13 (trixie)");
    }
}
