//! Large JSON, taken apart without ever being whole in memory.
//!
//! `serde_json` can read the elements of an array one by one, but it stops for good at the first one that does not fit
//! its type. Here only the outline is read: where a value begins and ends. The value's bytes go to `serde_json`
//! then, so a bad one costs nothing but itself, is bounded in size and depth, and has a place for the message.

use std::io::BufRead;

use memchr::memchr2;
use serde::de::DeserializeOwned;

use super::{Feed, Input, Wrong};
use crate::ReadError;

/// A cursor over JSON.
pub(crate) struct Json<R> {
    input: Input<R>,
    depth: usize,
    buffer: Vec<u8>,
}

/// An entry's bytes as a type.
pub(crate) fn typed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Wrong> {
    serde_json::from_slice(bytes).map_err(|error| Wrong::bad(error.to_string()))
}

impl<R: BufRead> Json<R> {
    pub(crate) fn new(input: R, feed: &Feed<'_>) -> Self {
        Self { input: Input::new(input, feed.format, feed.limits), depth: feed.limits.depth, buffer: Vec::new() }
    }

    /// Where the cursor is, in bytes.
    pub(crate) const fn at(&self) -> u64 {
        self.input.at()
    }

    /// The first byte of what comes next; none at the end.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let bytes = self.input.fill()?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let next = bytes.get(blank).copied();
            self.input.consume(blank);
            // Blanks belong to no entry, or those between two would count for the one before.
            self.input.mark();
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Walks an object: `each` is given a name and must take the value ([`Self::value`], [`Self::skip`], …).
    pub(crate) fn object(
        &mut self,
        mut each: impl FnMut(&mut Self, &str) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.list(b'{', b'}', |json| {
            if json.peek()? != Some(b'"') {
                return Err(json.unexpected("a name in quotes"));
            }
            let at = json.at();
            let Ok(name) = serde_json::from_slice::<String>(json.value()?) else {
                return Err(ReadError::NotThis { format: json.format(), at, expected: "a name".to_owned() });
            };
            json.expect(b':')?;
            json.peek()?;
            each(json, &name)
        })
    }

    /// Walks an array: `each` must take the element.
    pub(crate) fn array(&mut self, each: impl FnMut(&mut Self) -> Result<(), ReadError>) -> Result<(), ReadError> {
        self.list(b'[', b']', each)
    }

    fn list(
        &mut self,
        open: u8,
        close: u8,
        mut each: impl FnMut(&mut Self) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.expect(open)?;
        if self.peek()? == Some(close) {
            return self.expect(close);
        }
        loop {
            each(self)?;
            match self.peek()? {
                Some(b',') => self.expect(b',')?,
                _ => return self.expect(close),
            }
            // The place of an element is its first byte, not the blanks before.
            self.peek()?;
        }
    }

    /// The bytes of the value that comes next.
    pub(crate) fn value(&mut self) -> Result<&[u8], ReadError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let done = self.pass(|bytes| buffer.extend_from_slice(bytes));
        self.buffer = buffer;
        done.map(|()| self.buffer.as_slice())
    }

    /// Leaves out the value that comes next.
    pub(crate) fn skip(&mut self) -> Result<(), ReadError> {
        self.pass(|_| ())
    }

    /// Nothing but blanks may follow.
    pub(crate) fn end(&mut self) -> Result<(), ReadError> {
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    /// What to say when something else stands here: that the feed ends, or that it is another.
    pub(crate) fn unexpected(&mut self, expected: &str) -> ReadError {
        match self.peek() {
            Ok(None) => self.input.cut(),
            Ok(Some(_)) => self.input.not_this(expected),
            Err(error) => error,
        }
    }

    const fn format(&self) -> crate::Format {
        self.input.format()
    }

    fn expect(&mut self, byte: u8) -> Result<(), ReadError> {
        if self.peek()? != Some(byte) {
            return Err(self.unexpected(&format!("`{}`", char::from(byte))));
        }
        self.input.consume(1);
        Ok(())
    }

    fn pass(&mut self, mut take: impl FnMut(&[u8])) -> Result<(), ReadError> {
        match self.peek()? {
            Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {}
            _ => return Err(self.unexpected("a value")),
        }
        let mut outline = Outline::default();
        loop {
            let bytes = self.input.fill()?;
            if bytes.is_empty() {
                // A bare number may end with the feed; everything else says itself where it ends.
                return if outline.is_bare { Ok(()) } else { Err(self.input.cut()) };
            }
            let (length, ended) = outline.follow(bytes);
            take(&bytes[..length]);
            self.input.consume(length);
            if outline.deepest > self.depth {
                let limit = u64::try_from(self.depth).unwrap_or(u64::MAX);
                let (format, at) = (self.format(), self.at());
                return Err(ReadError::TooMuch { format, at, what: "things within things", limit });
            }
            if ended {
                return Ok(());
            }
        }
    }
}

/// How far a value goes.
#[derive(Default)]
struct Outline {
    depth: usize,
    deepest: usize,
    in_text: bool,
    is_escaped: bool,
    /// A number, `true`, `false` or `null`, by itself.
    is_bare: bool,
}

impl Outline {
    /// How many of the bytes belong to the value, and whether it ends with them.
    fn follow(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < bytes.len() {
            if self.in_text {
                if self.is_escaped {
                    self.is_escaped = false;
                    at += 1;
                    continue;
                }
                let Some(next) = memchr2(b'"', b'\\', &bytes[at..]) else { return (bytes.len(), false) };
                at += next + 1;
                if bytes[at - 1] == b'\\' {
                    self.is_escaped = true;
                } else {
                    self.in_text = false;
                    if self.depth == 0 {
                        return (at, true);
                    }
                }
                continue;
            }
            match bytes[at] {
                b',' | b':' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return (at, true),
                b'"' => self.in_text = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                _ => self.is_bare |= self.depth == 0,
            }
            at += 1;
        }
        (bytes.len(), false)
    }
}
