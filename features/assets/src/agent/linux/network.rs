//! Network interfaces, from `/sys/class/net`.

use yagura_platform::InterfaceAddress;

use super::{Root, by_family};
use crate::model::Interface;

/// A machine that runs containers has an interface for each; more than this tell nothing about the machine.
const MOST: usize = 256;
const IFF_UP: u32 = 1;

pub(super) fn read(root: &Root, addresses: &[InterfaceAddress]) -> Vec<Interface> {
    let mut numbered: Vec<(u32, Interface)> = Vec::new();
    for name in root.names("/sys/class/net") {
        if name == "lo" {
            continue;
        }
        let text = |file: &str| root.text(&format!("/sys/class/net/{name}/{file}"));
        // `bonding_masters` is a file among the folders.
        let Some(index) = text("ifindex").and_then(|index| index.parse().ok()) else { continue };
        let own = addresses.iter().filter(|address| address.interface == index).map(|address| address.address);
        let (ipv4, ipv6) = by_family(own);
        let flags = text("flags").and_then(|flags| u32::from_str_radix(flags.strip_prefix("0x")?, 16).ok());
        let up = match text("operstate").as_deref() {
            Some("up") => true,
            // Tunnels do not know whether the other end is there.
            Some("unknown") => flags.is_some_and(|flags| flags & IFF_UP != 0),
            _ => false,
        };
        let mac = text("address").filter(|mac| mac.bytes().any(|byte| !matches!(byte, b'0' | b':')));
        // Virtual interfaces answer -1, or an error.
        let speed_mbps = text("speed").and_then(|speed| speed.parse().ok());
        numbered.push((index, Interface { name, mac, ipv4, ipv6, up, speed_mbps }));
    }
    numbered.sort_by_key(|(index, _)| *index);
    numbered.into_iter().take(MOST).map(|(_, interface)| interface).collect()
}
