//! How wide a text is, and what of it fits.

/// Widths of Helvetica's letters from space to tilde, in thousandths of its size (Adobe's metrics).
const LATIN: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// Letters that follow one another in one font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Run {
    /// Of Helvetica, one byte each.
    Latin(Vec<u8>),
    /// Of the Japanese font, UTF-16 with the higher byte first.
    Japanese(Vec<u8>),
}

/// Whether Helvetica draws it. Its other letters have other codes than Unicode's, so they are left to the Japanese font.
const fn is_latin(letter: char) -> bool {
    matches!(letter, ' '..='~')
}

/// The width of a letter, in sizes of its font.
fn width_of(letter: char) -> f32 {
    match letter {
        ' '..='~' => f32::from(LATIN[letter as usize - 32]) / 1000.0,
        // Half-width katakana.
        '\u{ff61}'..='\u{ff9f}' => 0.5,
        _ => 1.0,
    }
}

/// The width of a text, in sizes of its font. Bold letters are a little wider.
pub(super) fn width(text: &str, bold: bool) -> f32 {
    let factor = if bold { 1.07 } else { 1.0 };
    text.chars().map(|letter| if is_latin(letter) { width_of(letter) * factor } else { width_of(letter) }).sum()
}

/// The text without what cannot be drawn, in runs of one font.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if is_latin(letter) {
            match runs.last_mut() {
                Some(Run::Latin(bytes)) => bytes.push(letter as u8),
                _ => runs.push(Run::Latin(vec![letter as u8])),
            }
        } else {
            let mut units = [0; 2];
            let bytes = letter.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes());
            match runs.last_mut() {
                Some(Run::Japanese(known)) => known.extend(bytes),
                _ => runs.push(Run::Japanese(bytes.collect())),
            }
        }
    }
    runs
}

/// The text in at most `most` lines no wider than `room`, in sizes of the font; what does not fit ends in an ellipsis.
pub(super) fn lines(text: &str, bold: bool, room: f32, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: &str = text.trim();
    while !rest.is_empty() && lines.len() < most {
        let end = fitting(rest, bold, room);
        if end == rest.len() {
            lines.push(rest.to_owned());
            return lines;
        }
        if lines.len() + 1 == most {
            let end = fitting(rest, bold, room - 1.0);
            lines.push(format!("{}…", rest[..end].trim_end()));
            return lines;
        }
        // Between words where there are some: a name in Latin letters is not torn.
        let space = rest[..end].rfind([' ', '-', '_']).map(|at| at + 1).filter(|at| *at * 2 > end);
        let (line, after) = rest.split_at(space.unwrap_or(end));
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines
}

/// How many bytes of the text fit; at least its first letter.
fn fitting(text: &str, bold: bool, room: f32) -> usize {
    let (mut end, mut used) = (0, 0.0);
    for (at, letter) in text.char_indices() {
        used += width(letter.encode_utf8(&mut [0; 4]), bold);
        if used > room && at > 0 {
            break;
        }
        end = at + letter.len_utf8();
    }
    end
}
