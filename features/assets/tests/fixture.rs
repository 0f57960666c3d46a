//! A made-up machine, as a tree of files: an office laptop with encryption, odd names and half-removed packages.
#![cfg(all(feature = "agent", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{
    fs,
    net::IpAddr,
    path::Path,
    time::{Duration, SystemTime},
};

use yagura_assets::agent::linux::{Kernel, collect_from};
use yagura_platform::{DiskSpace, InterfaceAddress};
use yagura_vocabulary::Time;

const FILES: &[(&str, &str)] = &[
    ("sys/class/dmi/id/sys_vendor", "LENOVO\n"),
    ("sys/class/dmi/id/product_name", "20XXS0AB00\n"),
    ("sys/class/dmi/id/product_serial", "PF3ABCDE\n"),
    ("sys/class/dmi/id/bios_vendor", "LENOVO\n"),
    ("sys/class/dmi/id/bios_version", "N32ET91W (1.67 )\n"),
    ("sys/class/dmi/id/bios_date", "To Be Filled By O.E.M.\n"),
    (
        "proc/cpuinfo",
        "processor\t: 0\nmodel name\t: 11th Gen Intel(R) Core(TM) i5\nphysical id\t: 0\ncore id\t: 0\nflags\t: fpu vme\n\n\
         processor\t: 1\nmodel name\t: 11th Gen Intel(R) Core(TM) i5\nphysical id\t: 0\ncore id\t: 0\nflags\t: fpu vme\n\n",
    ),
    ("proc/meminfo", "MemTotal:       16084532 kB\nMemFree:  1 kB\n"),
    ("proc/stat", "cpu  1 2 3\nbtime 1795392000\n"),
    ("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n"),
    (
        "etc/os-release",
        "PRETTY_NAME=\"Debian\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\n",
    ),
    ("etc/timezone", "Asia/Tokyo\n"),
    (
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\n田中:x:1000:1000::/home/田中:/bin/zsh\n",
    ),
    ("sys/class/net/lo/ifindex", "1\n"),
    ("sys/class/net/wlp0s20f3/ifindex", "3\n"),
    ("sys/class/net/wlp0s20f3/address", "00:1a:2b:3c:4d:5e\n"),
    ("sys/class/net/wlp0s20f3/operstate", "up\n"),
    ("sys/class/net/wlp0s20f3/flags", "0x1003\n"),
    ("sys/class/net/enp0s31f6/ifindex", "2\n"),
    ("sys/class/net/enp0s31f6/address", "00:1a:2b:3c:4d:5f\n"),
    ("sys/class/net/enp0s31f6/operstate", "down\n"),
    ("sys/class/net/enp0s31f6/speed", "-1\n"),
    ("sys/class/net/bonding_masters", "\n"),
    ("sys/block/nvme0n1/device/model", "SAMSUNG MZVL2512HCJQ\n"),
    ("sys/block/nvme0n1/device/serial", "S675NX0R000000     \n"),
    ("sys/block/nvme0n1/size", "1000215216\n"),
    ("sys/block/nvme0n1/removable", "0\n"),
    ("sys/block/sda/device/vendor", "BUFFALO \n"),
    ("sys/block/sda/device/model", "USB Flash Disk  \n"),
    ("sys/block/sda/device/vpd_pg80", "\0\u{1}\0\u{4}0123ABCD\0"),
    ("sys/block/sda/size", "60620800\n"),
    ("sys/block/sda/removable", "1\n"),
    ("sys/block/sr0/device/model", "DVD\n"),
    ("sys/block/sr0/size", "0\n"),
    ("sys/block/loop0/size", "100\n"),
    ("sys/class/block/dm-1/dm/name", "vg-root\n"),
    ("sys/class/block/dm-1/dm/uuid", "LVM-abc\n"),
    ("sys/class/block/dm-1/slaves/dm-0/dev", "254:0\n"),
    ("sys/class/block/dm-0/dm/name", "luks-1\n"),
    ("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-abc\n"),
    ("sys/class/block/sda1/partition", "1\n"),
    (
        "proc/self/mountinfo",
        "25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw\n\
         26 25 254:1 /srv /var/srv rw shared:1 - ext4 /dev/mapper/vg-root rw\n\
         27 25 0:22 / /proc rw - proc proc rw\n\
         28 25 8:1 / /media/田中/USB\\040メモリ rw - vfat /dev/sda1 rw\n\
         29 25 0:40 / /mnt/share rw - nfs4 server:/share rw\n\
         30 25 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro\n",
    ),
    (
        "var/lib/dpkg/status",
        "Package: bash\nStatus: install ok installed\nInstalled-Size: 7164\nMaintainer: Matthias Klose <doko@debian.org>\n\
         Architecture: amd64\nVersion: 5.2.15-2+b2\nDescription: shell\n Version: 9 is not a version\n\n\
         Package: libc6\nStatus: install ok installed\nMulti-Arch: same\nArchitecture: amd64\nVersion: 2.36-9\n\n\
         Package: libc6\nStatus: install ok installed\nMulti-Arch: same\nArchitecture: i386\nVersion: 2.36-9\n\n\
         Package: old\nStatus: deinstall ok config-files\nVersion: 1\n\n\
         Package: half\nStatus: install reinstreq half-installed\nVersion: 1\n\n\
         Package: held\nStatus: hold ok installed\nVersion: 1:2-3\nMaintainer: \"組織, 情報部\" <it@example.jp>\n",
    ),
    ("var/lib/dpkg/info/bash.list", "/.\n"),
    ("var/lib/dpkg/info/libc6:i386.list", "/.\n"),
];

struct Made;

impl Kernel for Made {
    fn architecture(&self) -> String {
        "x86_64".to_owned()
    }

    fn addresses(&self) -> Vec<InterfaceAddress> {
        let address = |interface, text: &str| InterfaceAddress { interface, address: text.parse::<IpAddr>().unwrap() };
        vec![address(1, "127.0.0.1"), address(3, "192.168.11.5"), address(3, "fe80::1"), address(3, "2001:db8::5")]
    }

    fn disk_space(&self, mount: &Path) -> Option<DiskSpace> {
        match mount.to_str()? {
            "/" => Some(DiskSpace { size: 500_000_000_000, free: 200_000_000_000 }),
            "/media/田中/USB メモリ" => Some(DiskSpace { size: 31_000_000_000, free: 1 }),
            other => panic!("asked for the room of `{other}`"),
        }
    }
}

fn tree() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let installed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    for (name, content) in FILES {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        if name.ends_with(".list") {
            fs::File::options().write(true).open(&path).unwrap().set_modified(installed).unwrap();
        }
    }
    root
}

#[test]
fn a_laptop_is_read_as_it_is() {
    let root = tree();
    let collected = collect_from(root.path(), &Made, Time::from_seconds(1_795_400_000));
    let now = serde_json::to_string_pretty(&collected.assets).unwrap() + "\n";
    assert_eq!(now, include_str!("../golden/assets-v1.json"));
    assert_eq!(collected.missing, Vec::<String>::new());
}

#[test]
fn a_machine_without_any_of_these_files_is_told_of_with_gaps() {
    let empty = tempfile::tempdir().unwrap();
    let collected = collect_from(empty.path(), &Made, Time::from_seconds(0));
    assert_eq!(collected.assets.hardware.serial, None);
    assert_eq!(collected.assets.software, []);
    assert!(collected.missing[0].contains("firmware tables"), "{:?}", collected.missing);
}

#[test]
fn bytes_that_are_not_text_are_read_all_the_same() {
    let root = tree();
    for (name, _) in FILES {
        fs::write(root.path().join(name), b"\xff\xfe:\0\x93\n\n\n: - \\").unwrap();
        let collected = collect_from(root.path(), &Made, Time::from_seconds(0));
        serde_json::to_string(&collected.assets).unwrap();
    }
}
