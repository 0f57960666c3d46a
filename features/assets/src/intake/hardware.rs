//! The machine and what is built in or plugged in: `HARDWARE`, `BIOS`, `CPUS`, `MEMORIES`, `PRINTERS`, `USBDEVICES`.

use super::node::{Node, digits};
use crate::{
    known::{known, known_uuid},
    model::{Cpu, Hardware, MemoryModule, Printer, UsbDevice},
};

const MEBIBYTE: u64 = 1 << 20;

pub(super) fn read(content: &Node) -> Hardware {
    let none = Node::default();
    let hardware = content.child("hardware").unwrap_or(&none);
    let bios = content.child("bios").unwrap_or(&none);
    Hardware {
        vendor: bios.known(&["smanufacturer"]),
        model: bios.known(&["smodel"]),
        serial: bios.known(&["ssn"]),
        firmware: firmware(bios),
        cpu: cpu(content, hardware),
        memory_bytes: hardware.number(&["memory"]).unwrap_or(0).saturating_mul(MEBIBYTE),
        virtual_machine: hardware.owned(&["vmsystem"]).filter(|kind| !kind.eq_ignore_ascii_case("physical")),
        uuid: hardware.first(&["uuid"]).and_then(known_uuid),
        asset_tag: bios.known(&["assettag"]),
        chassis: chassis(content),
    }
}

fn firmware(bios: &Node) -> Option<String> {
    let parts: Vec<String> =
        ["bmanufacturer", "bversion", "bdate"].iter().filter_map(|name| bios.known(&[name])).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// One entry for each socket. `CORE` and `THREAD` of FusionInventory and `CORES` and `LOGICAL_CPUS` of OCS are the socket's.
fn cpu(content: &Node, hardware: &Node) -> Cpu {
    let mut cpu = Cpu::default();
    for socket in content.all("cpus") {
        if cpu.model.is_empty() {
            cpu.model = socket.owned(&["name", "type"]).unwrap_or_default();
        }
        let of = |names: &[&str]| socket.number(names).and_then(|count| u32::try_from(count).ok());
        let cores = of(&["core", "cores"]).unwrap_or(1);
        cpu.cores = cpu.cores.saturating_add(cores);
        cpu.threads = cpu.threads.saturating_add(of(&["thread", "logical_cpus", "threads"]).unwrap_or(cores));
    }
    if cpu.model.is_empty() {
        cpu.model = hardware.owned(&["processort"]).unwrap_or_default();
    }
    cpu
}

/// The form, in our words for it. FusionInventory has SMBIOS's own words; OCS has them in `BIOS`.
pub(super) fn chassis(content: &Node) -> Option<String> {
    let word = |section: &str, name: &str| content.child(section).and_then(|section| section.text(name));
    let told = word("hardware", "chassis_type").or_else(|| word("bios", "type"))?;
    let told = known(told)?.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| told.contains(word));
    let form = if has(&["laptop", "notebook", "portable", "hand held"]) {
        "laptop"
    } else if has(&["all in one", "all-in-one"]) {
        "all_in_one"
    } else if has(&["tablet", "convertible", "detachable"]) {
        "tablet"
    } else if has(&["mini pc", "stick pc", "embedded"]) {
        "mini"
    } else if has(&["server", "rack mount", "blade", "multi-system"]) {
        "server"
    } else if has(&["desktop", "tower", "space-saving", "lunch box", "pizza box"]) {
        "desktop"
    } else {
        "other"
    };
    Some(form.to_owned())
}

pub(super) fn memory(content: &Node) -> Vec<MemoryModule> {
    let modules = content.all("memories").filter_map(|module| {
        // An empty slot has no capacity, or the word `No`.
        let bytes = module.number(&["capacity"]).filter(|capacity| *capacity > 0)?.saturating_mul(MEBIBYTE);
        let slot = module.owned(&["caption"]).or_else(|| module.owned(&["numslots"])).unwrap_or_default();
        Some(MemoryModule {
            slot,
            bytes,
            kind: module.known(&["type"]),
            speed_mts: module.number(&["speed"]).and_then(|speed| u32::try_from(speed).ok()).filter(|speed| *speed > 0),
            maker: module.known(&["manufacturer"]),
            part: module.known(&["model"]),
            serial: module.known(&["serialnumber"]),
        })
    });
    modules.collect()
}

pub(super) fn printers(content: &Node) -> Vec<Printer> {
    let mut printers: Vec<Printer> = content
        .all("printers")
        .filter_map(|printer| {
            Some(Printer {
                name: printer.owned(&["name"])?,
                info: printer.owned(&["comment", "description"]),
                location: None,
                model: printer.known(&["driver"]),
                uri: printer.owned(&["port"]),
                default: false,
            })
        })
        .collect();
    printers.sort_by(|one, other| one.name.cmp(&other.name));
    printers.dedup();
    printers
}

pub(super) fn usb(content: &Node) -> Vec<UsbDevice> {
    let mut devices: Vec<UsbDevice> = content
        .all("usbdevices")
        .filter_map(|device| {
            let id = |name: &str| device.text(name).filter(|id| is_id(id)).map(str::to_lowercase);
            Some(UsbDevice {
                vendor_id: id("vendorid")?,
                product_id: id("productid")?,
                vendor: device.known(&["manufacturer"]),
                product: device.known(&["caption", "name"]),
                serial: device.known(&["serial"]),
            })
        })
        .collect();
    devices.sort_by(|one, other| {
        (&one.vendor_id, &one.product_id, &one.serial).cmp(&(&other.vendor_id, &other.product_id, &other.serial))
    });
    devices
}

fn is_id(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// A size with or without a fraction, in the unit given.
pub(super) fn size(text: &str, unit: u64) -> Option<u64> {
    let whole = digits(text)?.saturating_mul(unit);
    let fraction = text.split_once('.').and_then(|(_, rest)| {
        let rest = rest.get(..rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len()).min(9))?;
        let parts = digits(rest)?;
        Some(u128::from(unit) * u128::from(parts) / 10_u128.pow(u32::try_from(rest.len()).ok()?))
    });
    Some(whole.saturating_add(fraction.and_then(|fraction| u64::try_from(fraction).ok()).unwrap_or(0)))
}
