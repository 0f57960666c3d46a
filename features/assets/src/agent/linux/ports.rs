//! Ports at which programs listen, from `/proc/net`, and whose they are, from the open files of processes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    io::{BufRead, BufReader},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::Root;
use crate::model::ListeningPort;

/// More ports, or more processes to look into, are told of no more.
const MOST: usize = 1000;
const MOST_PROCESSES: usize = 20_000;

/// A socket that waits: protocol, address, port.
type Place = (&'static str, IpAddr, u16);

pub(super) fn read(root: &Root) -> Vec<ListeningPort> {
    let range = root.text("/proc/sys/net/ipv4/ip_local_port_range");
    let range = range.and_then(|text| {
        let mut ends = text.split_whitespace().map(str::parse::<u16>);
        Some(ends.next()?.ok()?..=ends.next()?.ok()?)
    });
    let mut sockets: HashMap<u64, Place> = HashMap::new();
    for (file, protocol) in [("tcp", "tcp"), ("tcp6", "tcp"), ("udp", "udp"), ("udp6", "udp")] {
        let text = root.text(&format!("/proc/net/{file}")).unwrap_or_default();
        for (address, port, inode) in text.lines().skip(1).filter_map(|line| listening(line, protocol)) {
            // Whoever only asks over UDP has such a port for a moment.
            if protocol == "udp" && range.as_ref().is_some_and(|range| range.contains(&port)) {
                continue;
            }
            sockets.insert(inode, (protocol, address, port));
        }
    }
    let programs = programs(root, &sockets);
    let packages = packages(root, &programs.values().flatten().collect());
    let mut found: BTreeMap<(Place, Option<&String>), ()> = BTreeMap::new();
    for (inode, place) in &sockets {
        let program = programs.get(inode).and_then(Option::as_ref);
        found.insert((*place, program), ());
    }
    let port = |((protocol, address, port), program): (Place, Option<&String>)| ListeningPort {
        protocol: protocol.to_owned(),
        address: address.to_string(),
        port,
        program: program.cloned(),
        package: program.and_then(|program| packages.get(program)).cloned(),
    };
    let mut ports: Vec<ListeningPort> = found.into_keys().map(port).collect();
    ports.sort_by_cached_key(|one| (one.protocol.clone(), one.port, one.address.clone()));
    ports.truncate(MOST);
    ports
}

/// One line of `/proc/net/tcp` and its kin: number, local address, remote address, state, ..., inode at the tenth place.
fn listening(line: &str, protocol: &str) -> Option<(IpAddr, u16, u64)> {
    const LISTEN: &str = "0A";
    const UNCONNECTED: &str = "07";
    let fields: Vec<&str> = line.split_whitespace().collect();
    let state = if protocol == "tcp" { LISTEN } else { UNCONNECTED };
    let inode = fields.get(9)?.parse().ok().filter(|inode| *inode != 0 && fields[3] == state)?;
    let (address, port) = fields[1].split_once(':')?;
    Some((parse_address(address)?, u16::from_str_radix(port, 16).ok()?, inode))
}

/// Words of four bytes, each as this processor keeps them.
fn parse_address(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| Some(u32::from_str_radix(hex.get(at * 8..at * 8 + 8)?, 16).ok()?.to_ne_bytes());
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let bytes: [u8; 16] = [word(0)?, word(1)?, word(2)?, word(3)?].concat().try_into().ok()?;
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

/// The program of each socket; the look ends as soon as all are found.
fn programs(root: &Root, sockets: &HashMap<u64, Place>) -> HashMap<u64, Option<String>> {
    let mut found: HashMap<u64, Option<String>> = HashMap::new();
    let processes = root.names("/proc").into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    for process in processes.take(MOST_PROCESSES) {
        if found.len() == sockets.len() {
            break;
        }
        let mut program = None;
        for file in root.names(&format!("/proc/{process}/fd")) {
            let Some(target) = root.link(&format!("/proc/{process}/fd/{file}")) else { continue };
            let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
            let Some(inode) = inode.and_then(|inode| inode.parse().ok()) else { continue };
            if !sockets.contains_key(&inode) || found.contains_key(&inode) {
                continue;
            }
            let path = program.get_or_insert_with(|| {
                let path = root.link(&format!("/proc/{process}/exe"))?;
                // The kernel says so where the file was replaced by an update.
                Some(path.trim_end_matches(" (deleted)").to_owned())
            });
            found.insert(inode, path.clone());
        }
    }
    found
}

/// The packages that programs are of, by dpkg's lists of files.
fn packages(root: &Root, programs: &BTreeSet<&String>) -> HashMap<String, String> {
    const INFO: &str = "/var/lib/dpkg/info";
    // Packages may still name what they bring by the place that it had before `/bin` became a link.
    let mut wanted: HashMap<&[u8], &String> = HashMap::new();
    for program in programs {
        wanted.insert(program.as_bytes(), program);
        wanted.extend(program.strip_prefix("/usr").map(|old| (old.as_bytes(), *program)));
    }
    let mut found = HashMap::new();
    if wanted.is_empty() {
        return found;
    }
    for file in root.names(INFO) {
        let Some(package) = file.strip_suffix(".list") else { continue };
        let Ok(list) = File::open(root.path(&format!("{INFO}/{file}"))) else { continue };
        let mut list = BufReader::with_capacity(32 << 10, list);
        let mut line = Vec::new();
        while list.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if let Some(program) = wanted.get(line.trim_ascii_end()) {
                let package = package.split(':').next().unwrap_or(package);
                found.insert((*program).clone(), package.to_owned());
            }
            line.clear();
        }
        if found.len() == programs.len() {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernel_is_a_port_if_somebody_waits_there() {
        let tcp = "0: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4321 1";
        assert_eq!(listening(tcp, "tcp"), Some(([127, 0, 0, 1].into(), 631, 4321)));
        let busy = "1: 0100007F:0277 0100007F:8000 01 00000000:00000000 00:00000000 00000000 0 0 4322 1";
        assert_eq!(listening(busy, "tcp"), None);
        let udp = "2: 00000000000000000000000001000000:14E9 0:0 07 0:0 00:0 0 0 0 99 2";
        assert_eq!(listening(udp, "udp"), Some((Ipv6Addr::LOCALHOST.into(), 5353, 99)));
        for line in ["", "a b c", "0: é:1 0 0A 0 0 0 0 0 5", "0: 0100007F 0 0A 0 0 0 0 0 5"] {
            assert_eq!(listening(line, "tcp"), None, "{line}");
        }
    }
}
