//! The router that packets leave by, from `/proc/net/route` and `/proc/net/arp` (proc(5)). IPv4 only: a machine that has no IPv4 address
//! at all is recognised by its addresses.

use std::net::Ipv4Addr;

use super::Root;

/// RTF_UP and RTF_GATEWAY.
const THROUGH_A_GATEWAY: u32 = 3;
/// ATF_COM: the hardware address is known.
const COMPLETE: u32 = 2;

/// The hardware address of the router of the first route to everywhere that leaves by a network card. Tunnels have none: who works
/// through a VPN is still where they are.
pub(super) fn read(root: &Root) -> Option<String> {
    let neighbours = root.text("/proc/net/arp")?;
    let mut routes = defaults(&root.text("/proc/net/route")?);
    routes.sort_by_key(|route| route.metric);
    routes.iter().find_map(|route| hardware_address(&neighbours, route))
}

#[derive(Debug, PartialEq, Eq)]
struct Route {
    interface: String,
    gateway: Ipv4Addr,
    metric: u32,
}

/// The routes to everywhere. Columns: Iface Destination Gateway Flags RefCnt Use Metric Mask ...; addresses as the processor has them
/// in memory, in hexadecimal.
fn defaults(table: &str) -> Vec<Route> {
    let address = |text: &str| Some(Ipv4Addr::from(u32::from_str_radix(text, 16).ok()?.to_ne_bytes()));
    let route = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [interface, destination, gateway, flags, _, _, metric, mask, ..] = fields[..] else { return None };
        let flags = u32::from_str_radix(flags, 16).ok()?;
        let everywhere = address(destination)?.is_unspecified() && address(mask)?.is_unspecified();
        (everywhere && flags & THROUGH_A_GATEWAY == THROUGH_A_GATEWAY).then_some(())?;
        Some(Route { interface: interface.to_owned(), gateway: address(gateway)?, metric: metric.parse().ok()? })
    };
    table.lines().skip(1).filter_map(route).collect()
}

/// Columns: IP address, HW type, Flags, HW address, Mask, Device.
fn hardware_address(neighbours: &str, route: &Route) -> Option<String> {
    let gateway = route.gateway.to_string();
    neighbours.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [address, _, flags, hardware, _, device] = fields[..] else { return None };
        let flags = u32::from_str_radix(flags.strip_prefix("0x")?, 16).ok()?;
        (address == gateway && device == route.interface && flags & COMPLETE != 0).then(|| hardware.to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ROUTES: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
tun0\t00000000\t0101080A\t0003\t0\t0\t50\t00000000\t0\t0\t0
wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\tFE01140A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0001140A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
";
    const NEIGHBOURS: &str = "IP address       HW type     Flags       HW address            Mask     Device
10.20.1.254      0x1         0x2         00:1B:21:00:00:FE     *        eth0
192.168.0.1      0x1         0x2         00:1b:21:00:00:01     *        wlan0
10.20.1.7        0x1         0x0         00:00:00:00:00:00     *        eth0
";

    #[track_caller]
    fn check(routes: &str, neighbours: &str, expected: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        let net = folder.path().join("proc/net");
        fs::create_dir_all(&net).unwrap();
        fs::write(net.join("route"), routes).unwrap();
        fs::write(net.join("arp"), neighbours).unwrap();
        assert_eq!(read(&Root::new(folder.path())).as_deref(), expected);
    }

    #[test]
    fn the_router_of_the_best_route_that_is_no_tunnel_is_the_gateway() {
        check(ROUTES, NEIGHBOURS, Some("00:1b:21:00:00:fe"));
    }

    #[test]
    fn a_router_that_has_not_been_spoken_to_is_not_known() {
        check(ROUTES, &NEIGHBOURS.replace("0x2", "0x0"), None);
    }

    #[test]
    fn junk_is_no_gateway() {
        check("", "", None);
        check("Iface\na b c\neth0 0 0 zz 0 0 0 0\n", "IP\nx y z\n", None);
    }
}
