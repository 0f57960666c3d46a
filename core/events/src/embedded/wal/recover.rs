//! Reading the log at the start: what is sound is used, a torn end is cut off, damage is set aside and told.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::{
    LogFile, Record,
    codec::{FRAME, MAGIC, frame},
};
use crate::StoreError;

/// What was found besides the records.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    /// The files that hold records.
    pub(crate) files: Vec<LogFile>,
    /// Where the sound part ends before the log does.
    pub(crate) end: Option<End>,
    /// Files without a record.
    empty: Vec<PathBuf>,
}

/// The end of what is sound. Positions may have been given to events after it, which are gone.
#[derive(Debug)]
pub(crate) struct End {
    path: PathBuf,
    sound: u64,
    /// Set if it was no torn write: the files that come after it.
    later: Option<Vec<PathBuf>>,
}

const DAMAGED: &str = "damaged";

/// Reads the log in `dir` from its oldest record on. Nothing is changed before [`Recovered::repair`].
pub(crate) fn recover(dir: &Path, mut visit: impl FnMut(Record)) -> Result<Recovered, StoreError> {
    let mut found = Recovered::default();
    let paths = log_files(dir)?;
    for (index, path) in paths.iter().enumerate() {
        let bytes = fs::read(path).map_err(StoreError::file("read", path))?;
        let mut sound = 0;
        let mut last = 0;
        while let Some((_, len)) = frame(&bytes[sound..]) {
            let (record, _) = Record::read(&bytes[sound..]).ok_or_else(|| unknown(path, sound))?;
            last = record.last_position();
            visit(record);
            sound += len;
        }
        if sound > 0 {
            found.files.push(LogFile { path: path.clone(), last, bytes: sound as u64 });
        } else {
            found.empty.push(path.clone());
        }
        if sound < bytes.len() {
            let later = &paths[index + 1..];
            let damaged = has_record(&bytes[sound + 1..]) || later.iter().any(|path| len_of(path) > 0);
            let later = damaged.then(|| later.to_vec());
            found.end = Some(End { path: path.clone(), sound: sound as u64, later });
            if damaged {
                break;
            }
        }
    }
    Ok(found)
}

impl Recovered {
    /// Cuts off or sets aside what is not sound, and tells of every file that was set aside, now or earlier: its events
    /// are lost until a person looks at it.
    pub(crate) fn repair(self, dir: &Path) -> Result<Vec<String>, StoreError> {
        if let Some(End { path, sound, later }) = self.end {
            match later {
                Some(later) => set_aside(&path, &later)?,
                None => tracing::warn!(path = %path.display(), sound, "cutting a torn write off the event log"),
            }
            cut(&path, sound).map_err(StoreError::file("cut the torn end off", &path))?;
        }
        for path in self.empty {
            fs::remove_file(&path).map_err(StoreError::file("remove the empty log file", &path))?;
        }
        damage(dir)
    }
}

fn log_files(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = list(dir)?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "wal"));
    paths.sort();
    Ok(paths)
}

fn list(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(dir).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    entries.map_err(StoreError::file("list", dir))
}

fn damage(dir: &Path) -> Result<Vec<String>, StoreError> {
    let mut paths = list(dir)?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == DAMAGED));
    paths.sort();
    let tell = |path: &PathBuf| {
        let bytes = len_of(path);
        format!("{} ({bytes} bytes of the event log) is damaged; events in it are not in the store", path.display())
    };
    Ok(paths.iter().map(tell).collect())
}

fn len_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

fn has_record(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, &MAGIC).any(|at| bytes.len() - at > FRAME && frame(&bytes[at..]).is_some())
}

/// Keeps what can no longer be used, the newest first, so that a crash in between leaves the log as damaged as it was.
fn set_aside(path: &Path, later: &[PathBuf]) -> Result<(), StoreError> {
    for file in later.iter().rev() {
        fs::rename(file, aside(file)).map_err(StoreError::file("set aside", file))?;
    }
    let copy = aside(path);
    fs::copy(path, &copy)
        .and_then(|_| OpenOptions::new().write(true).open(&copy)?.sync_all())
        .and_then(|()| sync_dir(path))
        .map_err(StoreError::file("set aside a copy of", path))?;
    tracing::error!(path = %path.display(), later = later.len(), "the event log is damaged: what follows is set aside");
    Ok(())
}

fn aside(path: &Path) -> PathBuf {
    // A log file of this name may have been set aside before.
    let free = (0..).map(|n: u32| path.with_extension(format!("{n}.{DAMAGED}"))).find(|path| !path.exists());
    free.unwrap_or_else(|| path.with_extension(DAMAGED))
}

fn cut(path: &Path, len: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(len)?;
    file.sync_all()
}

fn sync_dir(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

fn unknown(path: &Path, at: usize) -> StoreError {
    let reason =
        format!("the record at byte {at} is sound but of an unknown shape: was it written by a newer version?");
    StoreError::file("read", path)(io::Error::new(io::ErrorKind::InvalidData, reason))
}
