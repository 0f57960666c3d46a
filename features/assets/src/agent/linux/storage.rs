//! Disks and the file systems on them, from `/sys/block` and `/proc/self/mountinfo`.

use std::{collections::HashMap, fs, path::Path};

use super::{Kernel, Root};
use crate::model::{Disk, DiskHealth, Volume};

/// The kernel counts the size of every block device in this unit, whatever its own.
const SECTOR: u64 = 512;

pub(super) fn disks(root: &Root, kernel: &dyn Kernel) -> Vec<Disk> {
    root.names("/sys/block").into_iter().filter_map(|name| disk(root, kernel, name)).collect()
}

fn disk(root: &Root, kernel: &dyn Kernel, name: String) -> Option<Disk> {
    let at = format!("/sys/block/{name}");
    // Loops, RAM disks and mapped devices have no hardware behind them.
    if !root.exists(&format!("{at}/device")) {
        return None;
    }
    let text = |file: &str| root.text(&format!("{at}/{file}"));
    let size_bytes = text("size")?.parse::<u64>().ok()?.saturating_mul(SECTOR);
    // An empty drive.
    if size_bytes == 0 {
        return None;
    }
    let vendor = text("device/vendor").filter(|vendor| vendor != "ATA" && !vendor.starts_with("0x"));
    let model = text("device/model").or_else(|| text("device/name"));
    let model = match (vendor, model) {
        (Some(vendor), Some(model)) => Some(format!("{vendor} {model}")),
        (_, model) => model,
    };
    let health = health(kernel, &name);
    let serial = text("device/serial").or_else(|| text("serial")).or_else(|| unit_serial(root, &at));
    Some(Disk { name, model, serial, size_bytes, removable: text("removable").as_deref() == Some("1"), health })
}

/// What an NVMe disk says of itself. Others would have to be asked in the words of ATA or SCSI, which is not done yet.
fn health(kernel: &dyn Kernel, name: &str) -> Option<DiskHealth> {
    // `nvme0n1` is a namespace of the controller `nvme0`.
    let (controller, namespace) = name.strip_prefix("nvme")?.split_once('n')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    if !number(controller) || !number(namespace) {
        return None;
    }
    let log = kernel.nvme_health(Path::new(&format!("/dev/nvme{controller}")))?;
    Some(parse_health(&log))
}

/// NVM Express Base Specification, SMART / health information log page.
fn parse_health(log: &[u8; yagura_platform::NVME_HEALTH_LENGTH]) -> DiskHealth {
    // Warnings of spare room, reliability, read-only media and the backup of volatile memory; that of the temperature
    // (bit 1) comes and goes.
    const LASTING: u8 = 0b1_1101;
    let kelvin = u16::from_le_bytes([log[1], log[2]]);
    let hours = u128::from_le_bytes(std::array::from_fn(|at| log[128 + at]));
    DiskHealth {
        failing: log[0] & LASTING != 0,
        used_percent: Some(log[5]),
        celsius: (kelvin > 0).then(|| i16::try_from(i32::from(kelvin) - 273).unwrap_or(i16::MAX)),
        hours: u64::try_from(hours).ok(),
    }
}

/// The serial number of a SCSI or SATA disk: vital product data page 0x80 (SPC-4), a head of four bytes and text.
fn unit_serial(root: &Root, at: &str) -> Option<String> {
    let page = fs::read(root.path(&format!("{at}/device/vpd_pg80"))).ok()?;
    let text = String::from_utf8_lossy(page.get(4..)?).trim_matches(['\0', ' ']).to_owned();
    (!text.is_empty()).then_some(text)
}

/// File systems that hold people's and the system's files. Network file systems are left out: a server that is gone
/// would hold up the look, and they are not this machine's.
const REAL: &[&str] = &[
    "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "reiserfs", "bcachefs", "zfs", "vfat", "exfat", "ntfs",
    "ntfs3", "fuseblk", "hfsplus", "iso9660", "udf",
];

/// One line of mountinfo.
#[derive(Debug, PartialEq)]
struct Mount {
    device: String,
    mount: String,
    filesystem: String,
    source: String,
}

pub(super) fn volumes(root: &Root, kernel: &dyn Kernel) -> Vec<Volume> {
    let text = fs::read(root.path("/proc/self/mountinfo")).unwrap_or_default();
    let mut by_device: HashMap<String, Mount> = HashMap::new();
    for mount in String::from_utf8_lossy(&text).lines().filter_map(parse_mount) {
        // A container's root is an overlay, and then that is its disk.
        let real = REAL.contains(&mount.filesystem.as_str()) || mount.filesystem == "overlay" && mount.mount == "/";
        if !real {
            continue;
        }
        // The same device may be bound to several places; the shortest path is its own.
        match by_device.get(&mount.device) {
            Some(known) if known.mount.len() <= mount.mount.len() => {}
            _ => {
                by_device.insert(mount.device.clone(), mount);
            }
        }
    }
    let mut volumes: Vec<Volume> = by_device.into_values().filter_map(|mount| volume(root, kernel, mount)).collect();
    volumes.sort_unstable_by(|one, other| one.mount.cmp(&other.mount));
    volumes
}

fn volume(root: &Root, kernel: &dyn Kernel, mount: Mount) -> Option<Volume> {
    let space = kernel.disk_space(Path::new(&mount.mount))?;
    let encrypted = block_name(root, &mount).and_then(|name| is_encrypted(root, &name, 0));
    Some(Volume {
        mount: mount.mount,
        filesystem: mount.filesystem,
        size_bytes: space.size,
        free_bytes: space.free,
        encrypted,
    })
}

/// proc_pid_mountinfo(5): id, parent, device, root, mount point, options, optional fields, `-`, type, source, options.
fn parse_mount(line: &str) -> Option<Mount> {
    let (place, kind) = line.split_once(" - ")?;
    let mut place = place.split(' ').skip(2);
    let (device, _root, mount) = (place.next()?, place.next()?, place.next()?);
    let mut kind = kind.split(' ');
    let (filesystem, source) = (kind.next()?, kind.next()?);
    Some(Mount {
        device: device.to_owned(),
        mount: unescape(mount),
        filesystem: filesystem.to_owned(),
        source: unescape(source),
    })
}

/// The kind of file system that `path` lies on.
pub(super) fn filesystem_of(mountinfo: &str, path: &str) -> Option<String> {
    let holds = |mount: &str| {
        mount == "/" || path.strip_prefix(mount).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // Of two that are mounted at one place, the later one lies on top.
    let mounts = mountinfo.lines().filter_map(parse_mount).filter(|mount| holds(&mount.mount));
    mounts.max_by_key(|mount| mount.mount.len()).map(|mount| mount.filesystem)
}

/// Spaces, tabs, line ends and backslashes stand as three octal digits.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..3).filter(|_| *first == b'\\').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &tail[3..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The kernel's name of the device that a file system lies on.
fn block_name(root: &Root, mount: &Mount) -> Option<String> {
    let name = mount.source.strip_prefix("/dev/")?;
    if let Some(mapped) = name.strip_prefix("mapper/") {
        let is_it = |block: &String| root.text(&format!("/sys/class/block/{block}/dm/name")).as_deref() == Some(mapped);
        return root.names("/sys/class/block").into_iter().find(is_it);
    }
    root.exists(&format!("/sys/class/block/{name}")).then(|| name.to_owned())
}

/// Whether the device or any that it is made of is encrypted by dm-crypt.
fn is_encrypted(root: &Root, block: &str, depth: u8) -> Option<bool> {
    // Devices upon devices: a few layers are usual, a ring would be a fault in the kernel.
    if depth > 8 {
        return None;
    }
    let uuid = root.text(&format!("/sys/class/block/{block}/dm/uuid"));
    if uuid.is_some_and(|uuid| uuid.starts_with("CRYPT-")) {
        return Some(true);
    }
    let below = root.names(&format!("/sys/class/block/{block}/slaves"));
    let answers: Vec<Option<bool>> = below.iter().map(|block| is_encrypted(root, block, depth + 1)).collect();
    if answers.contains(&None) { None } else { Some(answers.contains(&Some(true))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_points_may_have_any_name() {
        let line = r"36 25 8:1 / /media/USB\040メモリ\134x rw,noatime shared:1 master:2 - vfat /dev/sdb1 rw";
        let mount = parse_mount(line).unwrap();
        assert_eq!(mount.mount, r"/media/USB メモリ\x");
        assert_eq!(
            (mount.filesystem.as_str(), mount.source.as_str(), mount.device.as_str()),
            ("vfat", "/dev/sdb1", "8:1")
        );
    }

    #[test]
    fn a_path_lies_on_the_innermost_file_system() {
        let mounts = "1 0 8:1 / / rw - ext4 a rw\n2 1 0:1 / /home rw - ext4 b rw\n3 2 0:2 / /home/田中 rw - nfs4 c rw\n\
                      4 1 0:3 / /home rw - xfs d rw";
        for (path, filesystem) in
            [("/root", "ext4"), ("/home/a", "xfs"), ("/home/田中", "nfs4"), ("/home/田中2", "xfs"), ("/homes", "ext4")]
        {
            assert_eq!(filesystem_of(mounts, path).as_deref(), Some(filesystem), "{path}");
        }
    }

    #[test]
    fn a_disk_tells_of_its_end_by_its_lasting_warnings() {
        let mut log = [0; yagura_platform::NVME_HEALTH_LENGTH];
        log[..6].copy_from_slice(&[0b10, 0x37, 1, 100, 10, 3]);
        log[128..130].copy_from_slice(&2817_u16.to_le_bytes());
        let expected = DiskHealth { failing: false, used_percent: Some(3), celsius: Some(38), hours: Some(2817) };
        assert_eq!(parse_health(&log), expected);
        log[0] = 0b100;
        assert!(parse_health(&log).failing);
    }

    #[test]
    fn lines_that_are_no_mounts_are_passed_over() {
        for line in ["", "1 2 3", "36 25 8:1 / /mnt - ext4", r"\", "a - b c"] {
            parse_mount(line);
            unescape(line);
        }
        assert_eq!(unescape(r"a\04"), r"a\04");
    }
}
