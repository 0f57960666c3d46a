//! What was read of segments' footers and companions, kept while it is used and as long as there is room.

use std::{
    collections::HashMap,
    fs::File,
    io,
    ops::Range,
    os::unix::fs::FileExt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use parquet::{
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
    file::metadata::PageIndexPolicy,
};
use uuid::Uuid;
use yagura_text_index::{BLOCK_ROWS, Blocks, Index, IndexError, Wanted};

use super::{INDEX, ROLLUP, Rollup, Segment};
use crate::StoreError;

/// Bytes of footers and page indexes that are kept.
const METADATA_BYTES: usize = 128 << 20;
/// Bytes of index directories that are kept.
const INDEX_BYTES: usize = 32 << 20;
/// Bytes of counts that are kept.
const ROLLUP_BYTES: usize = 32 << 20;

/// What was read of the segments that were asked last.
#[derive(Debug)]
pub(crate) struct Caches {
    metadata: Cache<ArrowReaderMetadata>,
    indexes: Cache<Option<Arc<OpenIndex>>>,
    rollups: Cache<Option<Arc<Rollup>>>,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            metadata: Cache::new(METADATA_BYTES),
            indexes: Cache::new(INDEX_BYTES),
            rollups: Cache::new(ROLLUP_BYTES),
        }
    }
}

impl Caches {
    /// The footer and the page indexes of a segment.
    pub(super) fn metadata(&self, segment: &Segment, file: &File) -> Result<ArrowReaderMetadata, StoreError> {
        self.metadata.get(segment.entry.id, || {
            let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
            let metadata = ArrowReaderMetadata::load(file, options)
                .map_err(StoreError::segment("read the footer of", &segment.path))?;
            let bytes = metadata.metadata().memory_size();
            Ok((metadata, bytes))
        })
    }

    /// The text index of a segment, if it has a sound one.
    pub(super) fn index(&self, segment: &Segment) -> Option<Arc<OpenIndex>> {
        let load = || match OpenIndex::open(segment) {
            Ok(index) => {
                let bytes = index.as_ref().map_or(0, |index| index.index.memory());
                Ok((index.map(Arc::new), bytes))
            }
            Err(error) => {
                warn(segment, INDEX, &error);
                Ok::<_, StoreError>((None, 0))
            }
        };
        self.indexes.get(segment.entry.id, load).ok().flatten()
    }

    /// The index of a segment has been found unsound: it is not asked again.
    pub(super) fn forget_index(&self, segment: &Segment, error: &IndexError) {
        warn(segment, INDEX, error);
        self.indexes.put(segment.entry.id, None, 0);
    }

    /// The counts of a segment, if it has sound ones.
    pub(crate) fn rollup(&self, segment: &Segment) -> Option<Arc<Rollup>> {
        let load = || {
            let companion = segment.entry.companions.iter().find(|companion| companion.ending == ROLLUP);
            let path = segment.path.with_extension(ROLLUP);
            let rollup = companion.and_then(|_| match std::fs::read(&path) {
                Ok(bytes) => Rollup::read(&bytes).or_else(|| {
                    warn(segment, ROLLUP, &"its counts are not sound");
                    None
                }),
                Err(error) => {
                    warn(segment, ROLLUP, &error);
                    None
                }
            });
            let bytes = rollup.as_ref().map_or(0, Rollup::memory);
            Ok::<_, StoreError>((rollup.map(Arc::new), bytes))
        };
        self.rollups.get(segment.entry.id, load).ok().flatten()
    }
}

fn warn(segment: &Segment, ending: &str, error: &dyn std::fmt::Display) {
    let path = segment.path.with_extension(ending);
    tracing::warn!(path = %path.display(), %error, "cannot use a file beside a segment; the segment itself is read instead");
}

/// An index whose file is open.
#[derive(Debug)]
pub(crate) struct OpenIndex {
    index: Index,
    file: File,
}

impl OpenIndex {
    fn open(segment: &Segment) -> Result<Option<Self>, IndexError> {
        let Some(companion) = segment.entry.companions.iter().find(|companion| companion.ending == INDEX) else {
            return Ok(None);
        };
        let file = File::open(segment.path.with_extension(INDEX))?;
        let index = Index::open(companion.bytes, &mut |range| read(&file, range))?;
        if index.blocks() as u64 != segment.entry.rows.div_ceil(BLOCK_ROWS as u64) {
            return Err(IndexError::Unsound("it tells about other rows"));
        }
        Ok(Some(Self { index, file }))
    }

    pub(super) fn candidates(&self, wanted: &Wanted) -> Result<Blocks, IndexError> {
        self.index.candidates(wanted, &mut |range| read(&self.file, range))
    }
}

fn read(file: &File, range: Range<u64>) -> io::Result<Vec<u8>> {
    let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, range.start)?;
    Ok(bytes)
}

/// Values by segment, up to so many bytes; the one that was used longest ago goes first.
#[derive(Debug)]
struct Cache<T> {
    kept: Mutex<Kept<T>>,
    clock: AtomicU64,
    room: usize,
}

#[derive(Debug)]
struct Kept<T> {
    values: HashMap<Uuid, (u64, usize, T)>,
    bytes: usize,
}

impl<T: Clone> Cache<T> {
    fn new(room: usize) -> Self {
        Self { kept: Mutex::new(Kept { values: HashMap::new(), bytes: 0 }), clock: AtomicU64::new(0), room }
    }

    fn get(&self, id: Uuid, load: impl FnOnce() -> Result<(T, usize), StoreError>) -> Result<T, StoreError> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        if let Some((used, _, value)) = self.lock().values.get_mut(&id) {
            *used = now;
            return Ok(value.clone());
        }
        let (value, bytes) = load()?;
        self.put(id, value.clone(), bytes);
        Ok(value)
    }

    fn put(&self, id: Uuid, value: T, bytes: usize) {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.lock();
        // An entry takes some bytes even when its value takes none.
        let bytes = bytes + 64;
        if let Some((_, old, _)) = kept.values.insert(id, (now, bytes, value)) {
            kept.bytes -= old;
        }
        kept.bytes += bytes;
        while kept.bytes > self.room && kept.values.len() > 1 {
            let Some(oldest) = kept.values.iter().min_by_key(|(_, (used, ..))| *used).map(|(id, _)| *id) else { break };
            if let Some((_, old, _)) = kept.values.remove(&oldest) {
                kept.bytes -= old;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
