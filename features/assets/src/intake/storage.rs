//! Disks and file systems: `STORAGES`, `DRIVES`.

use super::{hardware::size, node::Node, software::yes};
use crate::model::{Disk, Volume};

const MEBIBYTE: u64 = 1 << 20;
/// Of disks, makers and agents count megabytes by ten.
const MEGABYTE: u64 = 1_000_000;

/// File systems whose files lie elsewhere.
const NETWORK: &[&str] = &["nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "fuse.sshfs"];

pub(super) fn disks(content: &Node) -> Vec<Disk> {
    let mut disks: Vec<Disk> = content
        .all("storages")
        .filter_map(|storage| {
            let size_bytes = storage.first(&["disksize"]).and_then(|text| size(text, MEGABYTE))?;
            let kind = ["type", "description", "interface"].iter().filter_map(|field| storage.text(field));
            let kind = kind.collect::<Vec<_>>().join(" ").to_lowercase();
            let disc = ["cd", "dvd"]
                .iter()
                .any(|word| kind.split(|letter: char| !letter.is_alphanumeric()).any(|it| it == *word));
            (size_bytes > 0 && !disc).then(|| Disk {
                name: storage.owned(&["name"]).unwrap_or_default(),
                model: storage.known(&["model"]),
                serial: storage.known(&["serialnumber", "serial"]),
                size_bytes,
                removable: kind.contains("usb") || kind.contains("removable"),
                health: None,
            })
        })
        .collect();
    disks.sort_by(|one, other| one.name.cmp(&other.name));
    disks
}

pub(super) fn volumes(content: &Node) -> Vec<Volume> {
    let mut volumes: Vec<Volume> = content
        .all("drives")
        .filter_map(|drive| {
            // On Linux and macOS `TYPE` is where it is mounted; on Windows it is what it is, and `LETTER` where.
            let path = drive.text("type").filter(|mount| mount.starts_with('/'));
            let mount = path.or_else(|| drive.first(&["letter", "volumn"]))?.to_owned();
            let filesystem = drive.owned(&["filesystem"]).unwrap_or_default();
            let of = |field: &str| drive.text(field).and_then(|text| size(text, MEBIBYTE));
            let size_bytes = of("total").filter(|size| *size > 0)?;
            (!NETWORK.contains(&filesystem.to_lowercase().as_str())).then(|| Volume {
                mount,
                filesystem,
                size_bytes,
                free_bytes: of("free").unwrap_or(0),
                encrypted: drive.first(&["encrypt_status"]).and_then(yes),
            })
        })
        .collect();
    volumes.sort_by(|one, other| one.mount.cmp(&other.mount));
    volumes
}
