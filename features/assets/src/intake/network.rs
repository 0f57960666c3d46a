//! Network interfaces: `NETWORKS`, one entry for each address.

use std::net::IpAddr;

use super::node::{Node, digits};
use crate::model::Interface;

pub(super) fn read(content: &Node) -> Vec<Interface> {
    let mut found: Vec<Interface> = Vec::new();
    for entry in content.all("networks") {
        let Some(name) = entry.owned(&["description"]) else { continue };
        if entry.text("type") == Some("loopback") || name == "lo" {
            continue;
        }
        let at = found.iter().position(|one| one.name == name).unwrap_or_else(|| {
            found.push(Interface { name, ..Interface::default() });
            found.len() - 1
        });
        let interface = &mut found[at];
        interface.mac = interface.mac.take().or_else(|| entry.first(&["macaddr", "mac"]).and_then(mac));
        interface.up |= entry.first(&["status"]).is_some_and(|status| status.eq_ignore_ascii_case("up"));
        interface.speed_mbps = interface.speed_mbps.or_else(|| entry.first(&["speed"]).and_then(speed));
        // Several addresses may stand in one field.
        for text in ["ipaddress", "ipaddress6"].iter().flat_map(|field| entry.all(field)) {
            for address in text.text.split([' ', ',', ';']).filter_map(address) {
                let list = if address.is_ipv4() { &mut interface.ipv4 } else { &mut interface.ipv6 };
                let address = address.to_string();
                if !list.contains(&address) {
                    list.push(address);
                }
            }
        }
    }
    found
}

fn address(text: &str) -> Option<IpAddr> {
    text.split(['/', '%']).next()?.parse::<IpAddr>().ok().filter(|address| !address.is_unspecified())
}

/// Lower case with colons; none for what is no address of a machine.
pub(crate) fn mac(text: &str) -> Option<String> {
    let digits: String =
        text.chars().filter(|letter| !matches!(letter, ':' | '-' | '.')).collect::<String>().to_lowercase();
    if digits.len() != 12 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let same = digits.bytes().all(|digit| digit == b'0') || digits.bytes().all(|digit| digit == b'f');
    let pairs: Vec<&str> = (0..6).map(|at| &digits[at * 2..at * 2 + 2]).collect();
    (!same).then(|| pairs.join(":"))
}

/// Megabits per second: `1000`, `1000 Mbps`, `1 Gbps`, or the bits per second that Windows says.
fn speed(text: &str) -> Option<u64> {
    let number = digits(text)?;
    let unit = text.to_lowercase();
    let megabits = if unit.contains('g') {
        number.saturating_mul(1000)
    } else if unit.contains('m') || number < 1_000_000 {
        number
    } else {
        number / 1_000_000
    };
    (megabits > 0).then_some(megabits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_megabits_whatever_its_unit() {
        for (text, wanted) in [
            ("1000", Some(1000)),
            ("100 Mbps", Some(100)),
            ("1 Gbps", Some(1000)),
            ("1000000000", Some(1000)),
            ("0 Mbps", None),
            ("-1", None),
        ] {
            assert_eq!(speed(text), wanted, "{text}");
        }
    }

    #[test]
    fn an_address_of_a_card_has_one_spelling() {
        for text in ["00:1A:2b:3C:4d:5E", "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e"] {
            assert_eq!(mac(text).as_deref(), Some("00:1a:2b:3c:4d:5e"));
        }
        for text in ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "00:1a:2b", "日本", ""] {
            assert_eq!(mac(text), None, "{text}");
        }
    }
}
