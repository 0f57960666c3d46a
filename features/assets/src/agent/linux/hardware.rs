//! The machine: from the firmware's tables, the processor and the memory as the kernel tells of them.

use std::collections::BTreeSet;

use super::Root;
use crate::{
    firmware::smbios,
    known::{known, known_uuid},
    model::{Cpu, Hardware, MemoryModule},
};

const DMI: &str = "/sys/class/dmi/id";

pub(super) fn read(root: &Root, missing: &mut Vec<String>) -> (Hardware, Vec<MemoryModule>) {
    let table = root.bytes("/sys/firmware/dmi/tables/DMI").map(|table| smbios::parse(&table)).unwrap_or_default();
    let dmi = |name: &str| filled_in(root, &format!("{DMI}/{name}"));
    let tree = |name: &str| filled_in(root, &format!("/proc/device-tree/{name}"));
    let vendor = table.vendor.or_else(|| dmi("sys_vendor"));
    let model = table.model.or_else(|| dmi("product_name")).or_else(|| tree("model"));
    let serial = table.serial.or_else(|| dmi("product_serial")).or_else(|| tree("serial-number"));
    if model.is_none() && !root.exists(DMI) && !root.exists("/proc/device-tree/model") {
        missing.push("this machine has no firmware tables: maker, model and serial number are unknown".to_owned());
    } else if serial.is_none() {
        missing.push("the serial number is not set in the firmware or may not be read".to_owned());
    }
    let cpuinfo = root.text("/proc/cpuinfo").unwrap_or_default();
    // The kernel knows the version of the table, and with it the order of the UUID's bytes.
    let uuid = root.text(&format!("{DMI}/product_uuid")).and_then(|uuid| known_uuid(&uuid)).or(table.uuid);
    let chassis = || smbios::chassis(root.text(&format!("{DMI}/chassis_type"))?.parse().ok()?);
    let hardware = Hardware {
        firmware: firmware(
            table.firmware_vendor.or_else(|| dmi("bios_vendor")),
            table.firmware_version.or_else(|| dmi("bios_version")),
            table.firmware_date.or_else(|| dmi("bios_date")),
        ),
        cpu: cpu(&cpuinfo),
        memory_bytes: memory(&root.text("/proc/meminfo").unwrap_or_default()),
        virtual_machine: virtual_machine(root, &cpuinfo, vendor.as_deref(), model.as_deref()),
        uuid,
        asset_tag: table.asset_tag.or_else(|| dmi("chassis_asset_tag")),
        chassis: table.chassis.or_else(chassis),
        vendor,
        model,
        serial,
    };
    (hardware, table.memory)
}

fn filled_in(root: &Root, file: &str) -> Option<String> {
    known(&root.text(file)?).map(str::to_owned)
}

fn firmware(vendor: Option<String>, version: Option<String>, date: Option<String>) -> Option<String> {
    let parts: Vec<String> = [vendor, version, date].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn fields(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
}

fn cpu(cpuinfo: &str) -> Cpu {
    let mut cpu = Cpu { model: String::new(), cores: 0, threads: 0 };
    let mut cores = BTreeSet::new();
    let mut socket = "";
    for (name, value) in fields(cpuinfo) {
        match name {
            "processor" => {
                cpu.threads += 1;
                socket = "";
            }
            "physical id" => socket = value,
            "core id" => {
                cores.insert((socket, value));
            }
            // ARM boards say `Model` or `Hardware` once at the end instead.
            "model name" | "Model" | "Hardware" | "cpu model" if cpu.model.is_empty() => cpu.model = value.to_owned(),
            _ => {}
        }
    }
    // Many ARM and virtual processors do not tell their cores: then each is one.
    cpu.cores = if cores.is_empty() { cpu.threads } else { u32::try_from(cores.len()).unwrap_or(u32::MAX) };
    cpu
}

fn memory(meminfo: &str) -> u64 {
    let total = fields(meminfo).find(|(name, _)| *name == "MemTotal");
    let kib = total.and_then(|(_, value)| value.strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0).saturating_mul(1024)
}

/// Words in the firmware's maker or model that tell who makes the machine up.
const MACHINES: &[(&str, &str)] = &[
    ("vmware", "VMware"),
    ("virtualbox", "VirtualBox"),
    ("innotek", "VirtualBox"),
    ("parallels", "Parallels"),
    ("virtual machine", "Hyper-V"),
    ("amazon ec2", "Amazon EC2"),
    ("google compute", "Google Compute Engine"),
    ("openstack", "OpenStack"),
    ("bochs", "Bochs"),
    ("xen", "Xen"),
    ("kvm", "KVM"),
    ("qemu", "QEMU"),
];

fn virtual_machine(root: &Root, cpuinfo: &str, vendor: Option<&str>, model: Option<&str>) -> Option<String> {
    if root.exists("/.dockerenv") {
        return Some("Docker container".to_owned());
    }
    if root.exists("/run/.containerenv") {
        return Some("Podman container".to_owned());
    }
    let maker = [vendor, model].into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
    let named = MACHINES.iter().find(|(word, _)| maker.contains(word)).map(|(_, name)| (*name).to_owned());
    let flagged =
        || fields(cpuinfo).any(|(name, value)| name == "flags" && value.split(' ').any(|it| it == "hypervisor"));
    named
        .or_else(|| root.text("/sys/hypervisor/type"))
        .or_else(|| root.text("/proc/device-tree/hypervisor/compatible"))
        .or_else(|| flagged().then(|| "unknown".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_counted_over_sockets() {
        let block = |processor, socket, core| {
            format!("processor : {processor}\nmodel name\t: Xeon\nphysical id : {socket}\ncore id : {core}\n\n")
        };
        let text = [block(0, 0, 0), block(1, 0, 0), block(2, 1, 0), block(3, 1, 0)].concat();
        assert_eq!(cpu(&text), Cpu { model: "Xeon".to_owned(), cores: 2, threads: 4 });
    }

    #[test]
    fn a_board_without_core_numbers_has_as_many_cores_as_processors() {
        let text = "processor : 0\nprocessor : 1\n\nHardware : BCM2835\nModel : Raspberry Pi 4\n";
        assert_eq!(cpu(text), Cpu { model: "BCM2835".to_owned(), cores: 2, threads: 2 });
    }
}
