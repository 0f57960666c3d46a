//! Makers, by their enterprise number and by the names that lists have for them.

use std::borrow::Cow;

/// What most devices of a maker are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trade {
    /// Printers and what copies.
    Printers,
    /// Switches, routers, access points, firewalls.
    Network,
    /// Storage and servers.
    Servers,
    /// Power supplies, cameras, many things.
    Other,
}

use Trade::{Network, Other, Printers, Servers};

/// Enterprise numbers (IANA, Private Enterprise Numbers) of the common makers of what has no agent. The names are those that stand on
/// the devices; what is registered there is often the name of a firm that was bought since.
const MAKERS: &[(u32, &str, Trade)] = &[
    (9, "Cisco", Network),
    (11, "HP", Other),
    (43, "3Com", Network),
    (116, "Hitachi", Other),
    (119, "NEC", Other),
    (171, "D-Link", Network),
    (207, "Allied Telesis", Network),
    (211, "Fujitsu", Other),
    (231, "Fujitsu", Servers),
    (236, "Samsung", Other),
    (246, "Furukawa Electric", Network),
    (253, "Xerox", Printers),
    (278, "APRESIA", Network),
    (297, "FUJIFILM Business Innovation", Printers),
    (318, "APC", Other),
    (367, "Ricoh", Printers),
    (368, "Axis", Other),
    (476, "Vertiv", Other),
    (534, "Eaton", Other),
    (641, "Lexmark", Printers),
    (674, "Dell", Other),
    (789, "NetApp", Servers),
    (890, "Zyxel", Network),
    (1129, "Toshiba Tec", Printers),
    (1182, "Yamaha", Network),
    (1248, "Epson", Printers),
    (1347, "Kyocera", Printers),
    (1588, "Brocade", Network),
    (1602, "Canon", Printers),
    (1916, "Extreme Networks", Network),
    (1991, "Ruckus", Network),
    (2001, "Oki", Printers),
    (2011, "Huawei", Network),
    (2385, "Sharp", Printers),
    (2435, "Brother", Printers),
    (2636, "Juniper", Network),
    (3375, "F5", Network),
    (3808, "CyberPower", Other),
    (4526, "NETGEAR", Network),
    (5227, "Buffalo", Other),
    (6486, "Alcatel-Lucent Enterprise", Network),
    (6574, "Synology", Servers),
    (6876, "VMware", Servers),
    (8691, "Moxa", Network),
    (8741, "SonicWall", Network),
    (10642, "Zebra", Printers),
    (11863, "TP-Link", Network),
    (12356, "Fortinet", Network),
    (14179, "Cisco", Network),
    (14823, "Aruba", Network),
    (14988, "MikroTik", Network),
    (18334, "Konica Minolta", Printers),
    (19046, "Lenovo", Servers),
    (21839, "ALAXALA", Network),
    (24681, "QNAP", Servers),
    (25461, "Palo Alto Networks", Network),
    (25506, "H3C", Network),
    (30065, "Arista", Network),
    (41112, "Ubiquiti", Network),
    (47196, "HPE", Network),
];

/// What lists in Japanese, and firms with two names, are called by their first word in Latin letters.
const ALSO: &[(&str, &str)] = &[
    ("リコー", "ricoh"),
    ("キヤノン", "canon"),
    ("キャノン", "canon"),
    ("ブラザー", "brother"),
    ("ブラザー工業", "brother"),
    ("エプソン", "epson"),
    ("セイコーエプソン", "epson"),
    ("seiko", "epson"),
    ("富士フイルム", "fujifilm"),
    ("富士フイルムビジネスイノベーション", "fujifilm"),
    ("富士フイルムbi", "fujifilm"),
    ("富士ゼロックス", "fujifilm"),
    ("コニカミノルタ", "konica"),
    ("konicaminolta", "konica"),
    ("京セラ", "kyocera"),
    ("京セラドキュメントソリューションズ", "kyocera"),
    ("シャープ", "sharp"),
    ("沖データ", "oki"),
    ("沖電気", "oki"),
    ("沖電気工業", "oki"),
    ("okidata", "oki"),
    ("東芝テック", "toshiba"),
    ("東芝", "toshiba"),
    ("アライドテレシス", "allied"),
    ("ヤマハ", "yamaha"),
    ("バッファロー", "buffalo"),
    ("melco", "buffalo"),
    ("日本電気", "nec"),
    ("富士通", "fujitsu"),
    ("日立", "hitachi"),
    ("日立製作所", "hitachi"),
    ("古河電工", "furukawa"),
    ("古河電気工業", "furukawa"),
    ("アラクサラネットワークス", "alaxala"),
    ("アラクサラ", "alaxala"),
    ("シスコ", "cisco"),
    ("シスコシステムズ", "cisco"),
    ("デル", "dell"),
    ("レノボ", "lenovo"),
    ("hewlett", "hp"),
    ("日本hp", "hp"),
    ("american", "apc"),
];

/// The maker with this enterprise number, and what most of its devices are.
#[must_use]
pub fn by_number(number: u32) -> Option<(&'static str, Trade)> {
    let at = MAKERS.binary_search_by_key(&number, |(number, ..)| *number).ok()?;
    MAKERS.get(at).map(|(_, name, trade)| (*name, *trade))
}

/// The first word of a maker's name, by which two names are one maker: `Dell Inc.` is `dell`, and `リコー` is `ricoh`. Lower case.
#[must_use]
pub fn first_word(name: &str) -> Option<Cow<'static, str>> {
    let name = name.replace("株式会社", " ").replace('㈱', " ").to_lowercase();
    let word = name.split(|c: char| !c.is_alphanumeric() && c != 'ー').find(|word| !word.is_empty())?;
    let also = ALSO.iter().find(|(known, _)| *known == word).map(|(_, latin)| Cow::Borrowed(*latin));
    Some(also.unwrap_or_else(|| Cow::Owned(word.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_in_order_so_that_they_are_found() {
        assert!(MAKERS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(by_number(367), Some(("Ricoh", Printers)));
        assert_eq!(by_number(8072), None, "whoever programmed the agent made no machine");
    }

    #[test]
    fn a_maker_is_the_same_in_japanese_and_with_its_legal_form() {
        for (a, b) in [
            ("リコー", "RICOH Co. Ltd."),
            ("株式会社リコー", "Ricoh"),
            ("キヤノン", "CANON Inc."),
            ("Dell", "Dell Inc."),
            ("コニカミノルタ", "KONICA MINOLTA"),
            ("Hewlett-Packard", "HP"),
        ] {
            assert_eq!(first_word(a), first_word(b), "{a} {b}");
        }
        assert_ne!(first_word("リコー"), first_word("Canon"));
        assert_eq!(first_word(" - "), None);
    }
}
