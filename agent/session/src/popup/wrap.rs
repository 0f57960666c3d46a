//! Text in lines: Japanese breaks between any two characters but where custom forbids it, English between words.

/// May not begin a line (the common part of JIS X 4051's kinsoku).
const NOT_FIRST: &str =
    "、。，．・：；？！ー）］｝」』】〉》〕”’ゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.:;?!)]}%％";
/// May not end a line.
const NOT_LAST: &str = "（［｛「『【〈《〔“‘([{";

/// Cuts `text` into lines that are at most `room` wide; `advance` tells how wide a character is. Line breaks are kept.
pub(crate) fn wrap(text: &str, room: f32, advance: impl Fn(char) -> f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let characters: Vec<char> =
            paragraph.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !c.is_control()).collect();
        let mut rest = &characters[..];
        loop {
            let fitting = fitting(rest, room, &advance);
            if fitting == rest.len() {
                lines.push(rest.iter().collect());
                break;
            }
            let cut = (1..=fitting).rev().find(|place| may_break(rest[place - 1], rest[*place])).unwrap_or(fitting);
            lines.push(rest[..cut].iter().collect::<String>().trim_end().to_owned());
            rest = &rest[cut..];
            while let [' ', others @ ..] = rest {
                rest = others;
            }
        }
    }
    lines
}

/// Whether a title cut like this reads well: no line ends between kanji and what belongs to it (kanji or hiragana), and
/// the last has more than two characters.
pub(crate) fn reads_well(lines: &[String]) -> bool {
    let kanji = |character: char| matches!(character, '\u{3400}'..='\u{9FFF}');
    let hiragana = |character: char| matches!(character, '\u{3041}'..='\u{309F}');
    let torn = |pair: &[String]| {
        pair[0].chars().next_back().is_some_and(kanji) && pair[1].starts_with(|next| kanji(next) || hiragana(next))
    };
    let lonely = lines.len() > 1 && lines.last().is_some_and(|line| line.chars().count() < 3);
    !lonely && !lines.windows(2).any(torn)
}

/// How many characters fit, at least one.
fn fitting(characters: &[char], room: f32, advance: impl Fn(char) -> f32) -> usize {
    let mut used = 0.0;
    let fits = characters.iter().take_while(|character| {
        used += advance(**character);
        used <= room
    });
    fits.count().max(1).min(characters.len())
}

fn may_break(before: char, after: char) -> bool {
    if NOT_FIRST.contains(after) || NOT_LAST.contains(before) {
        return false;
    }
    before == ' ' || after == ' ' || is_wide(before) || is_wide(after)
}

/// Kana, kanji and full-width forms.
fn is_wide(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wide characters are two wide, others one.
    fn check(text: &str, room: f32, expected: &[&str]) {
        assert_eq!(wrap(text, room, |c| if is_wide(c) { 2.0 } else { 1.0 }), expected);
    }

    #[test]
    fn japanese_breaks_anywhere_but_not_before_a_full_stop_or_after_a_bracket() {
        check("電源を切ってください", 8.0, &["電源を", "切ってく", "ださい"]);
        check("電源切る。次", 8.0, &["電源切", "る。次"]);
        check("今日は「停電」", 8.0, &["今日は", "「停電」"]);
    }

    #[test]
    fn english_breaks_between_words_and_long_words_are_cut() {
        check("please save your work", 11.0, &["please save", "your work"]);
        check("aaaaaaaaaaaa", 5.0, &["aaaaa", "aaaaa", "aa"]);
    }

    #[test]
    fn a_title_reads_well_without_torn_words_and_lonely_syllables() {
        let check = |lines: &[&str]| reads_well(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
        assert!(check(&["今夜18時から"]));
        assert!(check(&["電源工事で", "停電します"]));
        assert!(!check(&["電", "源工事で"]));
        assert!(!check(&["停電", "します"]));
        assert!(!check(&["停電しま", "す"]));
    }

    #[test]
    fn line_breaks_are_kept() {
        check("a\n\nb", 5.0, &["a", "", "b"]);
        check("", 5.0, &[]);
    }
}
