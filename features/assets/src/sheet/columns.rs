//! The columns that the ledger can have, and what stands above them.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::words;

words! {
    /// A column of the ledger.
    Known {
        Name = "name",
        Kind = "kind",
        Person = "person",
        Group = "group",
        Vendor = "vendor",
        Model = "model",
        Serial = "serial",
        Os = "os",
        Cpu = "cpu",
        Memory = "memory",
        Disk = "disk",
        Fullest = "fullest",
        Ip = "ip",
        Mac = "mac",
        Standing = "standing",
        InventoryNumber = "inventory_number",
        Place = "place",
        Bought = "bought",
        Price = "price",
        Lease = "lease",
        Warranty = "warranty",
        Whereabouts = "whereabouts",
        Updates = "updates",
        SecurityUpdates = "security_updates",
        Note = "note",
        First = "first",
        Seen = "seen",
        Sources = "sources",
        Id = "id",
    }
}

/// A column that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    /// One that every ledger has.
    Known(Known),
    /// A field of the organisation's own, by its name.
    Custom(String),
}

/// In which language words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    Japanese,
    English,
}

/// What a list has for which no columns were chosen.
const USUAL: &[Known] = &[
    Known::InventoryNumber,
    Known::Name,
    Known::Kind,
    Known::Person,
    Known::Group,
    Known::Place,
    Known::Standing,
    Known::Vendor,
    Known::Model,
    Known::Serial,
    Known::Os,
    Known::Cpu,
    Known::Memory,
    Known::Disk,
    Known::Ip,
    Known::Mac,
    Known::Bought,
    Known::Price,
    Known::Lease,
    Known::Warranty,
    Known::Whereabouts,
    Known::Updates,
    Known::SecurityUpdates,
    Known::First,
    Known::Seen,
    Known::Sources,
    Known::Note,
];

impl Column {
    /// The columns of a list between commas: `name,kind,custom:階`. Unknown ones are left out, as a view may be older than this server or
    /// newer. The usual ones where none is left.
    pub(crate) fn chosen(text: &str) -> Vec<Self> {
        let column = |word: &str| match word.strip_prefix("custom:") {
            Some(name) => Some(Self::Custom(name.to_owned())),
            None => word.parse().ok().map(Self::Known),
        };
        let columns: Vec<Self> = text.split(',').filter_map(|word| column(word.trim())).collect();
        if columns.is_empty() { USUAL.iter().map(|known| Self::Known(*known)).collect() } else { columns }
    }

    /// What stands above it. The import knows most of these titles, so a list can be changed and given back.
    pub(crate) fn heading(&self, words: Words) -> String {
        let Self::Known(known) = self else {
            let Self::Custom(name) = self else { return String::new() };
            return name.clone();
        };
        let (japanese, english) = match known {
            Known::Name => ("機器名", "Name"),
            Known::Kind => ("種類", "Kind"),
            Known::Person => ("利用者", "User"),
            Known::Group => ("グループ", "Group"),
            Known::Vendor => ("メーカー", "Vendor"),
            Known::Model => ("型番", "Model"),
            Known::Serial => ("シリアル番号", "Serial number"),
            Known::Os => ("OS", "OS"),
            Known::Cpu => ("CPU", "CPU"),
            Known::Memory => ("メモリ (GiB)", "Memory (GiB)"),
            Known::Disk => ("ディスク (GB)", "Disk (GB)"),
            Known::Fullest => ("使用率 (%)", "Full (%)"),
            Known::Ip => ("IPアドレス", "IP address"),
            Known::Mac => ("MACアドレス", "MAC address"),
            Known::Standing => ("状態", "Status"),
            Known::InventoryNumber => ("管理番号", "Inventory number"),
            Known::Place => ("設置場所", "Place"),
            Known::Bought => ("購入日", "Purchase date"),
            Known::Price => ("価格", "Price"),
            Known::Lease => ("リース満了日", "Lease end"),
            Known::Warranty => ("保証期限", "Warranty end"),
            Known::Whereabouts => ("居場所", "Whereabouts"),
            Known::Updates => ("待っている更新", "Updates waiting"),
            Known::SecurityUpdates => ("待っているセキュリティ更新", "Security updates waiting"),
            Known::Note => ("備考", "Note"),
            Known::First => ("台帳に載った日", "In the ledger since"),
            Known::Seen => ("最後の知らせ", "Last told of"),
            Known::Sources => ("知らせたもの", "Told by"),
            Known::Id => ("ID", "ID"),
        };
        match words {
            Words::Japanese => japanese.to_owned(),
            Words::English => english.to_owned(),
        }
    }
}

impl Words {
    /// The word for a kind, a standing or a source, as the console has it.
    pub(crate) fn word(self, word: &str) -> String {
        let (japanese, english) = match word {
            "computer" => ("パソコン", "Computer"),
            "server" => ("サーバー", "Server"),
            "printer" => ("プリンター", "Printer"),
            "network" => ("ネットワーク機器", "Network device"),
            "phone" => ("電話・タブレット", "Phone, tablet"),
            "other" => ("そのほか", "Other"),
            "office" => ("拠点", "Office"),
            "home" => ("自宅", "Home"),
            "elsewhere" => ("外出先", "Elsewhere"),
            "in_use" => ("使用中", "In use"),
            "stock" => ("在庫", "In stock"),
            "lent" => ("貸出中", "Lent"),
            "returned" => ("返却済み", "Returned"),
            "disposed" => ("廃棄済み", "Disposed of"),
            "agent" => ("Yaguraのエージェント", "Yagura's agent"),
            "fusioninventory" => ("FusionInventory", "FusionInventory"),
            "ocs" => ("OCS Inventory", "OCS Inventory"),
            "import" => ("一覧・手入力", "List or by hand"),
            "snmp" => ("SNMP", "SNMP"),
            other => return other.to_owned(),
        };
        match self {
            Self::Japanese => japanese.to_owned(),
            Self::English => english.to_owned(),
        }
    }
}
