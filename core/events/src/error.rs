//! What can go wrong, in words that name the action and the object.

use std::{path::Path, path::PathBuf, time::Duration};

/// Why an append stored nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// A batch contradicts itself; sending it again will not help.
    #[error("batch {index} of the call is not well formed: {reason}")]
    Invalid {
        /// Which batch, from 0.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The store takes nothing now because something has filled up.
    #[error("the event store is full: {reason}")]
    Full {
        /// What filled up.
        reason: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// The store could not make the batch durable.
    #[error("the event store is unavailable: {reason}")]
    Unavailable {
        /// What failed.
        reason: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// The store has been closed.
    #[error("the event store is closed")]
    Closed,
}

/// Why the store could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The cursor was not made by this store.
    #[error("`{0}` is not a cursor of this search: leave it out to begin with the newest event")]
    Cursor(String),
    /// The cursor belongs to a search in another order.
    #[error("the cursor belongs to a search ordered by {cursor}, not by {query}")]
    CursorOrder {
        /// The order of the search that made it.
        cursor: &'static str,
        /// The order of this search.
        query: &'static str,
    },
    /// The bounds of a histogram contradict each other.
    #[error("the bounds of a histogram must rise")]
    Bounds,
    /// The feed cursor lies after everything that was ever stored here: the store was put back to an older state.
    #[error("feed position {after} is after the last stored position {head}")]
    FeedAhead {
        /// What was asked for.
        after: u64,
        /// The last stored position.
        head: u64,
    },
    /// A file operation failed.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A Parquet file could not be written or read.
    #[error("cannot {action} {}: {source}", path.display())]
    Segment {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: parquet::errors::ParquetError,
    },
    /// The catalogue failed.
    #[error("cannot {action} in the catalogue of segments: {source}")]
    Catalogue {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        source: sqlx::Error,
    },
    /// ClickHouse failed, or cannot be reached.
    #[error("cannot {action} in ClickHouse: {reason}")]
    Remote {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        reason: String,
    },
    /// The control plane's database failed.
    #[error("cannot {action} in the control plane's database: {reason}")]
    Control {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        reason: String,
    },
    /// What is in memory could not be written to segments.
    #[error("cannot write events to segments now: {0}")]
    Flush(String),
    /// Rewriting segments found another number of rows than there should be; nothing was changed.
    #[error("cannot rewrite segments: {expected} events should be in them, {found} were found")]
    Compaction {
        /// How many the catalogue says.
        expected: u64,
        /// How many were read.
        found: u64,
    },
    /// Another process has the store open.
    #[error("the event store in {} is in use by another process", .0.display())]
    Locked(PathBuf),
    /// Something was decided since the removal was made; it must be made anew.
    #[error("the removal is not what it would be now: {0}")]
    Outdated(&'static str),
    /// A test stopped the store.
    #[error(transparent)]
    FailPoint(#[from] crate::embedded::StoppedAtFailPoint),
    /// A background task of the store ended before it answered.
    #[error("the event store stopped before it answered")]
    Stopped,
}

impl StoreError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    pub(crate) fn segment(action: &'static str, path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Segment { action, path, source }
    }

    pub(crate) fn catalogue(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Catalogue { action, source }
    }
}
