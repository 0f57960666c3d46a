//! Networks, and who is in the same one: a packet that wakes is heard there and nowhere else.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::model::Card;

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

/// Where an endpoint is, as it says itself and as its server sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Its cards and networks.
    pub cards: Vec<Card>,
    /// The address from which it last came to the server.
    pub seen_from: Option<IpAddr>,
}

/// The cards of the sleeper that its neighbour can reach. The same network is not enough: every second home is `192.168.1.0/24`. Both
/// must also come to the server from there: from the same address, as behind one router, or from addresses of that network.
#[must_use]
pub fn reachable(sleeper: &Place, neighbour: &Place) -> Vec<Card> {
    let (Some(one), Some(other)) = (sleeper.seen_from, neighbour.seen_from) else { return Vec::new() };
    let within = |network: Network, address: IpAddr| match address.to_canonical() {
        IpAddr::V4(address) => network.holds(address),
        IpAddr::V6(_) => false,
    };
    let together = |network: Network| one == other || within(network, one) && within(network, other);
    let theirs = |card: &&Card| neighbour.cards.iter().any(|own| own.network == card.network);
    sleeper.cards.iter().filter(theirs).filter(|card| together(card.network)).cloned().collect()
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

    fn place(network: &str, seen_from: &str) -> Place {
        let card = Card { mac: "02:00:5e:10:00:01".parse().unwrap(), network: network.parse().unwrap() };
        Place { cards: vec![card], seen_from: seen_from.parse().ok() }
    }

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

    #[track_caller]
    fn check(sleeper: &Place, neighbour: &Place, cards: usize) {
        assert_eq!(reachable(sleeper, neighbour).len(), cards, "{sleeper:?} {neighbour:?}");
    }

    #[test]
    fn a_neighbour_is_in_the_same_network_and_comes_to_the_server_from_there() {
        let sleeper = place("192.0.2.0/24", "192.0.2.7");
        check(&sleeper, &place("192.0.2.0/24", "192.0.2.9"), 1);
        check(&sleeper, &place("192.0.2.0/24", "::ffff:192.0.2.9"), 1);
        check(&sleeper, &place("192.0.3.0/24", "192.0.2.9"), 0);
        check(&sleeper, &place("192.0.2.0/25", "192.0.2.9"), 0);
    }

    #[test]
    fn two_homes_with_the_same_network_are_no_neighbours() {
        let sleeper = place("192.168.1.0/24", "198.51.100.1");
        check(&sleeper, &place("192.168.1.0/24", "203.0.113.5"), 0);
        check(&sleeper, &place("192.168.1.0/24", "198.51.100.1"), 1);
        check(&sleeper, &place("192.168.1.0/24", "nowhere"), 0);
    }

    #[test]
    fn networks_within_a_machine_are_not_shared() {
        assert!(is_shared("eth0") && is_shared("enp3s0") && is_shared("wlan0") && is_shared("br0"));
        assert!(!is_shared("docker0") && !is_shared("br-4f1c") && !is_shared("wg0"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text: String) {
            let _ = text.parse::<Network>();
            let _ = connected(&text);
        }

        #[test]
        fn a_network_comes_back_as_it_was(address: u32, prefix in 8_u8..=30) {
            let network = Network::new(Ipv4Addr::from_bits(address), prefix).unwrap();
            prop_assert_eq!(network.to_string().parse::<Network>().unwrap(), network);
            prop_assert!(network.holds(Ipv4Addr::from_bits(address)) && network.holds(network.broadcast()));
        }
    }
}
