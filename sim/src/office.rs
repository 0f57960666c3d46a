//! The pretended office: its machines, who sits at them, and what is installed.

use yagura_assets::model::{Assets, Cpu, Disk, Hardware, Interface, OperatingSystem, Software, User, Volume};
use yagura_vocabulary::{Account, Time};

use crate::{
    dice::Dice,
    people::{Person, person},
};

/// The departments, in the order in which desks are given to them: code and name.
pub(crate) const DEPARTMENTS: [(&str, &str); 7] = [
    ("EI1", "営業一課"),
    ("EI2", "営業二課"),
    ("KEI", "経理課"),
    ("SOM", "総務課"),
    ("JIN", "人事課"),
    ("KAI", "開発課"),
    ("SEI", "製造課"),
];
const MODELS: &[(&str, &str, &str)] = &[
    ("富士通株式会社", "LIFEBOOK U9312/K", "12th Gen Intel(R) Core(TM) i5-1235U"),
    ("NEC", "VersaPro VKT16X-B", "13th Gen Intel(R) Core(TM) i5-1335U"),
    ("LENOVO", "ThinkPad L14 Gen 4", "13th Gen Intel(R) Core(TM) i5-1335U"),
    ("Dynabook Inc.", "dynabook B55/KV", "12th Gen Intel(R) Core(TM) i3-1215U"),
];
const SOFTWARE: &[(&str, &str, &str)] = &[
    ("7-Zip", "24.09", "Igor Pavlov"),
    ("Adobe Acrobat Reader", "24.005.20320", "Adobe"),
    ("Cube PDF", "4.0.0", "CubeSoft"),
    ("Google Chrome", "131.0.6778.86", "Google LLC"),
    ("LINE WORKS", "4.1.2", "LINE WORKS Corp."),
    ("Microsoft 365 Apps for business - ja-jp", "16.0.18129.20158", "Microsoft Corporation"),
    ("Microsoft Edge", "131.0.2903.63", "Microsoft Corporation"),
    ("Microsoft Teams", "24295.605.3225", "Microsoft Corporation"),
    ("Mozilla Firefox (x64 ja)", "132.0.2", "Mozilla"),
    ("サクラエディタ", "2.4.2", "sakura-editor"),
    ("TeraPad", "1.09", "寺尾 進"),
    ("Zoom Workplace", "6.2.11", "Zoom Communications, Inc."),
    ("弥生会計 24", "30.1.1", "弥生株式会社"),
    ("一太郎2024", "34.0.3", "株式会社ジャストシステム"),
    ("筆ぐるめ 31", "31.0.2", "富士ソフト株式会社"),
];

/// One machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Desk {
    /// `PC-EI1-001`.
    pub(crate) hostname: String,
    /// The department's name.
    pub(crate) department: &'static str,
    /// Who sits there.
    pub(crate) person: Person,
    /// How they sign in.
    pub(crate) account: Account,
    /// What tells the machine from every other.
    pub(crate) hardware_id: String,
    /// What is on it.
    pub(crate) assets: Assets,
}

/// Machine `n` (from 0) of the office made from `seed`, as it is at `now`.
pub(crate) fn desk(seed: u64, n: u32, now: Time) -> Desk {
    let mut dice = Dice::new(seed, u64::from(n));
    let department = n as usize % DEPARTMENTS.len();
    let (code, department) = DEPARTMENTS[department];
    let hostname = format!("PC-{code}-{:03}", n as usize / DEPARTMENTS.len() + 1);
    let person = person(n);
    let account = Account {
        name: format!("OFFICE\\{}", person.login),
        id: format!("S-1-5-21-1004336348-1177238915-{}", 1100 + n),
    };
    let hardware_id = dice.hex();
    let assets = assets(&mut dice, n, &account, now);
    Desk { hostname, department, person, account, hardware_id, assets }
}

fn assets(dice: &mut Dice, n: u32, account: &Account, now: Time) -> Assets {
    let (vendor, model, cpu) = MODELS[dice.below(4) as usize];
    let days_ago = |days: u32| Time::from_seconds(now.seconds() - i64::from(days) * 86_400);
    let software = SOFTWARE
        .iter()
        // Most of it stands everywhere, some only here and there.
        .filter(|_| dice.below(5) > 0)
        .map(|(name, version, publisher)| (*name, *version, *publisher))
        .collect::<Vec<_>>();
    let software = software
        .into_iter()
        .map(|(name, version, publisher)| Software {
            name: name.to_owned(),
            version: version.to_owned(),
            publisher: Some(publisher.to_owned()),
            source: "msi".to_owned(),
            architecture: Some("amd64".to_owned()),
            installed_at: Some(days_ago(dice.below(400))),
            size_bytes: Some(u64::from(dice.below(900) + 10) << 20),
            ..Software::default()
        })
        .collect();
    let size_bytes = 256 << 30;
    let (os, version, kernel) = match dice.below(20) {
        0 => ("Windows 10 Pro", "22H2", "10.0.19045"),
        1..=5 => ("Windows 11 Pro", "23H2", "10.0.22631"),
        _ => ("Windows 11 Pro", "24H2", "10.0.26100"),
    };
    Assets {
        collected_at: now,
        hardware: Hardware {
            vendor: Some(vendor.to_owned()),
            model: Some(model.to_owned()),
            serial: Some(format!("SIM{:07}", dice.below(10_000_000))),
            firmware: Some(format!("{vendor} 1.{:02}", dice.below(40))),
            cpu: Cpu { model: cpu.to_owned(), cores: 10, threads: 12 },
            memory_bytes: u64::from(dice.below(2) + 1) * (8 << 30),
            virtual_machine: None,
            ..Hardware::default()
        },
        os: OperatingSystem {
            name: os.to_owned(),
            version: version.to_owned(),
            kernel: kernel.to_owned(),
            architecture: "x86_64".to_owned(),
            installed_at: Some(days_ago(dice.below(700) + 30)),
            boot_at: Some(Time::from_seconds(now.seconds() - i64::from(dice.below(28_800)))),
            time_zone: Some("Asia/Tokyo".to_owned()),
            ..OperatingSystem::default()
        },
        network: vec![Interface {
            name: "イーサネット".to_owned(),
            mac: Some(format!("02:00:5e:{:02x}:{:02x}:{:02x}", (n >> 16) & 255, (n >> 8) & 255, n & 255)),
            ipv4: vec![format!("10.20.{}.{}", (n / 250) & 255, n % 250 + 2)],
            ipv6: Vec::new(),
            up: true,
            speed_mbps: Some(1000),
        }],
        disks: vec![Disk {
            name: "PhysicalDrive0".to_owned(),
            model: Some("KIOXIA KBG50ZNV256G".to_owned()),
            serial: Some(format!("K{:08}", dice.below(100_000_000))),
            size_bytes,
            removable: false,
            health: None,
        }],
        volumes: vec![Volume {
            mount: "C:\\".to_owned(),
            filesystem: "NTFS".to_owned(),
            size_bytes: size_bytes - (1 << 30),
            free_bytes: u64::from(dice.below(180) + 20) << 30,
            encrypted: Some(dice.below(10) > 0),
        }],
        software,
        users: vec![User { name: account.name.clone(), id: account.id.clone() }],
        ..Assets::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_always_gives_the_same_machine() {
        let at = Time::from_seconds(1_763_886_600);
        assert_eq!(desk(7, 12, at), desk(7, 12, at));
        assert_ne!(desk(7, 12, at).hardware_id, desk(8, 12, at).hardware_id);
    }

    #[test]
    fn no_two_machines_are_alike() {
        let at = Time::from_seconds(0);
        let names: std::collections::HashSet<_> = (0..500).map(|n| desk(1, n, at)).map(|d| d.hostname).collect();
        let hardware: std::collections::HashSet<_> = (0..500).map(|n| desk(1, n, at).hardware_id).collect();
        assert_eq!((names.len(), hardware.len()), (500, 500));
        assert_eq!(desk(1, 0, at).hostname, "PC-EI1-001");
    }
}
