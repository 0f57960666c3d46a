//! The bytes of a feed: where they are, and how many there may be.

use std::io::{self, BufRead, Read};

use crate::{Format, Limits, ReadError};

/// The input, counted.
pub(crate) struct Input<R> {
    inner: R,
    format: Format,
    at: u64,
    /// Where the entry began that is being read.
    mark: u64,
    most: u64,
    most_of_entry: u64,
}

/// Goes through `io::Error`, which is all that a `BufRead` may say.
#[derive(Debug, thiserror::Error)]
#[error("more than {limit} {what}")]
struct TooMuch {
    what: &'static str,
    limit: u64,
}

impl<R: BufRead> Input<R> {
    pub(crate) fn new(inner: R, format: Format, limits: &Limits) -> Self {
        let most_of_entry = u64::try_from(limits.entry_bytes).unwrap_or(u64::MAX);
        Self { inner, format, at: 0, mark: 0, most: limits.bytes, most_of_entry }
    }

    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    /// How many bytes were read.
    pub(crate) const fn at(&self) -> u64 {
        self.at
    }

    /// What is read from here on is another entry.
    pub(crate) const fn mark(&mut self) {
        self.mark = self.at;
    }

    /// The next bytes; none at the end.
    pub(crate) fn fill(&mut self) -> Result<&[u8], ReadError> {
        let (at, format) = (self.at, self.format);
        self.fill_buf().map_err(|error| failed(format, at, error))
    }

    pub(crate) const fn cut(&self) -> ReadError {
        ReadError::Cut { format: self.format, at: self.at }
    }

    pub(crate) fn not_this(&self, expected: impl Into<String>) -> ReadError {
        ReadError::NotThis { format: self.format, at: self.at, expected: expected.into() }
    }
}

/// What an error of the input means for the feed.
pub(crate) fn failed(format: Format, at: u64, error: io::Error) -> ReadError {
    if let Some(TooMuch { what, limit }) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return ReadError::TooMuch { format, at, what, limit: *limit };
    }
    // This is what unpackers say of a packed feed that was cut.
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return ReadError::Cut { format, at };
    }
    ReadError::Input { format, at, source: error }
}

impl<R: BufRead> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let too_much = |what, limit| Err(io::Error::other(TooMuch { what, limit }));
        if self.at == 0 {
            skip_mark(&mut self.inner)?;
        }
        let (past_end, past_entry) = (self.at >= self.most, self.at - self.mark >= self.most_of_entry);
        let bytes = loop {
            match self.inner.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Asked for again below: the borrow checker cannot see that this one would do.
                Ok(bytes) => break bytes.len(),
                Err(error) => return Err(error),
            }
        };
        if bytes > 0 && past_end {
            return too_much("bytes", self.most);
        }
        if bytes > 0 && past_entry {
            return too_much("bytes in one entry", self.most_of_entry);
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.at += u64::try_from(amount).unwrap_or(u64::MAX);
        self.inner.consume(amount);
    }
}

/// The byte order mark that some publishers write before UTF-8. It is not counted.
fn skip_mark(inner: &mut impl BufRead) -> io::Result<()> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if inner.fill_buf()?.starts_with(MARK) {
        inner.consume(MARK.len());
    }
    Ok(())
}

impl<R: BufRead> Read for Input<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}
