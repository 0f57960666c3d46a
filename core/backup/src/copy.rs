//! Copying files with their hashes. Blocking.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use ring::digest::{Context, SHA256};

use crate::{BackupError, Progress, manifest::FileEntry};

const PIECE: usize = 1 << 20;

/// Copies `from` to the new file `name` below `to`, readable by its owner only, and synced.
pub(crate) fn copy(from: &Path, to: &Path, name: &str, progress: &Progress) -> Result<FileEntry, BackupError> {
    let path = to.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(BackupError::file("make", parent))?;
    }
    let mut source = File::open(from).map_err(BackupError::file("read", from))?;
    let mut target = create(&path).map_err(BackupError::file("make", &path))?;
    let (mut piece, mut hash, mut bytes) = (vec![0; PIECE], Context::new(&SHA256), 0);
    loop {
        let read = source.read(&mut piece).map_err(BackupError::file("read", from))?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        target.write_all(&piece[..read]).map_err(BackupError::file("write", &path))?;
        bytes += read as u64;
        progress.did(read as u64)?;
    }
    target.sync_all().map_err(BackupError::file("write", &path))?;
    Ok(FileEntry { name: name.to_owned(), bytes, sha256: hex::encode(hash.finish()) })
}

/// The entry of a file that is in place already.
pub(crate) fn measure(folder: &Path, name: &str) -> Result<FileEntry, BackupError> {
    let path = folder.join(name);
    let mut file = File::open(&path).map_err(BackupError::file("read", &path))?;
    let (mut piece, mut hash, mut bytes) = (vec![0; PIECE], Context::new(&SHA256), 0);
    loop {
        let read = file.read(&mut piece).map_err(BackupError::file("read", &path))?;
        if read == 0 {
            return Ok(FileEntry { name: name.to_owned(), bytes, sha256: hex::encode(hash.finish()) });
        }
        hash.update(&piece[..read]);
        bytes += read as u64;
    }
}

/// Makes a new file that only its owner may read.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// All files below `dir`, as paths below it with `/` between names; nothing where there is no such folder.
pub(crate) fn files_below(dir: &Path) -> Result<Vec<String>, BackupError> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![dir.to_owned()];
    while let Some(at) = waiting.pop() {
        let entries = match fs::read_dir(&at) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(BackupError::file("list", &at)(error)),
        };
        for entry in entries {
            let path = entry.map_err(BackupError::file("list", &at))?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(below) = path.strip_prefix(dir) {
                let names: Vec<_> = below.iter().map(|name| name.to_string_lossy().into_owned()).collect();
                found.push(names.join("/"));
            }
        }
    }
    found.sort();
    Ok(found)
}
