//! Who works in the pretended office.

const FAMILIES: [(&str, &str, &str); 20] = [
    ("佐藤", "サトウ", "sato"),
    ("鈴木", "スズキ", "suzuki"),
    ("高橋", "タカハシ", "takahashi"),
    ("田中", "タナカ", "tanaka"),
    ("伊藤", "イトウ", "ito"),
    ("渡辺", "ワタナベ", "watanabe"),
    ("山本", "ヤマモト", "yamamoto"),
    ("中村", "ナカムラ", "nakamura"),
    ("小林", "コバヤシ", "kobayashi"),
    ("加藤", "カトウ", "kato"),
    ("吉田", "ヨシダ", "yoshida"),
    ("山田", "ヤマダ", "yamada"),
    ("佐々木", "ササキ", "sasaki"),
    ("松本", "マツモト", "matsumoto"),
    ("井上", "イノウエ", "inoue"),
    ("木村", "キムラ", "kimura"),
    ("林", "ハヤシ", "hayashi"),
    ("清水", "シミズ", "shimizu"),
    ("森", "モリ", "mori"),
    ("阿部", "アベ", "abe"),
];
const GIVEN: [(&str, &str, &str); 20] = [
    ("陽子", "ヨウコ", "yoko"),
    ("健太", "ケンタ", "kenta"),
    ("美咲", "ミサキ", "misaki"),
    ("大輔", "ダイスケ", "daisuke"),
    ("裕子", "ユウコ", "yuko"),
    ("翔太", "ショウタ", "shota"),
    ("由美", "ユミ", "yumi"),
    ("拓也", "タクヤ", "takuya"),
    ("さくら", "サクラ", "sakura"),
    ("浩", "ヒロシ", "hiroshi"),
    ("恵", "メグミ", "megumi"),
    ("直樹", "ナオキ", "naoki"),
    ("真由美", "マユミ", "mayumi"),
    ("誠", "マコト", "makoto"),
    ("愛", "アイ", "ai"),
    ("和也", "カズヤ", "kazuya"),
    ("久美子", "クミコ", "kumiko"),
    ("亮", "リョウ", "ryo"),
    ("千尋", "チヒロ", "chihiro"),
    ("隆", "タカシ", "takashi"),
];

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// `1001`.
    pub(crate) employee_number: String,
    /// `佐藤 陽子`.
    pub(crate) name: String,
    /// `サトウ ヨウコ`.
    pub(crate) kana: String,
    /// The part of a sign-in name or mail address that is the person's own: `sato.yoko`.
    pub(crate) login: String,
}

/// The person at desk `n`. Beyond the 400 names there are, names come again with a number.
pub(crate) fn person(n: u32) -> Person {
    let all = FAMILIES.len();
    let (round, at) = ((n as usize) / (all * all), (n as usize) % (all * all));
    let (family, given) = (FAMILIES[at % all], GIVEN[(at / all + at) % all]);
    let again = if round == 0 { String::new() } else { format!("{}", round + 1) };
    Person {
        employee_number: format!("{}", 1001 + n),
        name: format!("{} {}", family.0, given.0),
        kana: format!("{} {}", family.1, given.1),
        login: format!("{}.{}{again}", family.2, given.2),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_shares_a_sign_in_name() {
        let logins: HashSet<_> = (0..2000).map(|n| person(n).login).collect();
        assert_eq!(logins.len(), 2000);
        assert_eq!(person(0).name, "佐藤 陽子");
    }
}
