//! Interfaces and their addresses.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, Ipv6Addr},
};

use super::{
    Answers, Value, bytes_text, column,
    objects::{
        IF_DESCR, IF_HIGH_SPEED, IF_NAME, IF_OPER_STATUS, IF_PHYS_ADDRESS, IF_SPEED, IF_TYPE, IP_AD_ENT_IF_INDEX,
        IP_ADDRESS_IF_INDEX, IP_ADDRESS_TYPE,
    },
};
use crate::model::Interface;

/// Interfaces that are kept.
const MOST: usize = 512;
/// What `ifType` says of the loopback (IANAifType-MIB).
const LOOPBACK: i64 = 24;
/// What `ifOperStatus` says of one that works.
const UP: i64 = 1;

/// What `ipAddressType` says of the address of all machines of a network together.
const BROADCAST: i64 = 3;

/// Hardware addresses that several routers share, so that one can stand in for another: VRRP (RFC 9568), HSRP, GLBP.
const SHARED: &[&[u8]] =
    &[&[0, 0, 0x5e, 0, 1], &[0, 0, 0x5e, 0, 2], &[0, 0, 0x0c, 7, 0xac], &[0, 0, 0x0c, 0x9f], &[0, 7, 0xb4]];

pub(super) fn read(answers: &Answers) -> Vec<Interface> {
    let mut found: BTreeMap<u32, Interface> = BTreeMap::new();
    // `ifName` is short and the same after a restart; where there is none, the description.
    for source in [IF_DESCR, IF_NAME] {
        for (at, value) in column(answers, source) {
            if let ([at], Some(name)) = (at, bytes_text(value)) {
                found.entry(*at).or_default().name = name;
            }
        }
    }
    let numbers = |source| {
        column(answers, source).filter_map(|(at, value)| match (at, value) {
            ([at], Value::Number(number)) => Some((*at, *number)),
            _ => None,
        })
    };
    let loopback: Vec<u32> = numbers(IF_TYPE).filter(|(_, kind)| *kind == LOOPBACK).map(|(at, _)| at).collect();
    for (at, value) in column(answers, IF_PHYS_ADDRESS) {
        if let ([at], Value::Bytes(bytes)) = (at, value) {
            found.entry(*at).or_default().mac = mac(bytes);
        }
    }
    for (at, status) in numbers(IF_OPER_STATUS) {
        found.entry(at).or_default().up = status == UP;
    }
    for (at, bits) in numbers(IF_SPEED) {
        found.entry(at).or_default().speed_mbps = u64::try_from(bits / 1_000_000).ok().filter(|speed| *speed > 0);
    }
    // The other one ends at 4 Gbit/s.
    for (at, mega) in numbers(IF_HIGH_SPEED).filter(|(_, mega)| *mega > 0) {
        found.entry(at).or_default().speed_mbps = u64::try_from(mega).ok();
    }
    addresses(answers, &mut found);
    for at in loopback {
        found.remove(&at);
    }
    for (at, one) in &mut found {
        if one.name.is_empty() {
            one.name = format!("#{at}");
        }
        one.ipv4.sort();
        one.ipv4.dedup();
        one.ipv6.sort();
        one.ipv6.dedup();
    }
    found.into_values().take(MOST).collect()
}

fn addresses(answers: &Answers, found: &mut BTreeMap<u32, Interface>) {
    let mut put = |at: &Value, address: Address| {
        let Value::Number(at) = at else { return };
        let Some(one) = u32::try_from(*at).ok().and_then(|at| found.get_mut(&at)) else { return };
        match address {
            Address::V4(address) => one.ipv4.push(address.to_string()),
            Address::V6(address) => one.ipv6.push(address.to_string()),
        }
    };
    for (at, value) in column(answers, IP_AD_ENT_IF_INDEX) {
        if let Some(Address::V4(address)) = bytes(at).and_then(|bytes| address(&bytes)) {
            put(value, Address::V4(address));
        }
    }
    for (at, value) in column(answers, IP_ADDRESS_IF_INDEX) {
        if answers.get(&[IP_ADDRESS_TYPE, at].concat()) == Some(&Value::Number(BROADCAST)) {
            continue;
        }
        // InetAddressType, length, address (RFC 4001); types 3 and 4 have a zone behind the address.
        let [kind, _, rest @ ..] = at else { continue };
        let length = match kind {
            1 | 3 => 4,
            2 | 4 => 16,
            _ => continue,
        };
        if let Some(address) = rest.get(..length).and_then(bytes).and_then(|bytes| address(&bytes)) {
            put(value, address);
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Address {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

fn bytes(arcs: &[u32]) -> Option<Vec<u8>> {
    arcs.iter().map(|arc| u8::try_from(*arc).ok()).collect()
}

fn address(bytes: &[u8]) -> Option<Address> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(Address::V4(bytes.into()));
    }
    <[u8; 16]>::try_from(bytes).ok().map(|bytes| Address::V6(bytes.into()))
}

/// A hardware address of an interface's own.
fn mac(bytes: &[u8]) -> Option<String> {
    let one_of_many = SHARED.iter().any(|prefix| bytes.starts_with(prefix));
    let none = bytes.iter().all(|byte| *byte == 0);
    (bytes.len() == 6 && !none && !one_of_many)
        .then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"))
}
