//! Words for kinds and standings, as organisations write them.

use unicode_normalization::UnicodeNormalization as _;

const KINDS: &[(&str, &[&str])] = &[
    (
        "computer",
        &[
            "computer",
            "pc",
            "パソコン",
            "ノートpc",
            "ノートパソコン",
            "デスクトップ",
            "デスクトップpc",
            "端末",
            "laptop",
            "desktop",
            "notebook",
            "ノート",
        ],
    ),
    ("server", &["server", "サーバー", "サーバ"]),
    ("printer", &["printer", "プリンター", "プリンタ", "複合機", "コピー機", "mfp", "プリンター・複合機"]),
    (
        "network",
        &[
            "network",
            "ネットワーク",
            "ネットワーク機器",
            "ルーター",
            "ルータ",
            "スイッチ",
            "ハブ",
            "hub",
            "アクセスポイント",
            "ap",
            "無線ap",
            "router",
            "switch",
            "firewall",
            "utm",
            "ファイアウォール",
        ],
    ),
    (
        "phone",
        &[
            "phone",
            "電話",
            "携帯",
            "携帯電話",
            "スマートフォン",
            "スマホ",
            "タブレット",
            "tablet",
            "smartphone",
            "iphone",
            "ipad",
        ],
    ),
    ("other", &["other", "その他", "モニター", "モニタ", "ディスプレイ", "monitor", "プロジェクター", "ups", "nas"]),
];

const STANDINGS: &[(&str, &[&str])] = &[
    ("in_use", &["in_use", "inuse", "使用中", "利用中", "稼働中", "運用中", "active"]),
    ("stock", &["stock", "在庫", "保管", "保管中", "未使用", "予備", "instock", "spare"]),
    ("lent", &["lent", "貸出", "貸出中", "貸与", "貸与中", "loaned", "onloan"]),
    ("returned", &["returned", "返却", "返却済", "返却済み"]),
    ("disposed", &["disposed", "廃棄", "廃棄済", "廃棄済み", "除却", "retired", "scrapped"]),
];

fn find(text: &str, among: &[(&'static str, &[&str])]) -> Option<&'static str> {
    let plain: String = text.nfkc().filter(|letter| !letter.is_whitespace()).collect();
    let plain = plain.to_lowercase();
    among.iter().find(|(_, words)| words.contains(&plain.as_str())).map(|(word, _)| *word)
}

/// Our word for a kind of asset.
pub(super) fn kind(text: &str) -> Option<&'static str> {
    find(text, KINDS)
}

/// Our word for where in its life an asset is.
pub(super) fn standing(text: &str) -> Option<&'static str> {
    find(text, STANDINGS)
}
