//! Where a machine is, by the network that it is in: in an office of the organisation, at home, or elsewhere.
//!
//! The endpoint decides this by itself and tells only the answer: what networks its people use outside of the offices stays with them.
//! Without a list of offices nothing is looked at.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::words;

words! {
    /// What kind of place it is.
    Place {
        /// An office that the policy names.
        Office = "office",
        /// The network outside of the offices in which the machine is most of the time.
        Home = "home",
        /// Any other network.
        Elsewhere = "elsewhere",
    }
}

/// Where a machine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Whereabouts {
    /// `office`, `home`, `elsewhere`.
    #[cfg_attr(feature = "server", schema(value_type = String))]
    pub place: Place,
    /// The name of the office; empty elsewhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub office: String,
}

/// An office, and how its network is recognised: by all that is given here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Office {
    /// What people call it: `本社`.
    pub name: String,
    /// A machine that is there has an address in one of these: `10.20.0.0/16`.
    pub networks: Vec<String>,
    /// Its router has one of these hardware addresses. Needed where the addresses are ones that homes have too (`192.168.1.0/24`).
    pub gateways: Vec<String>,
}

/// The network that a machine is in now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attached {
    /// The machine's addresses.
    pub addresses: Vec<IpAddr>,
    /// The hardware address of the router that its packets leave by.
    pub gateway: Option<String>,
}

/// Where the machine is; `None` where it is in no network, or no offices are known. `home` tells whether the network is its home.
#[must_use]
pub fn decide(offices: &[Office], attached: &Attached, home: bool) -> Option<Whereabouts> {
    if offices.is_empty() || (attached.addresses.is_empty() && attached.gateway.is_none()) {
        return None;
    }
    let office = offices.iter().find(|office| office.holds(attached));
    Some(match office {
        Some(office) => Whereabouts { place: Place::Office, office: office.name.clone() },
        None => Whereabouts { place: if home { Place::Home } else { Place::Elsewhere }, office: String::new() },
    })
}

impl Office {
    fn holds(&self, attached: &Attached) -> bool {
        let has_gateway = |given: &String| {
            attached.gateway.as_ref().is_some_and(|gateway| given.trim().eq_ignore_ascii_case(gateway))
        };
        let has_address = |given: &String| {
            Network::parse(given).is_some_and(|network| attached.addresses.iter().any(|one| network.holds(*one)))
        };
        let known = !(self.networks.is_empty() && self.gateways.is_empty());
        known
            && (self.gateways.is_empty() || self.gateways.iter().any(has_gateway))
            && (self.networks.is_empty() || self.networks.iter().any(has_address))
    }

    /// What is wrong with it: the field, and why.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, &'static str)> {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() || self.name.chars().count() > 100 {
            faults.push(("name".to_owned(), "must be a name of at most 100 letters"));
        }
        if self.networks.is_empty() && self.gateways.is_empty() {
            faults.push((
                "networks".to_owned(),
                "needs a network or the hardware address of a router to be recognised by",
            ));
        }
        for (at, network) in self.networks.iter().enumerate() {
            if Network::parse(network).is_none() {
                faults.push((format!("networks/{at}"), "must be a network like 10.20.0.0/16 or 2001:db8::/48"));
            }
        }
        for (at, gateway) in self.gateways.iter().enumerate() {
            if !is_hardware_address(gateway.trim()) {
                faults.push((format!("gateways/{at}"), "must be a hardware address like 00:1b:21:3c:4d:5e"));
            }
        }
        faults
    }
}

fn is_hardware_address(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    parts.len() == 6 && parts.iter().all(|part| part.len() == 2 && u8::from_str_radix(part, 16).is_ok())
}

/// A network in the notation of RFC 4632 and RFC 4291: an address and how many of its bits count.
struct Network {
    bits: u128,
    mask: u128,
    is_v4: bool,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.trim().split_once('/')?;
        let (bits, is_v4) = bits(address.parse().ok()?);
        let length: u32 = length.parse().ok().filter(|length| *length <= if is_v4 { 32 } else { 128 })?;
        // Of version 4 the last 32 of 128 bits.
        let ignored = if is_v4 { 32 - length } else { 128 - length };
        let mask = u128::MAX.checked_shl(ignored).unwrap_or(0);
        Some(Self { bits: bits & mask, mask, is_v4 })
    }

    fn holds(&self, address: IpAddr) -> bool {
        let (bits, is_v4) = bits(address);
        is_v4 == self.is_v4 && bits & self.mask == self.bits
    }
}

fn bits(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), true),
        IpAddr::V6(address) => (address.to_bits(), false),
    }
}

/// In which networks outside of the offices a machine was, and on which days. It is kept on the machine only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    /// Days since 1970, by the hardware address of the router.
    days: BTreeMap<String, Vec<i64>>,
}

/// What was longer ago says nothing about where somebody lives.
const REMEMBERED_DAYS: i64 = 60;
/// On fewer days it is a visit.
const FEWEST_DAYS: usize = 3;
/// Who travels a lot does not fill the disk.
const MOST_NETWORKS: usize = 200;

impl Habits {
    /// Notes that the machine is in a network on a day; gives whether something was new in it.
    pub fn note(&mut self, gateway: &str, day: i64) -> bool {
        let days = self.days.entry(gateway.to_owned()).or_default();
        if days.last() == Some(&day) {
            return false;
        }
        days.push(day);
        for days in self.days.values_mut() {
            days.retain(|one| *one > day - REMEMBERED_DAYS && *one <= day);
        }
        self.days.retain(|_, days| !days.is_empty());
        while self.days.len() > MOST_NETWORKS {
            let oldest = self.days.iter().min_by_key(|(_, days)| days.last()).map(|(gateway, _)| gateway.clone());
            oldest.map(|gateway| self.days.remove(&gateway));
        }
        true
    }

    /// Whether a network is the one in which the machine was on most days.
    #[must_use]
    pub fn is_home(&self, gateway: &str) -> bool {
        let on = |days: &Vec<i64>| days.len();
        let here = self.days.get(gateway).map_or(0, on);
        here >= FEWEST_DAYS && self.days.values().all(|days| on(days) <= here)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offices() -> Vec<Office> {
        let office = |name: &str, networks: &[&str], gateways: &[&str]| Office {
            name: name.to_owned(),
            networks: networks.iter().copied().map(str::to_owned).collect(),
            gateways: gateways.iter().copied().map(str::to_owned).collect(),
        };
        vec![
            office("本社", &["10.20.0.0/16", "2001:db8:20::/48"], &[]),
            office("営業所", &["192.168.1.0/24"], &["00:1B:21:00:00:01"]),
        ]
    }

    #[track_caller]
    fn check(addresses: &[&str], gateway: Option<&str>, home: bool, expected: Option<&str>) {
        let attached = Attached {
            addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
            gateway: gateway.map(str::to_owned),
        };
        let found = decide(&offices(), &attached, home).map(|found| format!("{} {}", found.place, found.office));
        assert_eq!(found.as_deref().map(str::trim), expected);
    }

    #[test]
    fn an_address_of_the_office_means_the_office() {
        check(&["10.20.255.1"], None, false, Some("office 本社"));
        check(&["10.21.0.1"], None, false, Some("elsewhere"));
        check(&["fe80::1", "2001:db8:20:7::9"], Some("aa:bb:cc:dd:ee:ff"), true, Some("office 本社"));
    }

    #[test]
    fn an_office_whose_addresses_homes_have_too_is_recognised_by_its_router() {
        check(&["192.168.1.5"], Some("00:1b:21:00:00:01"), false, Some("office 営業所"));
        check(&["192.168.1.5"], Some("00:1b:21:00:00:02"), true, Some("home"));
        check(&["192.168.1.5"], None, false, Some("elsewhere"));
    }

    #[test]
    fn without_a_network_or_without_offices_nothing_is_said() {
        check(&[], None, false, None);
        let attached = Attached { addresses: vec!["10.20.0.1".parse().unwrap()], gateway: None };
        assert_eq!(decide(&[], &attached, true), None);
    }

    #[test]
    fn home_is_where_the_machine_is_on_most_days_and_a_hotel_is_not() {
        let mut habits = Habits::default();
        for day in 0..5 {
            habits.note("home", day);
        }
        habits.note("hotel", 5);
        habits.note("hotel", 6);
        assert!(habits.is_home("home") && !habits.is_home("hotel") && !habits.is_home("cafe"));
        assert!(!habits.note("hotel", 6));
        // Who moved has another home once there are more days there; what is two months ago is forgotten.
        for day in 60..64 {
            habits.note("new home", day);
        }
        assert!(habits.is_home("new home") && !habits.is_home("home"));
    }

    #[test]
    fn faults_name_the_field() {
        let faults = |office: Office| office.faults().into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(faults(Office::default()), ["name", "networks"]);
        let office = Office {
            name: "本社".to_owned(),
            networks: vec!["10.0.0.0/33".to_owned(), "10.0.0.0/8".to_owned(), "本社".to_owned()],
            gateways: vec!["00:1b:21".to_owned()],
        };
        assert_eq!(faults(office), ["networks/0", "networks/2", "gateways/0"]);
    }

    proptest! {
        #[test]
        fn a_network_holds_exactly_the_addresses_that_begin_with_its_bits(address in any::<u32>(), other in any::<u32>(), length in 0u32..=32) {
            let v4 = |bits: u32| IpAddr::from(bits.to_be_bytes());
            let network = Network::parse(&format!("{}/{length}", v4(address))).unwrap();
            let same = length == 0 || (address ^ other) >> (32 - length) == 0;
            prop_assert_eq!(network.holds(v4(other)), same);
            prop_assert!(network.holds(v4(address)));
        }

        #[test]
        fn any_text_is_a_network_or_none(text in "\\PC{0,20}") {
            Network::parse(&text);
        }
    }
}
