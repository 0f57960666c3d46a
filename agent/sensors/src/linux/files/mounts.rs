//! Which file systems there are, and on what kind of drive each lies.
//!
//! Formats: proc_pid_mountinfo(5); for drives the kernel's Documentation/ABI/testing/sysfs-block.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use yagura_records::{FileAct, Place, Text};

use crate::file::tracker::DriveNews;

/// File systems in which nobody keeps files.
const NOT_FILES: &[&str] = &[
    "autofs",
    "binder",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fuse.portal",
    "fuse.gvfsd-fuse",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "nfsd",
    "nsfs",
    "proc",
    "pstore",
    "ramfs",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "sysfs",
    "tracefs",
];

const NETWORK: &[&str] = &[
    "9p",
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "fuse.davfs2",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.sshfs",
    "gfs2",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
    "virtiofs",
];

/// These come and go with programs, not with drives.
const NO_DRIVE: &[&str] = &["overlay", "squashfs", "tmpfs", "erofs"];

/// One line of mountinfo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::linux) struct Mount {
    pub(in crate::linux) id: u32,
    pub(in crate::linux) device: (u32, u32),
    /// What of the file system is mounted: `/` is all of it.
    pub(in crate::linux) root: Vec<u8>,
    pub(in crate::linux) path: PathBuf,
    pub(in crate::linux) file_system: String,
    pub(in crate::linux) source: Vec<u8>,
}

/// The mounts, those that are hidden under later ones left out.
pub(in crate::linux) fn parse(text: &[u8]) -> Vec<Mount> {
    let mut found: Vec<Mount> = Vec::new();
    for mount in text.split(|byte| *byte == b'\n').filter_map(line) {
        found.retain(|one| one.path != mount.path);
        found.push(mount);
    }
    found
}

fn line(line: &[u8]) -> Option<Mount> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let text = |index: usize| std::str::from_utf8(fields.get(index)?).ok();
    let (major, minor) = text(2)?.split_once(':')?;
    let dash = fields.iter().skip(6).position(|field| *field == b"-")? + 6;
    Some(Mount {
        id: text(0)?.parse().ok()?,
        device: (major.parse().ok()?, minor.parse().ok()?),
        root: unescape(fields.get(3)?),
        path: PathBuf::from(OsString::from_vec(unescape(fields.get(4)?))),
        file_system: text(dash + 1)?.to_owned(),
        source: unescape(fields.get(dash + 2)?),
    })
}

/// Spaces, tabs, line ends and backslashes stand as a backslash and three octal digits.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'\\').then(|| std::str::from_utf8(after.get(..3)?).ok()).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 8).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = &after[3..];
            }
            None => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    plain
}

/// One mount for each file system that may hold files: the one that shows all of it, and has the shortest path.
pub(in crate::linux) fn file_systems(mounts: &[Mount]) -> BTreeMap<(u32, u32), &Mount> {
    let mut found: BTreeMap<(u32, u32), &Mount> = BTreeMap::new();
    let worth = |mount: &Mount| (mount.root != b"/", mount.path.as_os_str().len());
    for mount in mounts.iter().filter(|mount| !NOT_FILES.contains(&mount.file_system.as_str())) {
        let kept = found.entry(mount.device).or_insert(mount);
        if worth(mount) < worth(kept) {
            *kept = mount;
        }
    }
    found
}

/// What sysfs says of a drive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Drive {
    pub(super) portable: bool,
    pub(super) serial: Option<String>,
}

/// Asks `sys` (`/sys`) about the drive with this number.
pub(super) fn drive(sys: &Path, device: (u32, u32)) -> Drive {
    let link = sys.join(format!("dev/block/{}:{}", device.0, device.1));
    let Ok(home) = fs::canonicalize(link) else { return Drive::default() };
    let read =
        |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).map(|text| text.trim().to_owned()).ok();
    let on_a_bus = home.components().any(|part| part.as_os_str().as_bytes().starts_with(b"usb"));
    // A partition lies in its disk's folder.
    let disk = if home.join("partition").exists() { home.parent().unwrap_or(&home) } else { &home };
    let portable = on_a_bus || read(disk, "removable").as_deref() == Some("1");
    let serial = disk
        .ancestors()
        .take_while(|folder| folder.starts_with(sys) && *folder != sys)
        .find_map(|folder| read(folder, "serial").or_else(|| read(folder, "device/serial")))
        .filter(|serial| !serial.is_empty());
    Drive { portable, serial }
}

/// Whether a file system is another machine's, or a program's of whoever mounted it: it may not answer for as long as they wish.
pub(in crate::linux) fn may_hang(file_system: &str) -> bool {
    NETWORK.contains(&file_system) || file_system.starts_with("fuse")
}

/// On what a file system lies.
pub(super) fn place(mount: &Mount, drive: &Drive) -> Place {
    match mount.file_system.as_str() {
        "iso9660" | "udf" => Place::Optical,
        "tmpfs" => Place::Memory,
        name if NETWORK.contains(&name) => Place::Network,
        _ if drive.portable => Place::Removable,
        _ => Place::Fixed,
    }
}

/// What came and what went between two looks at the mounts, as far as somebody would call it a drive.
pub(super) fn news(sys: &Path, before: &[Mount], now: &[Mount]) -> Vec<DriveNews> {
    let told = |mount: &&Mount| !NO_DRIVE.contains(&mount.file_system.as_str());
    let (before, now) = (file_systems(before), file_systems(now));
    let gone = before.iter().filter(|(device, mount)| now.get(device).is_none_or(|one| one.source != mount.source));
    let come = now.iter().filter(|(device, mount)| before.get(device).is_none_or(|one| one.source != mount.source));
    let gone = gone.map(|(_, mount)| (*mount, false));
    let come = come.map(|(_, mount)| (*mount, true));
    gone.chain(come)
        .filter(|(mount, _)| told(mount))
        .map(|(mount, came)| {
            let drive = drive(sys, mount.device);
            let place = place(mount, &drive);
            let act = match (place, came) {
                (Place::Optical, true) => FileAct::MediumInsert,
                (Place::Optical, false) => FileAct::MediumRemove,
                (_, true) => FileAct::DriveAdd,
                (_, false) => FileAct::DriveRemove,
            };
            DriveNews {
                act,
                path: Text::from_bytes(mount.path.as_os_str().as_bytes().to_vec()),
                target: Some(Text::from_bytes(mount.source.clone())),
                place,
                serial: drive.serial,
                file_system: Some(mount.file_system.clone()),
            }
        })
        .collect()
}

#[cfg(test)]
#[path = "mounts_tests.rs"]
mod tests;
