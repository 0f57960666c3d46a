//! A consistent copy of the store for a backup, while it goes on taking events.

use std::{collections::HashSet, path::Path, path::PathBuf, sync::Arc};

use super::{Embedded, catalogue::Catalogue, segment::Segment};
use crate::StoreError;

/// A merge may fall between two looks; that it does so this often in a row is beyond belief.
const ATTEMPTS: usize = 20;

/// A segment file of a snapshot, or a file beside one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Below the store's directory.
    pub name: String,
    /// Where it lies now.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
}

/// The store at one moment. The files it names stay as long as it is held.
#[derive(Debug)]
pub struct Snapshot {
    /// The segments that its catalogue names, and the files beside them.
    pub files: Vec<SnapshotFile>,
    /// Events in them.
    pub rows: u64,
    _held: Vec<Arc<Segment>>,
}

impl Embedded {
    /// Writes what is in memory to segments, copies the catalogue to the new file `catalogue`, and holds the segments that
    /// the copy names. Everything acknowledged before the call is in it; a store with these files and an empty log is whole.
    ///
    /// # Errors
    /// What is in memory could not be written, or the catalogue not be copied.
    pub async fn snapshot(&self, catalogue: &Path) -> Result<Snapshot, StoreError> {
        self.flush().await?;
        for _ in 0..ATTEMPTS {
            // Held from before the copy until after it: a segment that the copy names is in one of the two views, unless it
            // came and was merged away between them.
            let before = self.segments();
            match std::fs::remove_file(catalogue) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::file("replace", catalogue)(error));
                }
                _ => {}
            }
            self.shared.catalogue.copy_to(catalogue).await?;
            let after = self.segments();
            let copy = Catalogue::open(catalogue, self.shared.options.notary()).await?;
            let contents = copy.read().await;
            copy.close_whole().await?;
            let named: HashSet<_> = contents?.segments.into_iter().map(|entry| entry.id).collect();
            let mut held: Vec<Arc<Segment>> = before.iter().chain(after.iter()).cloned().collect();
            held.retain(|segment| named.contains(&segment.entry.id));
            held.sort_by_key(|segment| segment.entry.id);
            held.dedup_by_key(|segment| segment.entry.id);
            if held.len() == named.len() {
                let dir = &self.shared.options.dir;
                let file = |(name, bytes): (String, u64)| SnapshotFile { path: dir.join(&name), name, bytes };
                let files = held.iter().flat_map(|segment| segment.entry.files()).map(file).collect();
                let rows = held.iter().map(|segment| segment.entry.rows).sum();
                return Ok(Snapshot { files, rows, _held: held });
            }
        }
        Err(StoreError::Flush("the segments changed faster than they could be listed".to_owned()))
    }

    fn segments(&self) -> Arc<Vec<Arc<Segment>>> {
        self.shared.state().segments.clone()
    }
}
