//! Patterns for paths.

/// How paths are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// `\` separates names as `/` does.
    pub backslash: bool,
    /// What lies below a path that fits, fits too; a slash at the pattern's end says nothing.
    pub below: bool,
}

impl Reading {
    /// Paths of a machine itself, each for itself.
    pub const AS_WRITTEN: Self = Self { backslash: false, below: false };
    /// Folded paths of any system, with what lies below them. Pattern and path are to be folded by whoever asks.
    pub const FOLDED: Self = Self { backslash: true, below: true };

    const fn is_slash(self, letter: char) -> bool {
        letter == '/' || self.backslash && letter == '\\'
    }
}

/// Whether `path` fits `pattern`, asked once.
///
/// Nearly all patterns are a path, a folder with what is below, or a folder of some name anywhere: these are quick.
#[must_use]
pub fn fits(pattern: &str, path: &str, reading: Reading) -> bool {
    if reading == Reading::AS_WRITTEN {
        let plain = |text: &str| !text.contains(['*', '?']);
        if plain(pattern) {
            return pattern == path;
        }
        if let Some(head) = pattern.strip_suffix("**").filter(|head| plain(head)) {
            return path.starts_with(head);
        }
    }
    PathPattern::new(pattern, reading).fits(path)
}

/// A pattern made ready. `?` is one character and `*` any number, both within a folder's name; `**` is any text, and a whole `**/`, at
/// the beginning or after a slash, any folders or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    pieces: Vec<Piece>,
    reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Letter(char),
    /// One character of a name.
    One,
    /// Any of a name.
    Some,
    /// Anything.
    All,
    /// Here folders may begin, or be left out with the next piece.
    Folders,
    /// Any folders, up to the end of the last.
    Within,
}

impl PathPattern {
    /// Makes a pattern ready. Every text is one.
    #[must_use]
    pub fn new(pattern: &str, reading: Reading) -> Self {
        let mut pieces = Vec::new();
        let is_slash = |letter: char| reading.is_slash(letter);
        let pattern = if reading.below { pattern.trim_end_matches(is_slash) } else { pattern };
        let mut letters = pattern.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '?' => pieces.push(Piece::One),
                '*' if letters.next_if_eq(&'*').is_some() => {
                    while letters.next_if_eq(&'*').is_some() {}
                    let begins = matches!(pieces.last(), None | Some(Piece::Letter('/') | Piece::Within));
                    if begins && letters.next_if(|letter| is_slash(*letter)).is_some() {
                        pieces.extend([Piece::Folders, Piece::Within]);
                    } else {
                        pieces.push(Piece::All);
                    }
                }
                '*' => pieces.push(Piece::Some),
                letter => pieces.push(Piece::Letter(if is_slash(letter) { '/' } else { letter })),
            }
        }
        Self { pieces, reading }
    }

    /// Whether a path fits. Takes time in proportion to the product of the two lengths at worst.
    #[must_use]
    pub fn fits(&self, path: &str) -> bool {
        let pieces = &self.pieces;
        let end = pieces.len();
        // `reached[n]`: the first n pieces can stand for what was read so far.
        let mut reached = vec![false; end + 1];
        let mut next = vec![false; end + 1];
        reached[0] = true;
        self.skip_empty(&mut reached);
        for letter in path.chars() {
            let letter = if self.reading.is_slash(letter) { '/' } else { letter };
            if self.reading.below && letter == '/' && reached[end] {
                return true;
            }
            next.fill(false);
            for (at, piece) in pieces.iter().enumerate().filter(|(at, _)| reached[*at]) {
                match piece {
                    Piece::Letter(expected) => next[at + 1] |= *expected == letter,
                    Piece::One => next[at + 1] |= letter != '/',
                    Piece::Some => next[at] |= letter != '/',
                    Piece::All => next[at] = true,
                    Piece::Folders => {}
                    Piece::Within => {
                        next[at] = true;
                        next[at + 1] |= letter == '/';
                    }
                }
            }
            self.skip_empty(&mut next);
            std::mem::swap(&mut reached, &mut next);
        }
        reached[end]
    }

    /// Goes on past what may stand for nothing.
    fn skip_empty(&self, reached: &mut [bool]) {
        for (at, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Some | Piece::All if reached[at] => reached[at + 1] = true,
                Piece::Folders if reached[at] => (reached[at + 1], reached[at + 2]) = (true, true),
                _ => {}
            }
        }
    }
}

/// The pieces of a pattern that every path which fits has in it.
pub fn words(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split(['*', '?', '/', '\\']).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests;
