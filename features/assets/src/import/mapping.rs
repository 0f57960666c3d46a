//! Which column is what, by its title.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use yagura_vocabulary::words;

words! {
    /// What a column says of an asset.
    Target {
        /// The organisation's own number for it, by which it is known again.
        InventoryNumber = "inventory_number",
        /// What it is called.
        Name = "name",
        /// What it is.
        Kind = "kind",
        /// Who made it.
        Vendor = "vendor",
        /// What they call it.
        Model = "model",
        /// Its serial number.
        Serial = "serial",
        /// Its hardware address.
        Mac = "mac",
        /// Its IP address.
        Ip = "ip",
        /// Who uses it.
        Person = "person",
        /// Where it is.
        Place = "place",
        /// Where in its life it is.
        Standing = "standing",
        /// When its lease ends.
        LeaseUntil = "lease_until",
        /// When its warranty ends.
        WarrantyUntil = "warranty_until",
        /// When it was bought.
        BoughtAt = "bought_at",
        /// For how much.
        Price = "price",
        /// Whatever else there is to say.
        Note = "note",
        /// A field of the organisation's own, under the column's title.
        Custom = "custom",
        /// Nothing that is wanted.
        Ignore = "ignore",
    }
}

impl Target {
    /// Whether it is one that we have a meaning for.
    pub(super) const fn is_known(self) -> bool {
        !matches!(self, Self::Custom | Self::Ignore)
    }
}

/// Titles as organisations write them, without spaces, in small letters and half width.
const TITLES: &[(Target, &[&str])] = &[
    (
        Target::InventoryNumber,
        &[
            "管理番号",
            "資産番号",
            "資産管理番号",
            "備品番号",
            "機器番号",
            "固定資産番号",
            "管理no",
            "管理no.",
            "資産no",
            "資産no.",
            "inventorynumber",
            "inventoryno",
            "assetnumber",
            "assettag",
            "assetid",
        ],
    ),
    (
        Target::Name,
        &[
            "名称",
            "機器名",
            "名前",
            "資産名",
            "資産名称",
            "品名",
            "ホスト名",
            "コンピュータ名",
            "コンピューター名",
            "pc名",
            "端末名",
            "name",
            "hostname",
            "devicename",
            "assetname",
        ],
    ),
    (
        Target::Kind,
        &["種類", "種別", "区分", "機器種別", "機種区分", "資産区分", "kind", "type", "category", "devicetype"],
    ),
    (Target::Vendor, &["メーカー", "メーカ", "製造元", "メーカー名", "vendor", "maker", "manufacturer"]),
    (Target::Model, &["型番", "型式", "機種", "モデル", "モデル名", "機種名", "model", "modelname", "modelnumber"]),
    (
        Target::Serial,
        &[
            "シリアル",
            "シリアル番号",
            "シリアルno",
            "シリアルno.",
            "製造番号",
            "s/n",
            "sn",
            "serial",
            "serialnumber",
            "serialno",
        ],
    ),
    (Target::Mac, &["mac", "macアドレス", "物理アドレス", "macaddress"]),
    (Target::Ip, &["ip", "ipアドレス", "ipaddress", "ipv4", "ipv4アドレス"]),
    (
        Target::Person,
        &[
            "利用者",
            "使用者",
            "利用者名",
            "使用者名",
            "担当者",
            "ユーザー",
            "ユーザ",
            "user",
            "person",
            "owner",
            "assignedto",
        ],
    ),
    (
        Target::Place,
        &["場所", "設置場所", "所在", "所在地", "保管場所", "設置拠点", "拠点", "place", "location", "site"],
    ),
    (Target::Standing, &["状態", "状況", "使用状況", "利用状況", "ステータス", "standing", "status", "state"]),
    (
        Target::LeaseUntil,
        &[
            "リース期限",
            "リース満了",
            "リース満了日",
            "リース終了",
            "リース終了日",
            "返却期限",
            "leaseuntil",
            "leaseend",
            "leaseexpiry",
            "leasedate",
        ],
    ),
    (
        Target::WarrantyUntil,
        &[
            "保証期限",
            "保証終了",
            "保証終了日",
            "保守期限",
            "保証満了日",
            "warrantyuntil",
            "warrantyend",
            "warrantyexpiry",
        ],
    ),
    (
        Target::BoughtAt,
        &["購入日", "取得日", "導入日", "購入年月日", "取得年月日", "boughtat", "purchasedate", "bought"],
    ),
    (Target::Price, &["価格", "金額", "購入価格", "取得価格", "購入金額", "取得価額", "price", "cost"]),
    (Target::Note, &["備考", "メモ", "摘要", "note", "notes", "remarks", "comment"]),
];

/// What each column is, as far as its title says; a title that we do not know is a field of the organisation's own. Of two columns of one
/// meaning the first one counts.
#[must_use]
pub fn guess(titles: &[String]) -> Vec<Target> {
    let mut taken = Vec::new();
    let mut one = |title: &String| {
        let plain: String = title.nfkc().filter(|letter| !letter.is_whitespace() && *letter != '_').collect();
        let plain = plain.to_lowercase();
        if plain.is_empty() {
            return Target::Ignore;
        }
        let known = TITLES.iter().find(|(_, titles)| titles.contains(&plain.as_str())).map(|(target, _)| *target);
        match known.filter(|target| !taken.contains(target)) {
            Some(target) => {
                taken.push(target);
                target
            }
            None => Target::Custom,
        }
    };
    titles.iter().map(&mut one).collect()
}
