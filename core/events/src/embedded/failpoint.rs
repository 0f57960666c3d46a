//! Places between two steps at which a test can stop the store for good, as `SIGKILL` would.

/// A place between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// A group is written to the log but not yet synced.
    AfterWalWrite,
    /// A group is synced but nobody has been told.
    AfterWalSync,
    /// A segment is written under its temporary name but not yet synced.
    BeforeSegmentSync,
    /// A segment is synced but has not got its name yet.
    BeforeRename,
    /// A segment has its name, the files beside it are not written yet.
    BeforeCompanions,
    /// The segments of a memtable have their names but are not in the catalogue.
    BeforeCatalogueCommit,
    /// The catalogue knows the segments, the log still has the same events.
    BeforeWalTrim,
    /// A merged segment has its name but is not in the catalogue.
    BeforeMergeCommit,
    /// The catalogue knows the merged segment, the merged ones still lie there.
    BeforeMergeUnlink,
    /// A day file has its name but is not in the catalogue.
    BeforeCompactionCommit,
    /// The catalogue knows the day file, the segments that it came from still lie there.
    BeforeCompactionUnlink,
    /// What stays of a segment has its name but is not in the catalogue.
    BeforeRemovalCommit,
    /// The catalogue knows what stays, the segment with the removed events still lies there.
    BeforeRemovalUnlink,
}

impl Point {
    /// Every place.
    pub const ALL: [Self; 13] = [
        Self::AfterWalWrite,
        Self::AfterWalSync,
        Self::BeforeSegmentSync,
        Self::BeforeRename,
        Self::BeforeCompanions,
        Self::BeforeCatalogueCommit,
        Self::BeforeWalTrim,
        Self::BeforeMergeCommit,
        Self::BeforeMergeUnlink,
        Self::BeforeCompactionCommit,
        Self::BeforeCompactionUnlink,
        Self::BeforeRemovalCommit,
        Self::BeforeRemovalUnlink,
    ];
}

/// The store was stopped at a fail point: it must do nothing more.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("stopped at a fail point")]
pub struct Stopped;

/// The fail points of one store; clones share them.
#[cfg(any(test, feature = "failpoints"))]
#[derive(Debug, Clone, Default)]
pub struct FailPoints(std::sync::Arc<std::sync::Mutex<Armed>>);

#[cfg(any(test, feature = "failpoints"))]
#[derive(Debug, Default)]
struct Armed {
    at: Option<(Point, u32)>,
    stopped: bool,
}

#[cfg(any(test, feature = "failpoints"))]
impl FailPoints {
    /// Stops the store when it comes to `point` for the `nth` time from now, from 1.
    pub fn arm(&self, point: Point, nth: u32) {
        self.lock().at = Some((point, nth));
    }

    /// Stops the store at the next place of any kind.
    pub fn stop(&self) {
        self.lock().stopped = true;
    }

    /// Whether the store has been stopped.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.lock().stopped
    }

    pub(crate) fn pass(&self, point: Point) -> Result<(), Stopped> {
        let mut armed = self.lock();
        if let Some((at, left)) = &mut armed.at
            && *at == point
        {
            *left = left.saturating_sub(1);
            if *left == 0 {
                armed.at = None;
                armed.stopped = true;
            }
        }
        if armed.stopped { Err(Stopped) } else { Ok(()) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Armed> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
