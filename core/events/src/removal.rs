//! Taking events away for good, and for how long the room will do.

use async_trait::async_trait;

use crate::{Query, StoreError};

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

/// Whoever decides that a removal may go on: asked before each step of it that cannot be undone.
///
/// Between the moment at which the holds were read and that at which a file goes, minutes may pass, and another process may have
/// taken a new hold. So the store asks, and what it is given is held until the step is made: whoever makes a hold waits for
/// that.
#[async_trait]
pub trait Guard: Send + Sync {
    /// Lets one step be made, for as long as what comes back is there.
    ///
    /// # Errors
    /// [`StoreError::Outdated`] if something was decided since the removal was made: nothing more goes by it. Any other error
    /// stops it too: what cannot be asked is not allowed.
    async fn permit(&self) -> Result<Box<dyn Permit>, StoreError>;
}

/// The right to make one step.
#[async_trait]
pub trait Permit: Send {
    /// The step is made. Dropping it does the same, later.
    async fn end(self: Box<Self>);
}

/// Nobody can decide anything else meanwhile: for tests and tools that have a store to themselves.
#[derive(Debug, Clone, Copy)]
pub struct Unguarded;

#[async_trait]
impl Guard for Unguarded {
    async fn permit(&self) -> Result<Box<dyn Permit>, StoreError> {
        Ok(Box::new(Self))
    }
}

#[async_trait]
impl Permit for Unguarded {
    async fn end(self: Box<Self>) {}
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
