//! How an embedded store is to behave.

use std::{num::NonZero, path::PathBuf, sync::Arc, time::Duration};

use yagura_vocabulary::{Clock, SystemClock};

#[cfg(any(test, feature = "failpoints"))]
use super::failpoint::FailPoints;
use super::{
    manifest::{Notary, Seal},
    wal::{RealDisk, WalDisk},
};

/// How an embedded store is to behave. The defaults suit 1,000 endpoints on a small server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The store's directory; made if missing. One process at a time.
    pub dir: PathBuf,
    /// A memtable is written to a segment when it has this many events,
    pub flush_rows: usize,
    /// or takes about this many bytes of memory,
    pub flush_bytes: usize,
    /// or this time has gone by.
    pub flush_every: Duration,
    /// Appends are refused while more events than this wait to be written to segments.
    pub max_memory_rows: usize,
    /// Appends are refused while the waiting events take more bytes than this.
    pub max_memory_bytes: usize,
    /// How long a group commit waits for more callers, when there were several the last time.
    pub linger: Duration,
    /// A group commit does not wait for more when it has this many bytes.
    pub group_bytes: usize,
    /// Appends are refused while the file system has fewer free bytes than this, so that what is in memory can still be
    /// written to segments.
    pub reserve_bytes: u64,
    /// How often a log that could not be written is tried again while nobody appends.
    pub probe_every: Duration,
    /// How many searches run at the same time.
    pub concurrent_searches: usize,
    /// How many histograms and facets are counted at the same time, apart from searches: they take long, and the rows of a page
    /// are what somebody waits for.
    pub concurrent_surveys: usize,
    /// How many neighbouring segments of like size are merged into one.
    pub merge_fan_in: usize,
    /// A merge makes no segment of more events than this.
    pub merge_max_rows: u64,
    /// Whether days that are over are put in order by themselves, and not only when `compact` is called.
    pub order_days: bool,
    /// A day file has no more events than this.
    pub day_file_rows: u64,
    /// What time manifests say it is.
    pub clock: Arc<dyn Clock>,
    /// Signs manifests; without it they are chained, but anybody could have written them.
    pub seal: Option<Arc<dyn Seal>>,
    /// Where the write-ahead log is written; a test puts a disk here whose power can be cut.
    pub disk: Arc<dyn WalDisk>,
    /// Where a test stops the store.
    #[cfg(any(test, feature = "failpoints"))]
    pub fail_points: FailPoints,
}

impl Options {
    /// The defaults, for a store in `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            flush_rows: 65_536,
            flush_bytes: 64 << 20,
            flush_every: Duration::from_mins(5),
            max_memory_rows: 262_144,
            max_memory_bytes: 256 << 20,
            linger: Duration::from_millis(5),
            group_bytes: 1 << 20,
            reserve_bytes: 256 << 20,
            probe_every: Duration::from_secs(5),
            concurrent_searches: std::thread::available_parallelism().map_or(1, NonZero::get),
            concurrent_surveys: std::thread::available_parallelism().map_or(1, |n| n.get().div_ceil(2)),
            merge_fan_in: 8,
            merge_max_rows: 1 << 20,
            order_days: true,
            day_file_rows: 8 << 20,
            clock: Arc::new(SystemClock),
            seal: None,
            disk: Arc::new(RealDisk),
            #[cfg(any(test, feature = "failpoints"))]
            fail_points: FailPoints::default(),
        }
    }

    pub(crate) fn notary(&self) -> Notary {
        Notary { clock: self.clock.clone(), seal: self.seal.clone() }
    }
}
