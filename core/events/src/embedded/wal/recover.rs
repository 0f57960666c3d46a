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
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Recovered {
    /// The files that hold records.
    pub(crate) files: Vec<LogFile>,
    /// Something at the end was cut off or set aside: positions may have been given to records that are gone.
    pub(crate) cut: bool,
    /// Files that were set aside, now or earlier, as their events are lost until a person looks at them.
    pub(crate) damage: Vec<String>,
}

const DAMAGED: &str = "damaged";

/// Reads the log in `dir` from its oldest record on.
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
        }
        if sound < bytes.len() {
            found.cut = true;
            let later = &paths[index + 1..];
            let damaged = has_record(&bytes[sound + 1..]) || later.iter().any(|path| len_of(path) > 0);
            if damaged {
                set_aside(path, later)?;
            }
            cut(path, sound as u64).map_err(StoreError::file("cut the torn end off", path))?;
            if damaged {
                break;
            }
            tracing::warn!(path = %path.display(), bytes = bytes.len() - sound, "cut a torn write off the event log");
        }
        if sound == 0 {
            fs::remove_file(path).map_err(StoreError::file("remove the empty log file", path))?;
        }
    }
    found.damage = damage(dir)?;
    Ok(found)
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
