//! What can be wrong with a feed, and how much of it is read.

use std::error::Error;

use crate::Format;

/// How much is read before it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole feed, unpacked.
    pub bytes: u64,
    /// Bytes of one entry: a vulnerability, a package with all it has, a definition.
    pub entry_bytes: usize,
    /// Things within things.
    pub depth: usize,
    /// Records of the whole feed.
    pub records: u64,
    /// After so many entries of which none could be read, the schema has changed.
    pub proof: u64,
}

impl Default for Limits {
    /// Enough for the largest feeds of 2026 several times over.
    fn default() -> Self {
        Self { bytes: 8 << 30, entry_bytes: 64 << 20, depth: 64, records: 20_000_000, proof: 50 }
    }
}

/// What came of a feed that was read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records given.
    pub records: u64,
    /// Entries of the feed that could not be read, and were left out.
    pub skipped: u64,
    /// What was wrong with the first of them, 20 at most.
    pub first_faults: Vec<Fault>,
}

/// An entry that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it begins, in bytes from the start of the unpacked feed.
    pub at: u64,
    /// Its id, if that could be read.
    pub id: Option<String>,
    /// What was wrong, in English.
    pub what: String,
}

/// Why a feed could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It ends in the middle.
    #[error("read feed {format}: it ends in the middle, after byte {at}; fetch it again")]
    Cut {
        /// As what it was read.
        format: Format,
        /// How many bytes there were.
        at: u64,
    },
    /// It is not of this format.
    #[error("read feed {format}: expected {expected} at byte {at}; check that the address gives this format")]
    NotThis {
        /// As what it was read.
        format: Format,
        /// Where, in bytes.
        at: u64,
        /// What should stand there.
        expected: String,
    },
    /// It is of this format, but what must be there is missing throughout.
    #[error("read feed {format}: `{missing}` is missing throughout; its publisher may have changed the format")]
    Changed {
        /// As what it was read.
        format: Format,
        /// What must be there.
        missing: String,
    },
    /// It goes over a limit.
    #[error("read feed {format}: more than {limit} {what} at byte {at}; refused")]
    TooMuch {
        /// As what it was read.
        format: Format,
        /// Where, in bytes.
        at: u64,
        /// Of what there is too much.
        what: &'static str,
        /// How much there may be.
        limit: u64,
    },
    /// It declares a document type. No feed needs one, and entities are a way to make a small file large.
    #[error("read feed {format}: it declares a document type (DTD) at byte {at}; refused, no feed needs one")]
    DocumentType {
        /// As what it was read.
        format: Format,
        /// Where, in bytes.
        at: u64,
    },
    /// The input failed.
    #[error("read feed {format}: cannot read on after byte {at}")]
    Input {
        /// As what it was read.
        format: Format,
        /// Where, in bytes.
        at: u64,
        /// Why.
        source: std::io::Error,
    },
    /// The one who is given the records said stop.
    #[error("read feed {format}: stopped by its reader")]
    Stopped {
        /// As what it was read.
        format: Format,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Said by the one who is given records: no more. Any error becomes one with `?`.
#[derive(Debug)]
pub struct Stop(pub Box<dyn Error + Send + Sync>);

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Stop {
    fn from(why: E) -> Self {
        Self(why.into())
    }
}
