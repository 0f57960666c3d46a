//! What is kept for neighbours: whole, checked, for a time, and not more than it may be. Beside each file lies a note of what it is.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use yagura_channel::wire::blob::{BlobHash, Content};
use yagura_vocabulary::Time;

use crate::agent::gather::closed_folder;

/// What a kept file is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Note {
    content: Content,
    /// The rollout that brought it.
    pub(super) given_for: String,
    /// Until when it is kept.
    pub(super) until: Time,
}

/// The folder of what is kept.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    notes: Mutex<BTreeMap<BlobHash, Note>>,
}

impl Kept {
    /// Opens the folder and forgets whatever is over, or half.
    pub(super) fn open(folder: PathBuf, now: Time) -> io::Result<Self> {
        closed_folder(&folder)?;
        let mut notes = BTreeMap::new();
        for entry in fs::read_dir(&folder)?.flatten() {
            let path = entry.path();
            let note = path.extension().is_some_and(|ending| ending == "json").then(|| read(&path)).flatten();
            if let Some(note) = note.filter(|note| note.until > now && path.with_extension("").exists()) {
                notes.insert(note.content.hash(), note);
            }
        }
        let known: Vec<String> = notes.keys().map(BlobHash::to_string).collect();
        for entry in fs::read_dir(&folder)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !known.iter().any(|hash| name.trim_end_matches(".json") == hash) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { folder, notes: Mutex::new(notes) })
    }

    fn path(&self, hash: BlobHash) -> PathBuf {
        self.folder.join(hash.to_string())
    }

    /// Keeps this file under another name, within `limit` bytes of all: what would be forgotten first makes room.
    ///
    /// # Errors
    /// When it cannot be kept, or is not what it is said to be.
    pub(super) fn keep(
        &self,
        file: &Path,
        hash: BlobHash,
        given_for: String,
        until: Time,
        limit: u64,
    ) -> io::Result<()> {
        let content = Content::of(File::open(file)?)?;
        if content.hash() != hash || content.size() > limit {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not what was fetched, or too large"));
        }
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = notes.get(&hash).map_or(until, |known| known.until.max(until));
        notes.remove(&hash);
        self.shrink(&mut notes, limit - content.size());
        let path = self.path(hash);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if fs::hard_link(file, &path).is_err() {
            fs::copy(file, &path)?;
        }
        let note = Note { content, given_for, until: mine };
        // The note comes last, in one piece: a file without one is removed at the next start.
        let beside = path.with_extension("new");
        fs::write(&beside, serde_json::to_vec(&note)?)?;
        fs::rename(&beside, path.with_extension("json"))?;
        notes.insert(hash, note);
        Ok(())
    }

    /// Forgets what is over, and what is too much.
    pub(super) fn prune(&self, now: Time, limit: u64) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let over: Vec<BlobHash> = notes.iter().filter(|(_, note)| note.until <= now).map(|(hash, _)| *hash).collect();
        for hash in over {
            notes.remove(&hash);
            self.remove(hash);
        }
        self.shrink(&mut notes, limit);
    }

    fn shrink(&self, notes: &mut BTreeMap<BlobHash, Note>, limit: u64) {
        while notes.values().map(|note| note.content.size()).sum::<u64>() > limit {
            let first = notes.iter().min_by_key(|(_, note)| note.until).map(|(hash, _)| *hash);
            let Some(hash) = first else { return };
            notes.remove(&hash);
            self.remove(hash);
        }
    }

    fn remove(&self, hash: BlobHash) {
        let path = self.path(hash);
        for path in [path.with_extension("json"), path] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%error, file = %path.display(), "content that is kept no more stays on this machine");
                }
                _ => {}
            }
        }
    }

    /// All that is kept.
    pub(super) fn all(&self) -> BTreeMap<BlobHash, Note> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Bytes of all that is kept.
    pub(super) fn bytes(&self) -> u64 {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).values().map(|note| note.content.size()).sum()
    }

    /// A chunk, checked as it is read: work on the machine may have changed the file since, or its disk. Then it is kept no more.
    pub(super) fn chunk(&self, hash: BlobHash, chunk: usize, now: Time) -> Option<Vec<u8>> {
        let content = {
            let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
            notes.get(&hash).filter(|note| note.until > now)?.content.clone()
        };
        let range = content.range(chunk)?;
        let read = || {
            let (mut file, mut bytes) = (File::open(self.path(hash))?, Vec::new());
            file.seek(SeekFrom::Start(range.start))?;
            file.take(range.end - range.start).read_to_end(&mut bytes)?;
            io::Result::Ok(bytes)
        };
        if let Some(bytes) = read().ok().filter(|bytes| content.fits(chunk, bytes)) {
            return Some(bytes);
        }
        tracing::warn!(%hash, chunk, "content that was kept for neighbours is not what it was, and is kept no more");
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
        self.remove(hash);
        None
    }
}

fn read(path: &Path) -> Option<Note> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_seconds(seconds)
    }

    fn file(dir: &Path, byte: u8, length: usize) -> (PathBuf, BlobHash) {
        let (path, bytes) = (dir.join(format!("{byte}.deb")), vec![byte; length]);
        fs::write(&path, &bytes).unwrap();
        (path, BlobHash::of(&bytes))
    }

    #[test]
    fn what_is_kept_outlives_its_job_and_a_start_but_not_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept::open(dir.path().join("near"), at(0)).unwrap();
        let (path, hash) = file(dir.path(), 1, (1 << 20) + 5);
        kept.keep(&path, hash, "rollout".to_owned(), at(100), 10 << 20).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(kept.chunk(hash, 1, at(1)), Some(vec![1; 5]));
        assert!(kept.chunk(hash, 2, at(1)).is_none() && kept.chunk(BlobHash::of(b"x"), 0, at(1)).is_none());
        let again = Kept::open(dir.path().join("near"), at(99)).unwrap();
        assert!(again.chunk(hash, 0, at(99)).is_some() && again.chunk(hash, 0, at(100)).is_none());
        let late = Kept::open(dir.path().join("near"), at(100)).unwrap();
        assert!(late.all().is_empty());
        assert_eq!(fs::read_dir(dir.path().join("near")).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_was_changed_is_not_given_and_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept::open(dir.path().join("near"), at(0)).unwrap();
        let (path, hash) = file(dir.path(), 1, 2 << 20);
        kept.keep(&path, hash, String::new(), at(100), 10 << 20).unwrap();
        let mut bytes = vec![1; 2 << 20];
        bytes[7] = 2;
        // The same file under another name.
        fs::write(&path, &bytes).unwrap();
        assert_eq!(kept.chunk(hash, 1, at(1)).map(|bytes| bytes.len()), Some(1 << 20));
        assert!(kept.chunk(hash, 0, at(1)).is_none() && kept.all().is_empty());
    }

    #[test]
    fn what_ends_first_makes_room() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept::open(dir.path().join("near"), at(0)).unwrap();
        for (byte, until) in [(1, 300), (2, 100), (3, 200)] {
            let (path, hash) = file(dir.path(), byte, 2 << 20);
            kept.keep(&path, hash, String::new(), at(until), 4 << 20).unwrap();
        }
        let left: Vec<i64> = kept.all().values().map(|note| note.until.micros() / 1_000_000).collect();
        assert!(left.len() == 2 && left.contains(&300) && left.contains(&200), "{left:?}");
        kept.prune(at(250), 4 << 20);
        assert_eq!((kept.all().len(), kept.bytes()), (1, 2 << 20));
        let (path, _) = file(dir.path(), 9, 10);
        assert!(kept.keep(&path, BlobHash::of(b"other"), String::new(), at(300), 4 << 20).is_err());
    }
}
