//! Which sightings are of one machine.
//!
//! Several sources may see a machine: our agent, another maker's agent, a list that somebody keeps. Each names it in its own way. What
//! they have in common is the firmware's UUID and serial number, network addresses and the host name, none of which can be trusted
//! alone: makers ship boards with the same UUID, docks carry their network address from one machine to the next, and host names are
//! chosen by people. So a machine is only recognised by evidence that nothing contradicts, and everything else stays apart until
//! somebody says otherwise.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use yagura_vocabulary::words;

use crate::{Assets, makers};

/// What a machine can be recognised by. Upper and lower case do not matter any more; what makers forgot to fill in is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The firmware's UUID.
    pub uuid: Option<String>,
    /// Who made the machine.
    pub vendor: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// The hardware addresses of its network interfaces.
    pub macs: BTreeSet<String>,
    /// Its host name, without the domain.
    pub hostname: Option<String>,
}

impl Identity {
    /// What an inventory says.
    #[must_use]
    pub fn of(assets: &Assets) -> Self {
        let lower = |text: &Option<String>| text.as_deref().map(normal).filter(|text| !text.is_empty());
        let hostname = lower(&assets.os.hostname).map(|name| match name.split_once('.') {
            Some((host, _)) => host.to_owned(),
            None => name,
        });
        Self {
            uuid: lower(&assets.hardware.uuid),
            vendor: lower(&assets.hardware.vendor),
            serial: lower(&assets.hardware.serial),
            macs: assets.network.iter().filter_map(|one| one.mac.as_deref()).filter_map(mac).collect(),
            hostname: hostname.filter(|name| name != "localhost"),
        }
    }
}

fn normal(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A hardware address with colons, unless it is that of no interface.
fn mac(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect();
    let real = digits.len() == 12 && !digits.bytes().all(|b| b == b'0') && !digits.bytes().all(|b| b == b'f');
    let pairs: Vec<&str> = (0..12).step_by(2).filter_map(|at| digits.get(at..at + 2)).collect();
    real.then(|| pairs.join(":"))
}

/// Whether whoever made the interface gave it this address, rather than a program (IEEE 802, the second lowest bit of the first byte).
pub(crate) fn is_from_maker(mac: &str) -> bool {
    mac.get(..2).and_then(|byte| u8::from_str_radix(byte, 16).ok()).is_some_and(|byte| byte & 0b10 == 0)
}

words! {
    /// What two sightings have in common, by which they are one machine.
    Why {
        /// The source has seen it before.
        Known = "known",
        /// The firmware's UUID, and the serial number, an interface or the host name with it.
        Uuid = "uuid",
        /// Maker and serial number.
        Serial = "serial",
        /// An interface and the host name.
        MacAndName = "mac_and_name",
        /// An interface, where one of the two has no host name.
        Mac = "mac",
        /// Somebody said so.
        ByHand = "by_hand",
        /// Nothing: it stands for itself.
        New = "new",
    }
}

words! {
    /// Why two sightings that have something in common are kept apart.
    Doubt {
        /// One UUID, but two serial numbers, or neither interface nor host name in common: many boards have this UUID.
        UuidTwice = "uuid_twice",
        /// One serial number, but two UUIDs.
        SerialTwice = "serial_twice",
        /// An interface in common, and two host names: docks and adapters move.
        MacMoved = "mac_moved",
        /// Only the host name.
        NameOnly = "name_only",
        /// Several machines fit equally well.
        Several = "several",
    }
}

/// What two sightings say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// One machine.
    Same(Why),
    /// Something in common, and not enough.
    Doubtful(Doubt),
    /// Nothing in common.
    Different,
}

/// Compares two identities. The order does not matter.
#[must_use]
pub fn compare(a: &Identity, b: &Identity) -> Comparison {
    use Comparison::{Different, Doubtful, Same};
    let uuid = both(a.uuid.as_ref(), b.uuid.as_ref());
    let serial = both(a.serial.as_ref(), b.serial.as_ref());
    let hostname = both(a.hostname.as_ref(), b.hostname.as_ref());
    // Two makers may have chosen one number.
    let same_maker = a.vendor.is_none() || b.vendor.is_none() || similar(a.vendor.as_ref(), b.vendor.as_ref());
    let mut shared = a.macs.intersection(&b.macs).peekable();
    let any_mac = shared.peek().is_some();
    let makers_mac = shared.any(|mac| is_from_maker(mac));
    match (uuid, serial) {
        (Some(true), Some(false)) => Doubtful(Doubt::UuidTwice),
        (Some(false), Some(true)) if same_maker => Doubtful(Doubt::SerialTwice),
        (Some(false), _) | (_, Some(false)) => Different,
        (Some(true), Some(true)) => Same(Why::Uuid),
        (Some(true), None) if any_mac || hostname == Some(true) => Same(Why::Uuid),
        (Some(true), None) => Doubtful(Doubt::UuidTwice),
        (None, Some(true)) if same_maker => Same(Why::Serial),
        (None, _) if any_mac && hostname == Some(true) => Same(Why::MacAndName),
        (None, _) if makers_mac && hostname.is_none() => Same(Why::Mac),
        (None, _) if makers_mac => Doubtful(Doubt::MacMoved),
        (None, _) if hostname == Some(true) => Doubtful(Doubt::NameOnly),
        (None, _) => Different,
    }
}

/// Whether two values are the same; `None` where one of them is not known.
fn both(a: Option<&String>, b: Option<&String>) -> Option<bool> {
    a.zip(b).map(|(a, b)| a == b)
}

/// `Dell`, `Dell Inc.` and `デル` are one maker.
fn similar(a: Option<&String>, b: Option<&String>) -> bool {
    let first = |text: Option<&String>| text.and_then(|text| makers::first_word(text));
    first(a) == first(b)
}

/// A machine that is known already, with what each of its sources says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known<K> {
    /// Which.
    pub machine: K,
    /// What its sources say.
    pub identities: Vec<Identity>,
}

/// Where a sighting belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict<K> {
    /// To this machine; `None`: to a new one.
    pub machine: Option<K>,
    /// Why.
    pub why: Why,
    /// Machines that it might be, and is not taken for.
    pub doubts: Vec<(K, Doubt)>,
}

/// Says where a sighting belongs among machines that have something in common with it. One source that contradicts is enough for
/// keeping it apart from a machine.
#[must_use]
pub fn decide<K: Copy>(sighting: &Identity, candidates: &[Known<K>]) -> Verdict<K> {
    let mut same: Vec<(K, Why)> = Vec::new();
    let mut doubts = Vec::new();
    for known in candidates {
        let found: Vec<Comparison> = known.identities.iter().map(|identity| compare(sighting, identity)).collect();
        let contradicts = known.identities.iter().any(|identity| contradicts(sighting, identity));
        let why = found.iter().filter_map(|one| if let Comparison::Same(why) = one { Some(*why) } else { None }).min();
        let doubt =
            found.iter().find_map(|one| if let Comparison::Doubtful(doubt) = one { Some(*doubt) } else { None });
        match (why, doubt) {
            (Some(why), _) if !contradicts => same.push((known.machine, why)),
            (_, Some(doubt)) => doubts.push((known.machine, doubt)),
            (Some(_), None) => doubts.push((known.machine, Doubt::Several)),
            (None, None) => {}
        }
    }
    // The order of the reasons is the order of their strength.
    let best = same.iter().map(|(_, why)| *why).min();
    let fitting: Vec<_> = same.iter().filter(|(_, why)| Some(*why) == best).collect();
    match (&fitting[..], best) {
        ([(machine, _)], Some(why)) => Verdict { machine: Some(*machine), why, doubts },
        (several, _) => {
            doubts.extend(several.iter().map(|(machine, _)| (*machine, Doubt::Several)));
            Verdict { machine: None, why: Why::New, doubts }
        }
    }
}

/// Whether one machine cannot be both.
fn contradicts(a: &Identity, b: &Identity) -> bool {
    both(a.uuid.as_ref(), b.uuid.as_ref()) == Some(false) || both(a.serial.as_ref(), b.serial.as_ref()) == Some(false)
}

/// The values by which candidates are looked for, as they are kept beside a sighting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mark {
    /// `uuid`, `serial`, `mac`, `hostname`.
    pub kind: &'static str,
    /// The value.
    pub value: String,
}

impl Identity {
    /// All marks of this identity.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        let one = |kind, value: &Option<String>| value.clone().map(|value| Mark { kind, value });
        let macs = self.macs.iter().map(|mac| Mark { kind: "mac", value: mac.clone() });
        [one("uuid", &self.uuid), one("serial", &self.serial), one("hostname", &self.hostname)]
            .into_iter()
            .flatten()
            .chain(macs)
            .collect()
    }
}

#[cfg(test)]
mod tests;
