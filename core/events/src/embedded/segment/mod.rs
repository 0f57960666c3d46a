//! Segments: immutable Parquet files, each of one UTC day of `received_at`, as they came or sorted into a day file.

mod cache;
mod companion;
mod index;
mod pages;
mod probe;
mod read;
mod rollup;
mod scan;
mod write;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use uuid::Uuid;
use yagura_text_index::{Blocks, Wanted};

pub(crate) use cache::Caches;
pub(crate) use companion::{INDEX, ROLLUP};
pub(crate) use index::wanted;
pub(crate) use read::Opened;
pub(crate) use rollup::{Cell, HOUR, Rollup};
pub(crate) use write::{Arrangement, SegmentWriter, write_days};

use super::memtable::Extent;

/// The directory of segments; its name is the version of their layout.
pub(crate) const LAYOUT: &str = "v1";

/// What the catalogue says of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: Uuid,
    /// Below the store's directory.
    pub(crate) path: String,
    /// UTC day of `received_at`, `YYYY-MM-DD`.
    pub(crate) day: String,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) extent: Extent,
    /// Whether it is a day file: its rows are in the order of (hour of `occurred_at`, endpoint, `occurred_at`, id).
    pub(crate) sorted: bool,
    pub(crate) companions: Vec<Companion>,
}

/// A file beside a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Companion {
    /// Its name is the segment's with this ending.
    pub(crate) ending: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

impl Entry {
    /// The files that belong to it, below the store's directory, with their lengths.
    pub(crate) fn files(&self) -> impl Iterator<Item = (String, u64)> {
        let companion = |of: &Companion| (self.companion_path(&of.ending), of.bytes);
        [(self.path.clone(), self.bytes)].into_iter().chain(self.companions.iter().map(companion))
    }

    fn companion_path(&self, ending: &str) -> String {
        Path::new(&self.path).with_extension(ending).to_string_lossy().into_owned()
    }

    /// The bytes of all its files.
    pub(crate) fn all_bytes(&self) -> u64 {
        self.files().map(|(_, bytes)| bytes).sum()
    }
}

/// A segment that can be read as long as it is held, even after it has been merged into another.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) entry: Entry,
    pub(crate) path: PathBuf,
    doomed: AtomicBool,
}

impl Segment {
    pub(crate) fn new(dir: &Path, entry: Entry) -> Self {
        Self { path: dir.join(&entry.path), entry, doomed: AtomicBool::new(false) }
    }

    /// The blocks that can have what is wanted, by its index; `None` if that cannot tell.
    pub(crate) fn candidates(&self, wanted: &Wanted, caches: &Caches) -> Option<Blocks> {
        if wanted.is_all() {
            return None;
        }
        let index = caches.index(self)?;
        let found = index.candidates(wanted);
        found.inspect_err(|error| caches.forget_index(self, error)).ok()
    }

    /// The catalogue no longer knows it: its file goes with its last reader.
    pub(crate) fn doom(&self) {
        self.doomed.store(true, Ordering::Relaxed);
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        if !self.doomed.load(Ordering::Relaxed) {
            return;
        }
        let companions = self.entry.companions.iter().map(|companion| self.path.with_extension(&companion.ending));
        // The segment goes last: without it, nothing tells of companions that are left behind.
        for path in companions.chain([self.path.clone()]) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(path = %path.display(), %error, "cannot remove a merged segment; the next start will");
                }
                _ => {}
            }
        }
    }
}
