//! Writing the log: whole groups, synced, or nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{WalDisk, WalFile};
use crate::embedded::{failpoint::Point, shared::Gate};

/// A file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogFile {
    pub(crate) path: PathBuf,
    /// The last position in it.
    pub(crate) last: u64,
    pub(crate) bytes: u64,
}

/// The files of the log, shared between the writer, which adds to them, and the flusher, which removes them.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogFiles(Arc<Mutex<Vec<LogFile>>>);

impl LogFiles {
    pub(crate) fn new(files: Vec<LogFile>) -> Self {
        Self(Arc::new(Mutex::new(files)))
    }

    /// Bytes of all files but the one that is being written.
    pub(crate) fn bytes(&self) -> u64 {
        self.lock().iter().map(|file| file.bytes).sum()
    }

    /// Unlinks the files whose events are all in segments. One that cannot be unlinked now is found again at the start.
    pub(crate) fn trim(&self, flushed: u64) {
        self.lock().retain(|file| {
            let done = file.last <= flushed;
            if done && let Err(error) = fs::remove_file(&file.path) {
                tracing::warn!(path = %file.path.display(), %error, "cannot remove a flushed log file");
            }
            !done
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<LogFile>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the log.
pub(crate) struct Log {
    disk: Arc<dyn WalDisk>,
    dir: PathBuf,
    files: LogFiles,
    open: Option<Open>,
}

struct Open {
    file: Box<dyn WalFile>,
    path: PathBuf,
    /// How much of it is synced.
    durable: u64,
    last: u64,
    /// What stands after `durable` is unknown: a write or a sync failed.
    dirty: bool,
}

impl Log {
    pub(crate) fn new(disk: Arc<dyn WalDisk>, dir: &Path, files: LogFiles) -> Self {
        Self { disk, dir: dir.to_owned(), files, open: None }
    }

    /// Appends a group whose rows have the positions `first..=last`, and syncs it. After an error the log is as it was
    /// before, or will be before anything else is written.
    pub(crate) fn append(&mut self, bytes: &[u8], first: u64, last: u64, gate: &Gate) -> io::Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.create(first)?,
        };
        let result = open.append(bytes, gate);
        if result.is_ok() {
            open.durable += bytes.len() as u64;
            open.last = last;
        } else if !gate.stopped()
            && let Err(error) = open.repair()
        {
            tracing::error!(path = %open.path.display(), %error, "cannot cut a failed write off the log; trying again");
        }
        self.open = Some(open);
        result
    }

    fn create(&self, first: u64) -> io::Result<Open> {
        let path = self.dir.join(format!("{first:020}.wal"));
        let file = self.disk.create(&path)?;
        Ok(Open { file, path, durable: 0, last: 0, dirty: false })
    }

    /// Begins a new file with the next append; the present one can then be trimmed. Fails while the end of the present
    /// one is unknown, for what stands there must not come before what is written next.
    pub(crate) fn rotate(&mut self) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            open.repair()?;
        }
        if let Some(Open { path, durable, last, .. }) = self.open.take() {
            self.files.lock().push(LogFile { path, last, bytes: durable });
        }
        Ok(())
    }

    /// Cuts off what a failed write left and syncs what is there.
    pub(crate) fn probe(&mut self) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.repair()?;
        open.file.sync()
    }

    /// Bytes in the file that is being written.
    pub(crate) fn open_bytes(&self) -> u64 {
        self.open.as_ref().map_or(0, |open| open.durable)
    }
}

impl Open {
    fn append(&mut self, bytes: &[u8], gate: &Gate) -> io::Result<()> {
        self.repair()?;
        self.dirty = true;
        self.file.write(bytes)?;
        gate.pass(Point::AfterWalWrite).map_err(io::Error::other)?;
        self.file.sync()?;
        self.dirty = false;
        gate.pass(Point::AfterWalSync).map_err(io::Error::other)
    }

    fn repair(&mut self) -> io::Result<()> {
        if self.dirty {
            self.file.truncate(self.durable)?;
            self.dirty = false;
        }
        Ok(())
    }
}
