//! IPv4 networks, and which machines are in the same one.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

/// An IPv4 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: u32,
    prefix: u8,
}

/// A text or an address that is no network of several machines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no IPv4 network of several machines (like 192.0.2.0/24)")]
pub struct NoNetwork(String);

impl Network {
    /// The network with this address and prefix. One without room for two machines has no neighbours and is none here.
    ///
    /// # Errors
    /// When the prefix is not from 8 to 30.
    pub fn new(address: Ipv4Addr, prefix: u8) -> Result<Self, NoNetwork> {
        if !(8..=30).contains(&prefix) {
            return Err(NoNetwork(format!("{address}/{prefix}")));
        }
        Ok(Self { address: address.to_bits() & mask(prefix), prefix })
    }

    /// The address that all machines of the network listen to.
    #[must_use]
    pub fn broadcast(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address | !mask(self.prefix))
    }

    /// Whether an address belongs to it.
    #[must_use]
    pub fn holds(self, address: Ipv4Addr) -> bool {
        address.to_bits() & mask(self.prefix) == self.address
    }

    /// The same of an address of either kind; one of IPv4 may be written as one of IPv6.
    #[must_use]
    pub fn has(self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => self.holds(address),
            IpAddr::V6(_) => false,
        }
    }

    /// An address within, for asking the kernel how it would go there.
    #[must_use]
    pub fn first(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address | 1)
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let no = || NoNetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').ok_or_else(no)?;
        Self::new(address.parse().map_err(|_| no())?, prefix.parse().map_err(|_| no())?)
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        text.parse()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from_bits(self.address), self.prefix)
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

/// The networks that the kernel reaches without a router, each with its interface: `/proc/net/route`.
#[must_use]
pub fn connected(routes: &str) -> Vec<(String, Network)> {
    let mut found = Vec::new();
    for line in routes.lines().skip(1) {
        let mut fields = line.split_ascii_whitespace();
        let (Some(interface), Some(destination), Some(gateway)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let Some(mask) = fields.nth(4) else { continue };
        // As the kernel keeps them: numbers in network order, printed as if they were this machine's own.
        let number = |text: &str| u32::from_str_radix(text, 16).ok().map(u32::from_be);
        let (Some(destination), Some(0), Some(mask)) = (number(destination), number(gateway), number(mask)) else {
            continue;
        };
        let prefix = mask.leading_ones();
        let whole = mask.checked_shl(prefix).unwrap_or(0) == 0;
        let network = u8::try_from(prefix).ok().map(|prefix| Network::new(Ipv4Addr::from_bits(destination), prefix));
        if let Some(Ok(network)) = network.filter(|_| whole) {
            found.push((interface.to_owned(), network));
        }
    }
    found
}

/// Names of interfaces that programs of one machine make for themselves: many machines have the same network behind them, and nobody
/// else is in it.
const OWN: &[&str] = &[
    "lo", "docker", "br-", "veth", "virbr", "vnet", "lxc", "lxd", "cni", "flannel", "podman", "tun", "tap", "wg",
    "vmnet", "vboxnet",
];

/// Whether other machines can be behind an interface of this name.
#[must_use]
pub fn is_shared(interface: &str) -> bool {
    !OWN.iter().any(|own| interface.starts_with(own))
}

/// Whether two machines that both have this network are in the same one. The same numbers are not enough: every second home is
/// `192.168.1.0/24`. Both must also come to the server from there: from the same address, as behind one router, or from addresses of that
/// network.
#[must_use]
pub fn is_one(network: Network, one: IpAddr, other: IpAddr) -> bool {
    one == other || network.has(one) && network.has(other)
}

/// The routers of the default routes, each with its interface: `/proc/net/route`.
#[must_use]
pub fn routers(routes: &str) -> Vec<(String, Ipv4Addr)> {
    let mut found = Vec::new();
    for line in routes.lines().skip(1) {
        let mut fields = line.split_ascii_whitespace();
        let (Some(interface), Some("00000000"), Some(gateway)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        match u32::from_str_radix(gateway, 16).map(u32::from_be) {
            Ok(0) | Err(_) => {}
            Ok(gateway) => found.push((interface.to_owned(), Ipv4Addr::from_bits(gateway))),
        }
    }
    found
}

/// The hardware address of a machine that this one has spoken to: `/proc/net/arp`, in lower case.
#[must_use]
pub fn hardware(arp: &str, address: Ipv4Addr) -> Option<String> {
    let address = address.to_string();
    let mut lines = arp.lines().skip(1).map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    let found = lines.find(|fields| fields.first() == Some(&address.as_str()))?;
    // Zeroes stand where nobody answered.
    let mac = found.get(3).copied().filter(|mac| mac.len() == 17 && *mac != "00:00:00:00:00:00")?;
    Some(mac.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROUTES: &str = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
wlan0\t0000A8C0\t00000000\t0001\t0\t0\t600\t0000FFFF\t0\t0\t0
tun0\t0100080A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
odd
";

    #[test]
    #[cfg(target_endian = "little")]
    fn networks_without_a_router_between_are_found() {
        let found: Vec<_> = connected(ROUTES).into_iter().map(|(name, network)| format!("{name} {network}")).collect();
        assert_eq!(found, ["eth0 192.0.2.0/24", "wlan0 192.168.0.0/16"]);
    }

    #[test]
    fn the_last_address_of_a_network_reaches_all_of_it() {
        for (network, broadcast) in
            [("192.0.2.7/24", "192.0.2.255"), ("10.1.2.3/30", "10.1.2.3"), ("10.0.0.0/8", "10.255.255.255")]
        {
            assert_eq!(network.parse::<Network>().unwrap().broadcast().to_string(), broadcast);
        }
        for text in ["192.0.2.0", "192.0.2.0/31", "192.0.2.0/7", "192.0.2.0/x", "2001:db8::/32", ""] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    #[test]
    fn networks_within_a_machine_are_not_shared() {
        assert!(is_shared("eth0") && is_shared("enp3s0") && is_shared("wlan0") && is_shared("br0"));
        assert!(!is_shared("docker0") && !is_shared("br-4f1c") && !is_shared("wg0"));
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn the_router_is_known_by_its_hardware() {
        assert_eq!(routers(ROUTES), [("eth0".to_owned(), Ipv4Addr::new(192, 0, 2, 1))]);
        let arp = "IP address       HW type     Flags       HW address            Mask     Device\n\
                   192.0.2.1        0x1         0x2         02:00:5E:10:00:01     *        eth0\n\
                   192.0.2.9        0x1         0x0         00:00:00:00:00:00     *        eth0\n";
        assert_eq!(hardware(arp, Ipv4Addr::new(192, 0, 2, 1)).as_deref(), Some("02:00:5e:10:00:01"));
        assert_eq!(hardware(arp, Ipv4Addr::new(192, 0, 2, 9)), None);
        assert_eq!(hardware(arp, Ipv4Addr::new(192, 0, 2, 3)), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text: String) {
            let _ = text.parse::<Network>();
            let _ = (connected(&text), routers(&text), hardware(&text, Ipv4Addr::LOCALHOST));
        }

        #[test]
        fn a_network_comes_back_as_it_was(address: u32, prefix in 8_u8..=30) {
            let network = Network::new(Ipv4Addr::from_bits(address), prefix).unwrap();
            prop_assert_eq!(network.to_string().parse::<Network>().unwrap(), network);
            prop_assert!(network.holds(Ipv4Addr::from_bits(address)) && network.holds(network.broadcast()));
        }
    }
}
