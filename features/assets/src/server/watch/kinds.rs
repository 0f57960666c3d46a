//! The kinds of alarms about changes.

use yagura_alarms::Kind;
use yagura_vocabulary::Severity::{self, Low, Medium};

use crate::changes::Part;

const fn kind(word: &'static str, severity: Severity, title: (&'static str, &'static str)) -> Kind {
    Kind { word, severity, title }
}

const HOSTNAME: Kind = kind("asset.hostname", Medium, ("ホスト名が変わりました", "The host name has changed"));
const OS: Kind = kind("asset.os", Low, ("OSが変わりました", "The operating system has changed"));
const KERNEL: Kind = kind("asset.kernel", Low, ("カーネルが変わりました", "The kernel has changed"));
const MACHINE: Kind = kind("asset.machine", Medium, ("本体が変わりました", "The machine itself has changed"));
const FIRMWARE: Kind = kind("asset.firmware", Low, ("ファームウェアが変わりました", "The firmware has changed"));
const CPU: Kind = kind("asset.cpu", Medium, ("CPUが変わりました", "The processor has changed"));
const MEMORY: Kind = kind("asset.memory", Medium, ("メモリの容量が変わりました", "The amount of memory has changed"));
const DISK: Kind = kind("asset.disk", Medium, ("ディスクが変わりました", "A disk has changed"));
const INTERFACE: Kind =
    kind("asset.interface", Medium, ("ネットワークカードが変わりました", "A network interface has changed"));
const ADDRESS: Kind = kind("asset.address", Low, ("IPアドレスが変わりました", "An IP address has changed"));
const SOFTWARE: Kind = kind("asset.software", Low, ("ソフトウェアが変わりました", "Software has changed"));
const ACCOUNT: Kind = kind("asset.account", Medium, ("アカウントが変わりました", "An account has changed"));
const ADMINISTRATOR: Kind =
    kind("asset.administrator", Medium, ("管理者アカウントが変わりました", "An administrator account has changed"));
const PROTECTION: Kind = kind(
    "asset.protection",
    Medium,
    ("ウイルス対策かファイアウォールが変わりました", "Antivirus or firewall has changed"),
);
const DISPLAY: Kind = kind("asset.display", Low, ("ディスプレイが変わりました", "A display has changed"));
const TIME_ZONE: Kind = kind("asset.time_zone", Low, ("タイムゾーンが変わりました", "The time zone has changed"));
const ENCRYPTION: Kind =
    kind("asset.encryption", Medium, ("ディスクの暗号化が変わりました", "The encryption of a disk has changed"));
const WHEREABOUTS: Kind = kind("asset.whereabouts", Low, ("端末の場所が変わりました", "A machine is in another place"));

/// The kind of alarm about a change of a part.
pub(super) const fn of(part: Part) -> &'static Kind {
    match part {
        Part::Hostname => &HOSTNAME,
        Part::Os => &OS,
        Part::Kernel => &KERNEL,
        Part::Machine => &MACHINE,
        Part::Firmware => &FIRMWARE,
        Part::Cpu => &CPU,
        Part::Memory => &MEMORY,
        Part::Disk => &DISK,
        Part::Interface => &INTERFACE,
        Part::Address => &ADDRESS,
        Part::Software => &SOFTWARE,
        Part::Account => &ACCOUNT,
        Part::Administrator => &ADMINISTRATOR,
        Part::Protection => &PROTECTION,
        Part::Display => &DISPLAY,
        Part::TimeZone => &TIME_ZONE,
        Part::Encryption => &ENCRYPTION,
        Part::Whereabouts => &WHEREABOUTS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_named_after_its_part() {
        for part in Part::ALL {
            assert_eq!(of(*part).word, format!("asset.{part}"));
        }
    }
}
