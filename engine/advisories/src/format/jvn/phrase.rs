//! Versions as JVN's editors write them: `1.2.3 およびそれ以前`, `1.0 から 1.2.3`, `prior to 2.0`.
//!
//! Only sentences that have one meaning are read. What stands beside the words and versions known here makes it none.

use crate::Range;

/// What the words between versions say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// From this one on.
    From,
    /// Up to this one, which is affected.
    UpTo,
    /// Up to this one, which is not.
    Before,
    All,
    /// Nothing.
    Filler,
}

/// The longest first, where one begins another.
const WORDS: [(&str, Word); 33] = [
    ("およびそれ以前", Word::UpTo),
    ("及びそれ以前", Word::UpTo),
    ("およびそれ以降", Word::From),
    ("すべてのバージョン", Word::All),
    ("全てのバージョン", Word::All),
    ("全バージョン", Word::All),
    ("すべて", Word::All),
    ("全て", Word::All),
    ("より前のバージョン", Word::Before),
    ("より前", Word::Before),
    ("未満", Word::Before),
    ("以前", Word::UpTo),
    ("以下", Word::UpTo),
    ("まで", Word::UpTo),
    ("以降", Word::From),
    ("以上", Word::From),
    ("から", Word::From),
    ("バージョン", Word::Filler),
    ("のバージョン", Word::Filler),
    ("の", Word::Filler),
    ("and earlier", Word::UpTo),
    ("or earlier", Word::UpTo),
    ("and prior", Word::UpTo),
    ("and later", Word::From),
    ("all versions", Word::All),
    ("prior to", Word::Before),
    ("earlier than", Word::Before),
    ("before", Word::Before),
    ("through", Word::From),
    ("versions", Word::Filler),
    ("version", Word::Filler),
    ("ver.", Word::Filler),
    ("to", Word::From),
];

/// The versions that a sentence means.
pub(super) fn range(text: &str) -> Option<Range> {
    let text = narrow(text);
    let mut rest = text.trim();
    let (mut versions, mut words) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        if let Some((word, meaning)) = WORDS.iter().find(|(word, _)| begins(rest, word)) {
            rest = &rest[word.len()..];
            if *meaning != Word::Filler {
                words.push(*meaning);
            }
        } else {
            let end = rest.find(|letter: char| !letter.is_ascii_graphic()).unwrap_or(rest.len());
            let version = rest[..end].trim_start_matches(['v', 'V']);
            if !version.starts_with(|first: char| first.is_ascii_digit()) {
                return None;
            }
            versions.push(version.to_owned());
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    let mut versions = versions.into_iter();
    let (one, other) = (versions.next(), versions.next());
    if versions.next().is_some() {
        return None;
    }
    let range = Range::default();
    Some(match (one, other, words.as_slice()) {
        (None, None, [Word::All]) => range,
        (Some(one), None, []) => Range { exact: vec![one], ..range },
        (Some(one), None, [Word::From]) => Range { introduced: Some(one), ..range },
        (Some(one), None, [Word::UpTo]) => Range { last_affected: Some(one), ..range },
        (Some(one), None, [Word::Before]) => Range { fixed: Some(one), ..range },
        (Some(one), Some(other), [Word::From] | [Word::From, Word::UpTo]) => {
            Range { introduced: Some(one), last_affected: Some(other), ..range }
        }
        (Some(one), Some(other), [Word::From, Word::Before]) => {
            Range { introduced: Some(one), fixed: Some(other), ..range }
        }
        _ => return None,
    })
}

/// Whether the text begins with the word; of an English one the whole word.
fn begins(text: &str, word: &str) -> bool {
    let is_english = word.is_ascii();
    let head = text.get(..word.len());
    let follows = text.get(word.len()..).and_then(|rest| rest.chars().next());
    head.is_some_and(|head| head.eq_ignore_ascii_case(word))
        && !(is_english && !word.ends_with('.') && follows.is_some_and(|letter| letter.is_ascii_alphanumeric()))
}

/// Full-width letters, digits and signs as ASCII, and the wide blank as a blank.
fn narrow(text: &str) -> String {
    let letter = |wide: char| match wide {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(wide) - 0xfee0).unwrap_or(wide),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[1.0, 2.0)` and its like; `=1.0` for one version, `*` for all, empty for none that can be read.
    fn check(text: &str, wanted: &str) {
        let said = range(text).map(|range| match (&range.introduced, &range.fixed, &range.last_affected) {
            _ if !range.exact.is_empty() => format!("={}", range.exact.join(",")),
            (None, None, None) => "*".to_owned(),
            (from, Some(fixed), _) => format!("[{}, {fixed})", from.as_deref().unwrap_or_default()),
            (from, None, last) => {
                format!("[{}, {}]", from.as_deref().unwrap_or_default(), last.as_deref().unwrap_or_default())
            }
        });
        assert_eq!(said.unwrap_or_default(), wanted, "{text}");
    }

    #[test]
    fn the_usual_sentences_are_read_in_both_languages() {
        check("1.2.3", "=1.2.3");
        check("1.2.3 およびそれ以前", "[, 1.2.3]");
        check("1.2.3 以下", "[, 1.2.3]");
        check("Ver.1.2.3より前のバージョン", "[, 1.2.3)");
        check("2.0 未満", "[, 2.0)");
        check("v1.0 から 1.2.3", "[1.0, 1.2.3]");
        check("1.0 から 1.2.3 まで", "[1.0, 1.2.3]");
        check("1.0 以上 2.0 未満", "[1.0, 2.0)");
        check("３．１ 以降", "[3.1, ]");
        check("バージョン 9.1R18.2 以前", "[, 9.1R18.2]");
        check("すべてのバージョン", "*");
        check("1.2.3 and earlier", "[, 1.2.3]");
        check("prior to 2.0", "[, 2.0)");
        check("version 1.0 to 1.2", "[1.0, 1.2]");
    }

    #[test]
    fn what_could_mean_something_else_is_not_read() {
        for text in [
            "",
            "1.0 2.0",
            "2024年1月の更新より前",
            "1.0 未満 から 2.0",
            "Firmware 1.0",
            "1.0 (Windows)",
            "以前",
            "before",
        ] {
            check(text, "");
        }
    }
}
