//! The addresses of the network interfaces, asked of the kernel over rtnetlink (`RTM_GETADDR`, rtnetlink(7)).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustix::net::{AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

use crate::{Error, InterfaceAddress};

/// Protocol 0 is the routing family (linux/netlink.h).
const NETLINK_ROUTE: Option<Protocol> = None;
const HEAD: usize = 16;
const ADDRESS_HEAD: usize = 8;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u16 = 22;
const NLM_F_REQUEST_DUMP: u16 = 0x301;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;

/// Every address of every interface in this network namespace.
///
/// # Errors
/// When the kernel refuses the question.
pub fn interface_addresses() -> Result<Vec<InterfaceAddress>, Error> {
    let doing = || Error::refused("list the addresses of the network interfaces");
    let socket =
        socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, NETLINK_ROUTE).map_err(doing())?;
    send(&socket, &question(), SendFlags::empty()).map_err(doing())?;
    let mut found = Vec::new();
    let mut buffer = vec![0; 32 << 10];
    loop {
        let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty()).map_err(doing())?;
        if length == 0 || parse(&buffer[..length], &mut found) {
            return Ok(found);
        }
    }
}

fn question() -> [u8; HEAD + ADDRESS_HEAD] {
    let mut message = [0; HEAD + ADDRESS_HEAD];
    message[0] = 24;
    message[4..6].copy_from_slice(&RTM_GETADDR.to_ne_bytes());
    message[6..8].copy_from_slice(&NLM_F_REQUEST_DUMP.to_ne_bytes());
    message
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Reads one datagram; gives whether the answer is complete.
fn parse(mut bytes: &[u8], found: &mut Vec<InterfaceAddress>) -> bool {
    while let (Some(length), Some(kind)) = (word(bytes, 0), half(bytes, 4)) {
        let Some(message) = usize::try_from(length).ok().and_then(|length| bytes.get(HEAD..length)) else {
            return true;
        };
        match kind {
            NLMSG_DONE | NLMSG_ERROR => return true,
            RTM_NEWADDR => found.extend(parse_address(message)),
            _ => {}
        }
        bytes = bytes.get((HEAD + message.len()).next_multiple_of(4)..).unwrap_or_default();
    }
    false
}

fn parse_address(message: &[u8]) -> Option<InterfaceAddress> {
    let interface = word(message, 4)?;
    let mut attributes = message.get(ADDRESS_HEAD..)?;
    let mut address = None;
    while let (Some(length), Some(kind)) = (half(attributes, 0), half(attributes, 2)) {
        let value = attributes.get(4..usize::from(length))?;
        // On point-to-point links IFA_ADDRESS is the far end and IFA_LOCAL ours; IPv6 has only the former.
        if kind == IFA_LOCAL || (kind == IFA_ADDRESS && address.is_none()) {
            address = ip(value).or(address);
        }
        attributes = attributes.get(usize::from(length).next_multiple_of(4)..).unwrap_or_default();
    }
    Some(InterfaceAddress { interface, address: address? })
}

fn ip(value: &[u8]) -> Option<IpAddr> {
    match value.len() {
        4 => Some(IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?))),
        16 => Some(IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_its_loopback_address() {
        let all = interface_addresses().unwrap();
        assert!(all.iter().any(|one| one.address == IpAddr::V4(Ipv4Addr::LOCALHOST)), "{all:?}");
    }

    #[test]
    fn nonsense_ends_the_reading_instead_of_panicking() {
        for length in 0..64_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
            parse(&bytes, &mut Vec::new());
            parse_address(&bytes);
        }
    }
}
