//! What foreign inventory agents send, as [`Assets`](crate::Assets): FusionInventory and its successor GLPI Agent, and OCS Inventory.
//!
//! All of it is pure. [`read`] takes the body of a request as it came: packed or not, XML or JSON.
//!
//! Sources: the agents' own `FusionInventory::Agent::Inventory` and `Ocsinventory::Agent::XML::Inventory` (names of the sections
//! and fields), GLPI's published `inventory.schema.json` (the same names in small letters), and what Debian's unmodified
//! packages send (`golden/intake/`).

mod hardware;
mod hour;
mod json;
mod network;
mod node;
mod software;
mod storage;
mod system;
mod text;
mod unpack;
mod xml;

pub(crate) use self::network::mac;
pub use self::{node::Node, unpack::MAX_UNPACKED};

use yagura_vocabulary::Time;

use crate::Assets;

/// Largest body, as it came over the network, in bytes.
pub const MAX_PACKED: usize = 16 << 20;

/// Longest name that a machine may give itself, in characters.
const LONGEST_DEVICE: usize = 200;

/// Why a message cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// More than is taken, packed or unpacked.
    #[error("the inventory is larger than {MAX_UNPACKED} bytes when it is unpacked")]
    TooLarge,
    /// The packing is broken.
    #[error("the inventory cannot be unpacked: {0}")]
    Packing(String),
    /// It is no XML, or XML that no inventory agent writes.
    #[error("the inventory cannot be read as XML: {0}")]
    Xml(String),
    /// It is no JSON, or JSON that no inventory agent writes.
    #[error("the inventory cannot be read as JSON: {0}")]
    Json(String),
    /// More elements, or deeper ones, than any inventory has.
    #[error(
        "the inventory has more than {} elements, or elements within elements deeper than {}",
        node::MOST,
        node::DEEPEST
    )]
    TooMany,
    /// A message without its sender's name.
    #[error("the message does not say which machine it is of (DEVICEID)")]
    NoDevice,
    /// A message without its content.
    #[error("the inventory has no content")]
    NoContent,
    /// Something that is not asked for.
    #[error("messages of the kind `{0}` are not taken")]
    Unknown(String),
}

/// Whose agent it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// FusionInventory, or GLPI Agent in the same XML.
    Fusion,
    /// GLPI Agent in JSON.
    Glpi,
    /// OCS Inventory.
    Ocs,
}

/// What sort of thing an inventory is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A PC.
    Computer,
    /// A machine that its case calls a server.
    Server,
    /// A printer.
    Printer,
    /// A switch, a router, an access point.
    Network,
    /// A phone.
    Phone,
}

/// A message of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// It asks whether an inventory is wanted.
    Question(Family),
    /// It says what a machine has.
    Inventory(Box<Told>),
}

/// What an agent told of its machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whose agent.
    pub family: Family,
    /// The agent's lasting name of the machine: host name and the time of its first run.
    pub device: String,
    /// What the machine is.
    pub thing: Thing,
    /// What it has.
    pub assets: Assets,
}

/// Reads a request's body. `agent` is what its `User-Agent` says, which tells the two families of XML apart; `now` is when it came.
///
/// # Errors
/// When it is too large or cannot be read. Then nothing of it is to be used.
pub fn read(body: &[u8], agent: &str, now: Time) -> Result<Message, IntakeError> {
    let plain = unpack::unpack(body)?;
    let text = text::decode(&plain);
    if text.trim_start().starts_with('{') {
        return question_or_inventory(&json::parse(&text)?, Family::Glpi, now);
    }
    let family = if agent.starts_with("OCS") { Family::Ocs } else { Family::Fusion };
    question_or_inventory(&xml::parse(&text)?, family, now)
}

fn question_or_inventory(root: &Node, family: Family, now: Time) -> Result<Message, IntakeError> {
    // JSON says `action`, and said `query` in its first version; XML says `QUERY`. What says nothing and has content is an inventory.
    let said = root.first(&["query", "action"]).or_else(|| root.child("content").map(|_| "inventory"));
    match said.unwrap_or_default().to_lowercase().as_str() {
        // It would take away what it leaves out.
        "inventory" if root.text("partial") == Some("yes") => Err(IntakeError::Unknown("partial inventory".to_owned())),
        "prolog" | "contact" => Ok(Message::Question(family)),
        "inventory" => inventory(root, family, now).map(|told| Message::Inventory(Box::new(told))),
        other => Err(IntakeError::Unknown(other.chars().take(40).collect())),
    }
}

fn inventory(root: &Node, family: Family, now: Time) -> Result<Told, IntakeError> {
    let device = root.text("deviceid").filter(|name| name.chars().count() <= LONGEST_DEVICE);
    let device = device.ok_or(IntakeError::NoDevice)?.to_owned();
    let content = root.child("content").filter(|content| !content.children.is_empty()).ok_or(IntakeError::NoContent)?;
    let hour = hour::Zone::of(content);
    let chassis = hardware::chassis(content);
    let assets = Assets {
        hardware: hardware::read(content),
        os: system::read(content, hour),
        network: network::read(content),
        disks: storage::disks(content),
        volumes: storage::volumes(content),
        software: software::read(content, hour),
        users: system::users(content),
        memory: hardware::memory(content),
        printers: hardware::printers(content),
        usb: hardware::usb(content),
        protection: software::protection(content),
        ..Assets::none(now)
    };
    Ok(Told { family, device, thing: thing(root, chassis.as_deref()), assets })
}

fn thing(root: &Node, chassis: Option<&str>) -> Thing {
    match root.text("itemtype") {
        Some("Printer") => Thing::Printer,
        Some("NetworkEquipment") => Thing::Network,
        Some("Phone") => Thing::Phone,
        _ if chassis == Some("server") => Thing::Server,
        _ => Thing::Computer,
    }
}

#[cfg(test)]
mod tests;
