//! Characters with a meaning, in half and full width.

use unicode_normalization::UnicodeNormalization;

/// A place in the text that is read.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

/// The words between conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    And,
    Or,
    Not,
}

pub(crate) const fn opens(c: char) -> bool {
    matches!(c, '(' | '（')
}

pub(crate) const fn closes(c: char) -> bool {
    matches!(c, ')' | '）')
}

const fn quotes(c: char) -> bool {
    matches!(c, '"' | '＂' | '“')
}

/// Whether `c` closes what `open` began.
const fn unquotes(open: char, c: char) -> bool {
    matches!((open, c), ('“', '”') | ('"' | '＂', '"' | '＂'))
}

const fn negates(c: char) -> bool {
    matches!(c, '-' | '－')
}

fn names(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-')
}

impl<'a> Scan<'a> {
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over the next character if `wanted` holds for it.
    pub(crate) fn take(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let c = self.peek().filter(|c| wanted(*c))?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(crate) fn skip_space(&mut self) {
        while self.take(char::is_whitespace).is_some() {}
    }

    /// The keyword that stands here as a whole word.
    pub(crate) fn keyword(&self) -> Option<(Keyword, usize)> {
        let end = self.rest().find(|c: char| c.is_whitespace() || opens(c) || closes(c)).unwrap_or(self.rest().len());
        let word = &self.rest()[..end];
        if word.len() > 9 {
            return None;
        }
        let keyword = match word.nfkc().collect::<String>().as_str() {
            "AND" => Keyword::And,
            "OR" => Keyword::Or,
            "NOT" => Keyword::Not,
            _ => return None,
        };
        Some((keyword, end))
    }

    /// Steps over the sign that negates what follows; a lone one, and two of them, are text.
    pub(crate) fn negation(&mut self) -> bool {
        let mut ahead = self.clone();
        let negated = ahead.take(negates).is_some()
            && ahead.peek().is_some_and(|c| !c.is_whitespace() && !negates(c) && !closes(c));
        if negated {
            self.at = ahead.at;
        }
        negated
    }

    /// The name that stands before an operator here, with where it ends.
    pub(crate) fn name(&self) -> Option<(&'a str, usize)> {
        if !self.peek()?.is_alphabetic() {
            return None;
        }
        let rest = self.rest();
        let end = rest.find(|c| !names(c))?;
        Some((&rest[..end], self.at + end))
    }

    /// A text in quotation marks, in which a doubled one stands for itself; `Err` if it is not closed.
    pub(crate) fn quoted(&mut self) -> Option<Result<String, ()>> {
        let open = self.take(quotes)?;
        let mut text = String::new();
        while let Some(c) = self.take(|_| true) {
            if !unquotes(open, c) {
                text.push(c);
            } else if let Some(again) = self.take(|next| unquotes(open, next)) {
                text.push(again);
            } else {
                return Some(Ok(text));
            }
        }
        Some(Err(()))
    }

    /// A word up to the next space or a parenthesis that closes more than the word opened.
    pub(crate) fn word(&mut self) -> &'a str {
        let from = self.at;
        let mut depth = 0usize;
        while let Some(c) = self.peek() {
            if c.is_whitespace() || (closes(c) && depth == 0) {
                break;
            }
            depth = if opens(c) { depth + 1 } else { depth - usize::from(closes(c)) };
            self.at += c.len_utf8();
        }
        &self.text[from..self.at]
    }
}
