//! Text as it is compared: NFKC (UAX #15), then lower case, then NFKC again.

use memchr::memmem::Finder;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The form in which texts are compared: full-width and half-width, composed and decomposed, upper and lower case meet.
///
/// Lower-casing is per character, so that the form of a text does not depend on what follows it; a second NFKC makes the
/// form stable (lower-casing can bring in a combining mark).
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Appends the form in which `text` is compared to `out`, which must be empty.
pub fn fold_into(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
        out.make_ascii_lowercase();
        return;
    }
    // Most text is in NFKC already, and finding that out is many times cheaper than normalising it.
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        out.extend(text.chars().flat_map(char::to_lowercase));
        if is_nfkc_quick(out.chars()) == IsNormalized::Yes {
            return;
        }
        out.clear();
    }
    out.extend(text.nfkc().flat_map(char::to_lowercase).nfkc());
}

/// Whether folding changes nothing in a text but the case of ASCII letters: it consists of ASCII, kana and the unified
/// ideographs, which have no other form and combine with nothing.
fn is_plain(text: &str) -> bool {
    text.is_ascii() || text.chars().all(|c| c.is_ascii() || is_inert(c))
}

const fn is_inert(c: char) -> bool {
    matches!(c, '、' | '。' | '「' | '」' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '\u{4E00}'..='\u{9FFF}')
}

/// Looks for one folded text in many.
#[derive(Debug, Clone)]
pub struct Needle {
    folded: String,
    finder: Finder<'static>,
}

impl Needle {
    /// A needle for `text`, which need not be folded; `None` if nothing is left of it to look for.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let folded = fold(text);
        let finder = Finder::new(folded.as_bytes()).into_owned();
        (!folded.is_empty()).then_some(Self { folded, finder })
    }

    /// What is looked for, folded.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether the folded `text` contains it. `scratch` saves allocations between calls.
    pub fn is_in(&self, text: &str, scratch: &mut String) -> bool {
        scratch.clear();
        if text.is_ascii() {
            // What ASCII folds to is ASCII, so a needle that is not can be ruled out at once.
            if text.len() < self.folded.len() || !self.folded.is_ascii() {
                return false;
            }
            scratch.push_str(text);
            scratch.make_ascii_lowercase();
        } else {
            fold_into(text, scratch);
        }
        self.finder.find(scratch.as_bytes()).is_some()
    }

    /// Which of many texts contain it; `values` are the texts one after the other, and `ends` where each begins and
    /// ends. Much quicker than asking one by one where all are plain.
    pub fn which(&self, values: &str, ends: &[i32], scratch: &mut String, tell: &mut dyn FnMut(usize)) {
        let place = |end: &i32| usize::try_from(*end).unwrap_or(0);
        let (Some(first), Some(last)) = (ends.first().map(place), ends.last().map(place)) else { return };
        let Some(values) = values.get(first..last) else { return };
        if !is_plain(values) {
            for (text, bounds) in ends.windows(2).enumerate() {
                let value = values.get(place(&bounds[0]) - first..place(&bounds[1]) - first);
                if value.is_some_and(|value| self.is_in(value, scratch)) {
                    tell(text);
                }
            }
            return;
        }
        if values.is_ascii() && !self.folded.is_ascii() {
            return;
        }
        scratch.clear();
        scratch.push_str(values);
        scratch.make_ascii_lowercase();
        let bytes = scratch.as_bytes();
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|bytes| self.finder.find(bytes)) {
            let at = from + at;
            let text = ends.partition_point(|end| place(end) <= at + first) - 1;
            let end = ends.get(text + 1).map_or(bytes.len(), |end| place(end) - first);
            if at + self.folded.len() <= end {
                tell(text);
                from = end;
            } else {
                // It reaches over the end, and another one may begin within it.
                from = at + 1;
            }
        }
    }

    /// Whether a JSON text can be ruled out without parsing it: it is ASCII without escapes, so every value stands in it
    /// as it is.
    pub fn is_surely_not_in_json(&self, json: &str, scratch: &mut String) -> bool {
        json.is_ascii() && !json.contains('\\') && !self.is_in(json, scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(haystack: &str, needle: &str, found: bool) {
        let needle = Needle::new(needle).unwrap();
        assert_eq!(needle.is_in(haystack, &mut String::new()), found, "{needle:?} in {haystack:?}");
    }

    #[test]
    fn widths_compositions_and_cases_meet() {
        check("ｶﾞｲﾄﾞ.DOCX", "ガイド.docx", true);
        check("ガイド", "ｶﾞｲﾄﾞ", true);
        check("か\u{3099}", "が", true);
        check("Ｅｘｃｅｌ", "excel", true);
        check("STRASSE", "straße", false);
        check("ΣΊΣΥΦΟΣ", "σίσυφοσ", true);
    }

    #[test]
    fn nothing_has_a_special_meaning() {
        check(r"C:\temp\new", r"p\ne", true);
        check("C:\temp", r"C:\temp", false);
        check("100%_done", "%_", true);
        check("100 done", "%", false);
    }

    #[test]
    fn characters_that_are_taken_for_plain_have_no_other_form() {
        let inert: Vec<char> = ('\0'..=char::MAX).filter(|c| is_inert(*c)).collect();
        assert!(inert.len() > 21_000);
        for c in inert {
            for before in ["", "e", "か", "ハ", "漢"] {
                let text = format!("{before}{c}");
                let long: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
                assert_eq!(long, text, "{c:?}");
                assert_eq!(is_nfkc_quick(text.chars()), IsNormalized::Yes, "{c:?} may combine");
            }
        }
    }

    #[test]
    fn an_empty_needle_is_no_needle() {
        assert!(Needle::new("").is_none());
    }

    proptest::proptest! {
        #[test]
        fn asking_many_at_once_is_asking_each(texts in proptest::collection::vec("[abAＡ極]{0,4}", 0..6), needle in "[abＡ極]{1,2}") {
            let needle = Needle::new(&needle).unwrap();
            let whole = format!("xa{}", texts.concat());
            let mut ends = vec![2];
            for text in &texts {
                ends.push(ends[ends.len() - 1] + i32::try_from(text.len()).unwrap());
            }
            let mut told = Vec::new();
            needle.which(&whole, &ends, &mut String::new(), &mut |text| told.push(text));
            for (number, text) in texts.iter().enumerate() {
                proptest::prop_assert_eq!(told.contains(&number), needle.is_in(text, &mut String::new()));
            }
        }

        #[test]
        fn folding_twice_changes_nothing_more(text: String) {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn the_short_way_leads_to_the_same_form(text in "[\\PCàÀｱｶﾞ\u{301}\u{3099}がはばぱİſK]{0,12}") {
            let long: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
            proptest::prop_assert_eq!(fold(&text), long);
        }

        #[test]
        fn a_text_contains_each_of_its_folded_parts(text in "\\PC{1,12}", from in 0usize..12, len in 1usize..6) {
            let part: String = fold(&text).chars().skip(from).take(len).collect();
            let whole = fold(&text);
            if let Some(needle) = Needle::new(&part) {
                let expected = whole.contains(&fold(&part));
                proptest::prop_assert_eq!(needle.is_in(&text, &mut String::new()), expected);
            }
        }
    }
}
