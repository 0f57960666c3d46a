//! Taking events away for good, and for how long the room will do.

use crate::Query;

/// Why events are taken away; the word stands in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalKind {
    /// They have been kept as long as they are to be kept.
    Retain,
    /// Somebody's events are erased.
    Erase,
}

impl RemovalKind {
    /// The word in the journal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retain => "retain",
            Self::Erase => "erase",
        }
    }
}

/// Which events are to be taken away.
#[derive(Debug, Clone, PartialEq)]
pub struct Removal {
    /// Why.
    pub kind: RemovalKind,
    /// Events that one of these finds. Cursor, limit and budget play no part.
    pub remove: Vec<Query>,
    /// Legal holds: what one of these finds stays.
    pub hold: Vec<Query>,
    /// Who wants it.
    pub actor: String,
    /// The reason given.
    pub reason: String,
}

/// What a removal takes away, or would take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Events that go.
    pub rows: u64,
    /// Events that stay only because of a legal hold.
    pub held: u64,
    /// Files of which nothing stays.
    pub dropped: u64,
    /// Files that are written anew.
    pub rewritten: u64,
    /// Bytes of these files as they were.
    pub bytes: u64,
}

/// How the store grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forecast {
    /// Events of a day, on average over the last fortnight; the latest day, which is not over, is left out.
    pub rows_per_day: u64,
    /// Bytes of a day.
    pub bytes_per_day: u64,
    /// Days that were averaged.
    pub days: u64,
    /// Days until only the reserve is left, if nothing is taken away; `None` if it cannot be told.
    pub days_left: Option<u64>,
}
