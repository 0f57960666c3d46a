//! What a product is to the organisation.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::words;

words! {
    /// What a product is to the organisation. Who said it last in this order wins: the rules that come with the server, the
    /// organisation's dictionary, a person.
    Class {
        /// It has to be bought: its licences are counted.
        Paid = "paid",
        /// It may be used by anybody.
        Free = "free",
        /// Nobody may have it.
        NotPermitted = "not_permitted",
        /// Part of the operating system: nobody chose it.
        System = "system",
        /// Nobody has said anything yet.
        Unclassified = "unclassified",
    }
}

impl Class {
    /// The strongest word: a person's, else the dictionary's, else the rules'.
    #[must_use]
    pub fn strongest(person: Option<Self>, dictionary: Option<Self>, rules: Self) -> Self {
        person.or(dictionary).unwrap_or(rules)
    }

    /// The class that a word in somebody's list means, in English or Japanese.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let plain: String = crate::pattern::folded(text).chars().filter(|letter| !letter.is_whitespace()).collect();
        Some(match plain.as_str() {
            "paid" | "commercial" | "有償" | "有料" | "商用" | "市販" => Self::Paid,
            "free" | "freeware" | "oss" | "opensource" | "無償" | "無料" | "フリー" | "フリーソフト" => {
                Self::Free
            }
            "not_permitted" | "notpermitted" | "prohibited" | "forbidden" | "禁止" | "使用禁止" | "不許可"
            | "許可しない" => Self::NotPermitted,
            "system" | "os" | "システム" | "osの一部" => Self::System,
            "unclassified" | "未分類" | "分類なし" => Self::Unclassified,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_stronger_than_the_dictionary_and_that_than_the_rules() {
        let strongest = Class::strongest;
        assert_eq!(strongest(None, None, Class::Free), Class::Free);
        assert_eq!(strongest(None, Some(Class::Paid), Class::Free), Class::Paid);
        assert_eq!(strongest(Some(Class::NotPermitted), Some(Class::Paid), Class::Free), Class::NotPermitted);
    }

    #[test]
    fn classes_are_read_as_organisations_write_them() {
        for (text, class) in [
            ("有償", Class::Paid),
            ("Not Permitted", Class::NotPermitted),
            ("ﾌﾘｰ", Class::Free),
            ("ＯＳ", Class::System),
            ("未分類", Class::Unclassified),
        ] {
            assert_eq!(Class::read(text), Some(class), "{text}");
        }
        assert_eq!(Class::read("たぶん無料"), None);
        for class in Class::ALL {
            assert_eq!(Class::read(class.as_str()), Some(*class));
        }
    }
}
