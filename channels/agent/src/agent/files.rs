//! Files that are written whole or not at all.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

/// A file or folder of the agent could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action} {}: {source}", path.display())]
pub struct FileError {
    /// What was tried: `read`, `write`, ...
    pub action: &'static str,
    /// On what.
    pub path: PathBuf,
    /// Why it did not work.
    pub source: io::Error,
}

impl FileError {
    pub(crate) fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { action, path, source }
    }
}

/// Writes a file so that after a crash either the old or the new content is there. Only its owner may read it. With
/// `durable` it is on the disk when this returns.
pub(crate) fn replace(path: &Path, bytes: &[u8], durable: bool) -> Result<(), FileError> {
    let temporary = path.with_extension("tmp");
    let write = || -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(bytes)?;
        if durable {
            file.sync_all()?;
        }
        fs::rename(&temporary, path)
    };
    write().map_err(FileError::of("write", path))?;
    match path.parent() {
        Some(parent) if durable => sync_dir(parent),
        _ => Ok(()),
    }
}

/// Makes new, renamed and removed names in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), FileError> {
    // Elsewhere a folder cannot be opened like a file, and the file system's own journal keeps names in order.
    if cfg!(unix) {
        fs::File::open(dir).and_then(|folder| folder.sync_all()).map_err(FileError::of("sync", dir))?;
    }
    Ok(())
}

/// A file's content, or `None` when there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::of("read", path)(error)),
    }
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::of("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Makes a folder and those above it; only its owner may look inside.
pub(crate) fn create_dir(path: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(FileError::of("create", path))
}
