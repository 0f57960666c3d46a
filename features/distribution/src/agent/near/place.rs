//! In which networks this machine is: what the kernel reaches without a router, its own address there, and the router's hardware address.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    path::Path,
};

use yagura_channel::wire::neighbour::At;
use yagura_vocabulary::network::{Network, connected, hardware, is_shared, routers};

/// The networks with neighbours, as `/proc` below `root` has them.
pub(in crate::agent) fn places(root: &Path) -> Vec<At> {
    let text = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let (routes, arp) = (text("proc/net/route"), text("proc/net/arp"));
    let routers = routers(&routes);
    let place = |(interface, network): (String, Network)| {
        let router = routers.iter().find(|(of, address)| *of == interface && network.holds(*address));
        let router = router.and_then(|(_, address)| hardware(&arp, *address));
        Some(At { network, address: own_address(network)?, router })
    };
    connected(&routes).into_iter().filter(|(interface, _)| is_shared(interface)).filter_map(place).collect()
}

/// The address that the kernel would speak from in this network. Nothing is sent: that is how a datagram's socket is asked.
fn own_address(network: Network) -> Option<Ipv4Addr> {
    const DISCARD: u16 = 9;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((network.first(), DISCARD)).ok()?;
    match socket.local_addr().ok()? {
        SocketAddr::V4(own) if network.holds(*own.ip()) => Some(*own.ip()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_address_is_the_one_in_that_network() {
        assert_eq!(own_address("127.0.0.0/8".parse().unwrap()), Some(Ipv4Addr::LOCALHOST));
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn networks_of_this_machine_only_are_none() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("proc/net")).unwrap();
        let routes = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n\
                      docker0\t0000007F\t00000000\t0001\t0\t0\t0\t000000FF\n";
        fs::write(root.path().join("proc/net/route"), routes).unwrap();
        assert!(places(root.path()).is_empty());
        fs::write(root.path().join("proc/net/route"), routes.replace("docker0", "eth0")).unwrap();
        let found = places(root.path());
        assert_eq!((found.len(), found[0].address, found[0].router.as_deref()), (1, Ipv4Addr::LOCALHOST, None));
    }
}
