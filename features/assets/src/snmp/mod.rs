//! What devices without an agent answer to SNMP, as the same inventory as agents tell.
//!
//! All of it is pure. `server::snmp` asks and gives what came as [`Answers`]; [`decode`] makes an inventory of them. Devices answer
//! what they like: a field of the wrong kind in a table is as if it were not there, while in the first few values, by which a device is
//! known at all, it makes the whole answer one that cannot be read, so that the last good state stays.

mod network;
mod objects;
mod printer;
mod range;
mod text;

use std::collections::BTreeMap;

use yagura_vocabulary::Time;

pub use self::{
    objects::{CHASSIS, COLUMNS, FIRST, PARTS, PRINTER_COLUMNS},
    printer::prints,
    range::{MOST_ADDRESSES, RangeError, addresses},
};
use self::{
    objects::{
        ENT_CLASS, ENT_FIRMWARE, ENT_MAKER, ENT_MODEL, ENT_SERIAL, ENT_SOFTWARE, PRT_SERIAL, SYS_CONTACT, SYS_DESCR,
        SYS_LOCATION, SYS_NAME, SYS_OBJECT_ID, SYS_SERVICES, SYS_UP_TIME,
    },
    text::text,
};
use crate::{
    Assets,
    known::known,
    makers::{self, Trade},
    model::{Device, Hardware, OperatingSystem},
};

/// The name of an object, as numbers.
pub type Name = Vec<u32>;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An OCTET STRING: a text, or an address.
    Bytes(Vec<u8>),
    /// Any kind of number.
    Number(i64),
    /// An OBJECT IDENTIFIER.
    Name(Name),
    /// An IPv4 address.
    Address([u8; 4]),
}

/// What a device answered.
pub type Answers = BTreeMap<Name, Value>;

/// Longest text of the first values, in bytes: RFC 3418 allows 255, and some take it less seriously.
const LONGEST: usize = 4096;
/// Where makers' own names begin: `1.3.6.1.4.1`.
const ENTERPRISES: &[u32] = &[1, 3, 6, 1, 4, 1];
/// The number of those who programmed the agent that most servers have.
const NET_SNMP: u32 = 8072;
/// What [`ENT_CLASS`] says of a chassis.
const CHASSIS_CLASS: i64 = 3;

/// Why answers cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing by which a device is known.
    #[error("it says neither what it is nor what it is called")]
    Nothing,
    /// One of the first values is of the wrong kind.
    #[error("{0} is not of the kind that it must be")]
    Kind(&'static str),
    /// One of the first values is too long.
    #[error("{0} has {1} bytes")]
    Long(&'static str, usize),
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A printer, or what copies.
    Printer,
    /// A switch, a router, an access point.
    Network,
    /// A server, or storage.
    Server,
    /// Something else.
    Other,
}

/// What a device said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it is.
    pub thing: Thing,
    /// What it has.
    pub assets: Assets,
}

/// Makes an inventory of what a device answered.
///
/// # Errors
/// [`Unreadable`], when that is nothing by which a device could be known.
pub fn decode(answers: &Answers, now: Time) -> Result<Told, Unreadable> {
    let description = first_text(answers, SYS_DESCR, "sysDescr")?;
    let name = first_text(answers, SYS_NAME, "sysName")?;
    let location = first_text(answers, SYS_LOCATION, "sysLocation")?;
    let contact = first_text(answers, SYS_CONTACT, "sysContact")?;
    let object_id = match answers.get(SYS_OBJECT_ID) {
        None => None,
        Some(Value::Name(name)) => Some(name.clone()),
        Some(_) => return Err(Unreadable::Kind("sysObjectID")),
    };
    if description.is_none() && name.is_none() && object_id.is_none() {
        return Err(Unreadable::Nothing);
    }
    let enterprise = object_id.as_deref().and_then(|name| name.strip_prefix(ENTERPRISES)?.first().copied());
    let maker = enterprise.and_then(makers::by_number);
    let printer = printer::read(answers);
    let part = chassis(answers);
    let of_part = |column: &[u32]| part.and_then(|part| known_text(answers, &[column, &[part]].concat()));
    let is_computer = matches!(enterprise, Some(NET_SNMP | 311 | 2021));
    let model = of_part(ENT_MODEL).or_else(|| printer.as_ref().and_then(|_| printer::model(answers)));
    let serial = column(answers, PRT_SERIAL).find_map(|(_, value)| bytes_text(value)).or_else(|| of_part(ENT_SERIAL));
    let assets = Assets {
        hardware: Hardware {
            vendor: maker.map(|(name, _)| name.to_owned()).or_else(|| of_part(ENT_MAKER)),
            model,
            serial,
            firmware: of_part(ENT_FIRMWARE).or_else(|| of_part(ENT_SOFTWARE)),
            ..Hardware::default()
        },
        os: system(description.as_deref().filter(|_| is_computer), name, up_time(answers), now),
        network: network::read(answers),
        device: Some(Device {
            description,
            object_id: object_id.as_deref().map(dotted),
            location,
            contact,
            printer: printer.clone(),
        }),
        ..Assets::none(now)
    };
    let thing = thing(printer.is_some(), is_computer, maker.map(|(_, trade)| trade), number(answers, SYS_SERVICES));
    Ok(Told { thing, assets })
}

fn thing(prints: bool, is_computer: bool, trade: Option<Trade>, services: Option<i64>) -> Thing {
    // RFC 3418: bit n - 1 for layer n. Whoever forwards packets and runs no applications is of the network.
    let forwards = services.is_some_and(|services| services & 0b110 != 0 && services & 0b100_0000 == 0);
    match (prints, trade) {
        (true, _) => Thing::Printer,
        (_, Some(Trade::Servers)) => Thing::Server,
        _ if is_computer => Thing::Server,
        (_, Some(Trade::Network)) => Thing::Network,
        // A maker of printers without a printer's values is most likely one whose printer keeps them to itself.
        (_, Some(Trade::Printers)) => Thing::Printer,
        _ if forwards => Thing::Network,
        _ => Thing::Other,
    }
}

/// The agent of a computer describes its system: `Linux srv-01 6.1.0-44-amd64 #1 SMP ... x86_64`. Of devices the whole text is their own.
fn system(description: Option<&str>, name: Option<String>, up_s: Option<u64>, now: Time) -> OperatingSystem {
    let mut words = description.unwrap_or_default().split(' ');
    let linux = words.next() == Some("Linux");
    let kernel = words.nth(1).filter(|_| linux).unwrap_or_default().to_owned();
    let architecture = words.next_back().filter(|_| linux).unwrap_or_default().to_owned();
    let boot_at = up_s.and_then(|up_s| {
        Some(Time::from_micros(now.micros().checked_sub(i64::try_from(up_s).ok()?.checked_mul(1_000_000)?)?))
    });
    OperatingSystem {
        name: if linux { "Linux".to_owned() } else { String::new() },
        kernel,
        architecture,
        boot_at,
        hostname: name.filter(|name| known(name).is_some()),
        ..OperatingSystem::default()
    }
}

/// For how many seconds its agent has been running.
fn up_time(answers: &Answers) -> Option<u64> {
    number(answers, SYS_UP_TIME).and_then(|ticks| u64::try_from(ticks / 100).ok())
}

/// Whether this value of [`PARTS`] is that of a chassis.
#[must_use]
pub fn is_chassis(value: &Value) -> bool {
    *value == Value::Number(CHASSIS_CLASS)
}

/// The number of the first part that is a chassis.
#[must_use]
pub fn chassis(answers: &Answers) -> Option<u32> {
    column(answers, ENT_CLASS).find(|(_, value)| is_chassis(value)).and_then(|(at, _)| at.first().copied())
}

/// One of the first values, as a text; `None` where there is none.
fn first_text(answers: &Answers, name: &[u32], called: &'static str) -> Result<Option<String>, Unreadable> {
    match answers.get(name) {
        None => Ok(None),
        Some(Value::Bytes(bytes)) if bytes.len() > LONGEST => Err(Unreadable::Long(called, bytes.len())),
        Some(Value::Bytes(bytes)) => Ok(Some(text(bytes)).filter(|text| !text.is_empty())),
        Some(_) => Err(Unreadable::Kind(called)),
    }
}

/// All values of a column, with what follows its name.
fn column<'a>(answers: &'a Answers, column: &'a [u32]) -> impl Iterator<Item = (&'a [u32], &'a Value)> {
    let from = answers.range(column.to_vec()..);
    from.map_while(move |(name, value)| Some((name.strip_prefix(column)?, value))).filter(|(at, _)| !at.is_empty())
}

fn number(answers: &Answers, name: &[u32]) -> Option<i64> {
    if let Some(Value::Number(number)) = answers.get(name) { Some(*number) } else { None }
}

fn known_text(answers: &Answers, name: &[u32]) -> Option<String> {
    answers.get(name).and_then(bytes_text)
}

/// The text of a value, unless it says nothing.
fn bytes_text(value: &Value) -> Option<String> {
    let Value::Bytes(bytes) = value else { return None };
    known(&text(bytes)).map(str::to_owned)
}

/// A name as people write it.
#[must_use]
pub fn dotted(name: &[u32]) -> String {
    name.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests;
