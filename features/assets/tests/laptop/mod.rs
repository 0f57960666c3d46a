//! A made-up machine, as a tree of files: an office laptop with encryption, odd names and half-removed packages.

use std::{
    fs,
    io::Read,
    net::IpAddr,
    os::unix::fs::symlink,
    path::Path,
    time::{Duration, SystemTime},
};

use yagura_assets::agent::linux::Kernel;
use yagura_platform::{DiskSpace, InterfaceAddress, NVME_HEALTH_LENGTH};

/// Its files. No time of theirs is the day of the test.
pub(crate) const FILES: &[(&str, &str)] = &[
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
    ("proc/sys/kernel/hostname", "pc-tanaka\n"),
    ("etc/debian_version", "12.7\n"),
    (
        "etc/os-release",
        "PRETTY_NAME=\"Debian\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\n",
    ),
    ("etc/timezone", "Asia/Tokyo\n"),
    (
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\n田中:x:1000:1000::/home/田中:/bin/zsh\n\
         鈴木:x:1001:1001::/mnt/share/鈴木:/bin/bash\n",
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
         Architecture: amd64\nSource: bash (5.2.15-2)\nVersion: 5.2.15-2+b2\nDescription: shell\n Version: 9 is not a version\n\n\
         Package: libc6\nStatus: install ok installed\nMulti-Arch: same\nSource: glibc\nArchitecture: amd64\nVersion: 2.36-9\n\n\
         Package: libc6\nStatus: install ok installed\nMulti-Arch: same\nArchitecture: i386\nVersion: 2.36-9\n\n\
         Package: old\nStatus: deinstall ok config-files\nVersion: 1\n\n\
         Package: half\nStatus: install reinstreq half-installed\nVersion: 1\n\n\
         Package: held\nStatus: hold ok installed\nVersion: 1:2-3\nMaintainer: \"組織, 情報部\" <it@example.jp>\n",
    ),
    ("var/lib/dpkg/info/bash.list", "/.\n/bin/bash\n"),
    ("var/lib/dpkg/info/libc6:i386.list", "/.\n"),
    ("sys/class/dmi/id/chassis_type", "10\n"),
    // Part of the hardware: what is plugged in.
    ("sys/class/drm/card0-DP-1/status", "connected\n"),
    ("sys/class/drm/card0-HDMI-A-1/status", "disconnected\n"),
    ("sys/class/power_supply/BAT0/type", "Battery\n"),
    ("sys/class/power_supply/BAT0/manufacturer", "SMP\n"),
    ("sys/class/power_supply/BAT0/model_name", "5B10W51867\n"),
    ("sys/class/power_supply/BAT0/serial_number", " 1234\n"),
    ("sys/class/power_supply/BAT0/energy_full_design", "57000000\n"),
    ("sys/class/power_supply/BAT0/energy_full", "51230000\n"),
    ("sys/class/power_supply/BAT0/cycle_count", "214\n"),
    ("sys/class/power_supply/BAT1/type", "Battery\n"),
    ("sys/class/power_supply/BAT1/charge_full_design", "3000000\n"),
    ("sys/class/power_supply/BAT1/voltage_min_design", "11400000\n"),
    ("sys/class/power_supply/BAT1/cycle_count", "0\n"),
    ("sys/class/power_supply/hidpp_battery_0/type", "Battery\n"),
    ("sys/class/power_supply/hidpp_battery_0/scope", "Device\n"),
    ("sys/class/power_supply/AC/type", "Mains\n"),
    ("sys/bus/usb/devices/usb1/idVendor", "1d6b\n"),
    ("sys/bus/usb/devices/usb1/idProduct", "0002\n"),
    ("sys/bus/usb/devices/usb1/bDeviceClass", "09\n"),
    ("sys/bus/usb/devices/1-1/idVendor", "046d\n"),
    ("sys/bus/usb/devices/1-1/idProduct", "c52b\n"),
    ("sys/bus/usb/devices/1-1/bDeviceClass", "00\n"),
    ("sys/bus/usb/devices/1-1/manufacturer", "Logitech\n"),
    ("sys/bus/usb/devices/1-1/product", "USB Receiver\n"),
    ("sys/bus/usb/devices/1-1:1.0/bInterfaceClass", "03\n"),
    (
        "etc/cups/printers.conf",
        "# Printer configuration file for CUPS v2.4.2\nNextPrinterId 2\n<DefaultPrinter sales2f>\nPrinterId 1\nInfo 営業2階\n\
         Location 本社2階\nMakeModel RICOH IM C3000\nDeviceURI ipp://scan:secret@printer.example.jp/ipp/print\nState Idle\n\
         </DefaultPrinter>\n",
    ),
    // Services: switched on, switched off, only ever started by others, hidden, made of a template, another name.
    (
        "usr/lib/systemd/system/ssh.service",
        "[Unit]\nDescription=OpenBSD Secure Shell server\n[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n",
    ),
    ("usr/lib/systemd/system/clamav-daemon.service", "[Unit]\nDescription=Clam AntiVirus\n[Install]\nWantedBy=x\n"),
    ("usr/lib/systemd/system/nftables.service", "[Unit]\nDescription=nftables\n[Install]\nWantedBy=sysinit.target\n"),
    ("usr/lib/systemd/system/systemd-logind.service", "[Unit]\nDescription=User Login Management\n"),
    ("usr/lib/systemd/system/systemd-quotacheck.service", "[Unit]\nDescription=File System Quota Check\n"),
    ("usr/lib/systemd/system/getty@.service", "[Unit]\nDescription=Getty on %I\n[Install]\nWantedBy=getty.target\n"),
    ("sys/fs/cgroup/system.slice/ssh.service/cgroup.events", "populated 1\nfrozen 0\n"),
    ("sys/fs/cgroup/system.slice/clamav-daemon.service/cgroup.events", "populated 0\nfrozen 0\n"),
    ("sys/fs/cgroup/system.slice/systemd-logind.service/cgroup.events", "populated 1\nfrozen 0\n"),
    ("sys/fs/cgroup/system.slice/system-getty.slice/getty@tty1.service/cgroup.events", "populated 1\nfrozen 0\n"),
    // Ports: one that waits, one that talks, one of UDP, one that only asked over UDP.
    (
        "proc/net/tcp",
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
         0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4321 1 x\n\
         1: 0100007F:0016 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4322 1 x\n",
    ),
    (
        "proc/net/udp",
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
         0: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000   105        0 4330 2 x 0\n\
         1: 00000000:9C41 00000000:0000 07 00000000:00000000 00:00000000 00000000   105        0 4331 2 x 0\n",
    ),
    ("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n"),
    ("var/lib/dpkg/info/openssh-server.list", "/.\n/usr\n/usr/sbin\n/usr/sbin/sshd\n"),
    ("etc/group", "root:x:0:\nsudo:x:27:田中\ndocker:x:999:田中\n"),
    // Protection.
    ("usr/sbin/clamd", ""),
    ("usr/sbin/nft", ""),
    ("var/lib/clamav/daily.cld", "signatures"),
    ("etc/ufw/ufw.conf", "# /etc/ufw/ufw.conf\nENABLED=yes\nLOGLEVEL=low\n"),
    // What apt knows: an update of security, one that is only there on request, one that is older.
    (
        "var/lib/apt/lists/deb.debian.org_debian-security_dists_bookworm-security_InRelease",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\n",
    ),
    (
        "var/lib/apt/lists/deb.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages",
        "Package: bash\nArchitecture: amd64\nVersion: 5.2.15-2+b7\nDescription: shell\n\nPackage: absent\nArchitecture: all\nVersion: 9\n",
    ),
    ("var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_InRelease", "Label: Debian\nSuite: oldstable\n"),
    (
        "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages",
        "Package: bash\nArchitecture: amd64\nVersion: 5.2.15-2+b2\n\nPackage: libc6\nArchitecture: amd64\nVersion: 2.36-8\n\n\
         Package: libc6\nArchitecture: i386\nVersion: 2.36-9+deb12u10\n",
    ),
    (
        "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm-backports_InRelease",
        "Label: Debian Backports\nNotAutomatic: yes\nButAutomaticUpgrades: yes\n",
    ),
    (
        "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm-backports_main_binary-amd64_Packages",
        "Package: libc6\nArchitecture: amd64\nVersion: 2.99~bpo12+1\n\nPackage: bash\nArchitecture: amd64\nVersion: 6~bpo\n\n\
         Package: bash\nArchitecture: amd64\nVersion: 5.2.15-2+b2\n",
    ),
    ("var/lib/apt/periodic/update-success-stamp", ""),
    ("boot/vmlinuz-6.1.0-18-amd64", ""),
    // Programs beside the packages.
    (
        "var/lib/flatpak/app/org.gimp.GIMP/x86_64/stable/abc/metadata",
        "[Application]\nname=org.gimp.GIMP\nruntime=org.gnome.Platform/x86_64/46\n",
    ),
    (
        "var/lib/flatpak/app/org.gimp.GIMP/x86_64/stable/abc/files/share/metainfo/org.gimp.GIMP.metainfo.xml",
        "<component><id>org.gimp.GIMP</id><name>GIMP</name><developer_name>The GIMP team</developer_name>\n\
         <releases><release date=\"2024-05-05\" version=\"2.10.38\"><description/></release><release version=\"2\"/></releases></component>",
    ),
    ("snap/bin/README", "not a snap"),
    ("snap/slack/152/meta/snap.yaml", "name: slack\nversion: '4.39.95'\nsummary: Team chat\n"),
    ("usr/local/lib/python3.11/dist-packages/httpie-3.2.4.dist-info/INSTALLER", "pip\n"),
    (
        "usr/local/lib/python3.11/dist-packages/httpie-3.2.4.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: httpie\nVersion: 3.2.4\nAuthor: Jakub Roztocil\n\nName: not this\n",
    ),
    ("usr/lib/python3/dist-packages/apt-2.6.0.dist-info/INSTALLER", "debian\n"),
    ("usr/lib/python3/dist-packages/apt-2.6.0.dist-info/METADATA", "Name: apt\nVersion: 2.6.0\n"),
    (
        "usr/local/lib/node_modules/@angular/cli/package.json",
        "{\"name\":\"@angular/cli\",\"version\":\"18.2.1\",\"author\":{\"name\":\"Angular Authors\"}}",
    ),
    (
        "usr/local/lib/node_modules/eslint/package.json",
        "{\"name\":\"eslint\",\"version\":\"9.1.0\",\"author\":\"N. Zakas <n@example.jp>\"}",
    ),
    // Browsers of an account, with a theme, a part of the browser itself, and a version that waits.
    (
        "home/田中/.mozilla/firefox/abc.default/extensions.json",
        "{\"schemaVersion\":36,\"addons\":[{\"id\":\"uBlock0@raymondhill.net\",\"version\":\"1.57.2\",\"type\":\"extension\",\
         \"location\":\"app-profile\",\"updateDate\":1700000000000,\"defaultLocale\":{\"name\":\"uBlock Origin\",\"creator\":\"Raymond Hill\"}},\
         {\"id\":\"dark@x\",\"version\":\"1\",\"type\":\"theme\",\"location\":\"app-profile\"},\
         {\"id\":\"pictureinpicture@mozilla.org\",\"version\":\"1\",\"type\":\"extension\",\"location\":\"app-system-defaults\"}]}",
    ),
    (
        "home/田中/.config/google-chrome/Default/Extensions/cjpalhdlnbpafiamejdnhcphjbkeiagm/1.9.0_0/manifest.json",
        "{\"name\":\"__MSG_extName__\",\"version\":\"1.9.0\",\"default_locale\":\"en\"}",
    ),
    (
        "home/田中/.config/google-chrome/Default/Extensions/cjpalhdlnbpafiamejdnhcphjbkeiagm/1.10.0_0/manifest.json",
        "\u{feff}{\"name\":\"__MSG_extName__\",\"version\":\"1.10.0\",\"default_locale\":\"en\",\"author\":\"A\"}",
    ),
    (
        "home/田中/.config/google-chrome/Default/Extensions/cjpalhdlnbpafiamejdnhcphjbkeiagm/1.10.0_0/_locales/en/messages.json",
        "{\"extname\":{\"message\":\"Ad helper\"}}",
    ),
    (
        "home/田中/.config/google-chrome/System Profile/Extensions/x/1/manifest.json",
        "{\"name\":\"x\",\"version\":\"1\"}",
    ),
    // A home on a server that may be gone.
    (
        "mnt/share/鈴木/.mozilla/firefox/a.default/extensions.json",
        "{\"addons\":[{\"id\":\"a\",\"version\":\"1\",\"type\":\"extension\"}]}",
    ),
];

/// Links: where, and to what.
const LINKS: &[(&str, &str)] = &[
    ("etc/systemd/system/multi-user.target.wants/ssh.service", "/usr/lib/systemd/system/ssh.service"),
    ("etc/systemd/system/sysinit.target.wants/nftables.service", "/usr/lib/systemd/system/nftables.service"),
    ("etc/systemd/system/getty.target.wants/getty@tty1.service", "/usr/lib/systemd/system/getty@.service"),
    ("etc/systemd/system/sshd.service", "/usr/lib/systemd/system/ssh.service"),
    ("etc/systemd/system/bluetooth.service", "/dev/null"),
    ("proc/812/exe", "/usr/sbin/sshd (deleted)"),
    ("proc/812/fd/0", "/dev/null"),
    ("proc/812/fd/3", "socket:[4321]"),
    ("proc/900/fd/5", "socket:[4330]"),
    ("var/lib/flatpak/app/org.gimp.GIMP/current", "x86_64/stable"),
    ("var/lib/flatpak/app/org.gimp.GIMP/x86_64/stable/active", "abc"),
    ("snap/slack/current", "152"),
    // Somebody who would have the agent read what they may not.
    ("home/田中/.config/chromium", "/mnt/share"),
    ("home/田中/.mozilla/firefox/abc.default/passwords.json", "/etc/shadow"),
];

/// What no file tells.
pub(crate) struct Made;

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

    fn nvme_health(&self, controller: &Path) -> Option<[u8; NVME_HEALTH_LENGTH]> {
        assert_eq!(controller, Path::new("/dev/nvme0"), "the USB disk is none of NVMe");
        let mut log = [0; NVME_HEALTH_LENGTH];
        // 311 kelvin, of its spare room 100 % left where 10 % is the least, 3 % used; 2817 hours.
        log[..6].copy_from_slice(&[0, 0x37, 1, 100, 10, 3]);
        log[128..130].copy_from_slice(&2817_u16.to_le_bytes());
        Some(log)
    }

    fn unpacked(&self, list: &Path) -> Option<Box<dyn Read>> {
        panic!("asked to unpack `{}`", list.display())
    }
}

/// A structure of the firmware's table: its kind, what follows the head, its strings.
fn structure(kind: u8, body: &[u8], strings: &str) -> Vec<u8> {
    [&[kind, u8::try_from(body.len() + 4).unwrap(), 0, 0], body, strings.as_bytes(), b"\0\0"].concat()
}

fn firmware_table() -> Vec<u8> {
    let uuid = [0x44, 0x45, 0x4c, 0x4c, 0x42, 0, 0x10, 0x35, 0x80, 0x51, 0xb7, 0xc0, 0x4f, 0x33, 0x35, 0x33];
    let system = [&[1, 2, 0, 3][..], &uuid].concat();
    let mut module = vec![0; 0x22 - 4];
    module[0x0c - 4..0x0e - 4].copy_from_slice(&16_384_u16.to_le_bytes());
    (module[0x10 - 4], module[0x12 - 4]) = (1, 0x1a);
    module[0x15 - 4..0x17 - 4].copy_from_slice(&3200_u16.to_le_bytes());
    (module[0x17 - 4], module[0x18 - 4], module[0x1a - 4]) = (2, 3, 4);
    let empty = vec![0; 0x22 - 4];
    [
        structure(0, &[1, 2, 0, 0, 3], "LENOVO\0N32ET91W (1.67 )\0To Be Filled By O.E.M."),
        structure(1, &system, "LENOVO\x0020XXS0AB00\0PF3ABCDE"),
        structure(3, &[0, 10, 0, 0, 1], "情シス-0042"),
        structure(17, &module, "DIMM A\0Samsung\x001A2B3C4D\0M471A2K43EB1-CWE   "),
        structure(17, &empty, "DIMM B"),
    ]
    .concat()
}

fn edid() -> Vec<u8> {
    let mut block = vec![0; 128];
    block[1..7].fill(0xff);
    // ENC, made in 2021.
    block[8..10].copy_from_slice(&[0x15, 0xc3]);
    block[17] = 31;
    for (at, text) in [(54, b"\0\0\0\xfc\0EV2456\n      "), (72, b"\0\0\0\xff\x0055555058\n    ")] {
        block[at..at + 18].copy_from_slice(text);
    }
    block[127] = block.iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte));
    block
}

/// The laptop.
pub(crate) fn tree() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    for (name, content) in FILES {
        fs::write(place(name), content).unwrap();
        settle(&root.path().join(name));
    }
    for (name, target) in LINKS {
        symlink(target, place(name)).unwrap();
    }
    fs::write(place("sys/firmware/dmi/tables/DMI"), firmware_table()).unwrap();
    fs::write(place("sys/class/drm/card0-DP-1/edid"), edid()).unwrap();
    root
}

/// Gives a file the one time that all files of this laptop have.
fn settle(path: &Path) {
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    fs::File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
}
