//! Segments: immutable Parquet files, each of one UTC day of `received_at`, in the order of positions.

mod probe;
mod read;
mod write;

use std::{
    collections::HashMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
    file::metadata::PageIndexPolicy,
};
use uuid::Uuid;

pub(crate) use read::Opened;
pub(crate) use write::{SegmentWriter, write_days};

use super::memtable::Extent;
use crate::StoreError;

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

    /// The catalogue no longer knows it: its file goes with its last reader.
    pub(crate) fn doom(&self) {
        self.doomed.store(true, Ordering::Relaxed);
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        if self.doomed.load(Ordering::Relaxed)
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove a merged segment; the next start will");
        }
    }
}

/// Footers and page indexes of the segments read last.
#[derive(Debug, Default)]
pub(crate) struct MetadataCache {
    read: Mutex<HashMap<Uuid, (u64, ArrowReaderMetadata)>>,
    clock: AtomicU64,
}

/// How many are kept. One takes 100 kB or so.
const CACHED: usize = 256;

impl MetadataCache {
    fn load(&self, segment: &Segment, file: &File) -> Result<ArrowReaderMetadata, StoreError> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let id = segment.entry.id;
        if let Some((used, metadata)) = self.lock().get_mut(&id) {
            *used = now;
            return Ok(metadata.clone());
        }
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(file, options)
            .map_err(StoreError::segment("read the footer of", &segment.path))?;
        let mut read = self.lock();
        if read.len() >= CACHED
            && let Some(oldest) = read.iter().min_by_key(|(_, (used, _))| *used).map(|(id, _)| *id)
        {
            read.remove(&oldest);
        }
        read.insert(id, (now, metadata.clone()));
        Ok(metadata)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, (u64, ArrowReaderMetadata)>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
