//! What the endpoint tells of itself: whether it is a server, who is there, and in which networks its cards are.

use std::{fs, path::Path};

use super::{Power, countdown};
use crate::{
    Told,
    model::Card,
    packet::Mac,
    segment::{connected, is_shared},
};

/// Forms of servers by their numbers in SMBIOS (7.4.1): main server chassis, rack mount, multi-system, blade, its enclosure.
const SERVERS: &[&str] = &["17", "23", "25", "28", "29"];

fn text(root: &Path, path: &str) -> Option<String> {
    fs::read_to_string(root.join(path)).ok().map(|text| text.trim().to_owned())
}

/// Why the machine takes itself for a server; nothing where it does not.
pub(super) fn server(root: &Path) -> Option<String> {
    // machine-info(5): what whoever set the machine up says of it goes before what its maker says.
    let said = text(root, "etc/machine-info").unwrap_or_default();
    let chassis = said.lines().find_map(|line| line.trim().strip_prefix("CHASSIS="));
    match chassis.map(|chassis| chassis.trim_matches(['"', '\''])) {
        Some("server") => return Some("/etc/machine-info says that it is a server".to_owned()),
        Some(_) => return None,
        None => {}
    }
    let form = text(root, "sys/class/dmi/id/chassis_type")?;
    SERVERS.contains(&form.as_str()).then(|| "its form is that of a server".to_owned())
}

/// The cards that a neighbour can reach.
fn cards(root: &Path) -> Vec<Card> {
    let routes = text(root, "proc/net/route").unwrap_or_default();
    let mut cards = Vec::new();
    for (interface, network) in connected(&routes).into_iter().filter(|(interface, _)| is_shared(interface)) {
        let mac = text(root, &format!("sys/class/net/{interface}/address"));
        if let Some(mac) = mac.and_then(|mac| mac.parse::<Mac>().ok()) {
            cards.push(Card { mac, network });
        }
    }
    cards
}

/// Who is there is asked only where something may be asked for.
pub(super) async fn look(power: &dyn Power, root: &Path, may_be_asked: bool) -> Told {
    if !may_be_asked {
        return Told { server: server(root), unable: None, people: 0, cards: cards(root) };
    }
    let (people, unable) = match power.people().await {
        Ok(people) => (countdown::count(&people), None),
        Err(unable) => (0, Some(unable.to_string())),
    };
    Told { server: server(root), unable, people, cards: cards(root) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn a_machine_is_a_server_by_its_form_unless_its_keeper_says_otherwise() {
        let form = ("sys/class/dmi/id/chassis_type", "23\n");
        for (files, is) in [
            (vec![form], true),
            (vec![("sys/class/dmi/id/chassis_type", "10\n")], false),
            (vec![form, ("etc/machine-info", "PRETTY_HOSTNAME=x\nCHASSIS=desktop\n")], false),
            (vec![("etc/machine-info", "CHASSIS=\"server\"\n")], true),
            (vec![], false),
        ] {
            assert_eq!(server(root(&files).path()).is_some(), is, "{files:?}");
        }
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn cards_are_told_with_their_networks() {
        let routes = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n\
                      eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\n\
                      docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n";
        let files = [
            ("proc/net/route", routes),
            ("sys/class/net/eth0/address", "02:00:5e:10:00:01\n"),
            ("sys/class/net/docker0/address", "02:42:00:00:00:01\n"),
        ];
        let found = cards(root(&files).path());
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].mac.to_string().as_str(), found[0].network.to_string().as_str()),
            ("02:00:5e:10:00:01", "192.0.2.0/24")
        );
    }
}
