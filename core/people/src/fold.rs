//! Text as people look for it: width, case, and katakana against hiragana make no difference.

use unicode_normalization::UnicodeNormalization as _;

/// Where a hiragana letter lies before its katakana twin in Unicode.
const KATAKANA_OFFSET: u32 = 0x60;

/// NFKC (UAX #15), lower case, and katakana as hiragana. Half-width katakana become full-width by NFKC first, so that
/// `ﾀﾅｶ`, `タナカ` and `たなか` are one text.
#[must_use]
pub fn fold(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_lowercase).map(hiragana).collect()
}

fn hiragana(letter: char) -> char {
    match letter {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => char::from_u32(u32::from(letter) - KATAKANA_OFFSET).unwrap_or(letter),
        other => other,
    }
}

/// What a person is sorted by: the reading, or the name where no reading is known.
pub(crate) fn sort_key(kana: &str, name: &str) -> String {
    fold(if kana.trim().is_empty() { name } else { kana })
}

/// What is searched: all that names a person, in one text.
pub(crate) fn search_key(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).map(|part| fold(part)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, folded: &str) {
        assert_eq!(fold(text), folded, "{text}");
    }

    #[test]
    fn half_width_katakana_and_hiragana_are_one() {
        check("ﾀﾅｶ ﾊﾅｺ", "たなか はなこ");
        check("タナカ ハナコ", "たなか はなこ");
        check("たなか　はなこ", "たなか はなこ");
    }

    #[test]
    fn voiced_half_width_letters_keep_their_marks() {
        check("ｻﾞｲｾﾞﾝ", "ざいぜん");
        check("ヴィクター", "ゔぃくたー");
    }

    #[test]
    fn width_and_case_of_latin_letters_make_no_difference() {
        check("ＫＥＩ０１４", "kei014");
    }

    #[test]
    fn someone_without_a_reading_is_sorted_by_name() {
        assert_eq!(sort_key(" ", "Ｓmith"), "smith");
        assert_eq!(sort_key("スミス", "Smith"), "すみす");
    }
}
