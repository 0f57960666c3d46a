//! Feeds of lines.

use std::io::BufRead;

use super::{Feed, Input};
use crate::ReadError;

/// The lines of a feed, each with its place. A last line without its end is a feed that was cut.
pub(crate) struct Lines<R> {
    input: Input<R>,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R, feed: &Feed<'_>) -> Self {
        Self { input: Input::new(input, feed.format, feed.limits), line: Vec::new() }
    }

    /// The next line without its end, and where it begins; none after the last.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &[u8])>, ReadError> {
        self.input.mark();
        self.line.clear();
        let at = self.input.at();
        loop {
            let bytes = self.input.fill()?;
            if bytes.is_empty() {
                return if self.line.is_empty() { Ok(None) } else { Err(self.input.cut()) };
            }
            let end = memchr::memchr(b'\n', bytes);
            let length = end.map_or(bytes.len(), |end| end + 1);
            self.line.extend_from_slice(&bytes[..length]);
            self.input.consume(length);
            if end.is_some() {
                return Ok(Some((at, self.line.trim_ascii())));
            }
        }
    }

    pub(crate) fn cut(&self) -> ReadError {
        self.input.cut()
    }

    pub(crate) fn not_this(&self, expected: &str) -> ReadError {
        self.input.not_this(expected)
    }
}
