//! Files that must not be lost: made under another name, synced, then named.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write},
    path::Path,
};

use ring::digest::{Context, SHA256};

use crate::StoreError;

/// Free bytes of the file system that `path` is on; `None` if it would not say.
#[must_use]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(StoreError::file("sync the directory", dir))
}

/// Makes a directory durably; its parent must exist.
pub(crate) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    match fs::create_dir(dir) {
        Ok(()) => dir.parent().map_or(Ok(()), sync_dir),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::file("make the directory", dir)(error)),
    }
}

/// The SHA-256 of a whole file.
pub(crate) fn sha256_of(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => context.update(&buffer[..read]),
        }
    }
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(context.finish().as_ref());
    Ok(sha256)
}

/// A file that is hashed and counted while it is written.
pub(crate) struct Hashing {
    file: File,
    sha256: Context,
    bytes: u64,
}

impl Hashing {
    pub(crate) fn create(path: &Path) -> Result<Self, StoreError> {
        let file = File::create_new(path).map_err(StoreError::file("create", path))?;
        Ok(Self { file, sha256: Context::new(&SHA256), bytes: 0 })
    }

    /// Syncs the file; its length and SHA-256.
    pub(crate) fn finish(self) -> io::Result<(u64, [u8; 32])> {
        self.file.sync_all()?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(self.sha256.finish().as_ref());
        Ok((self.bytes, sha256))
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sha256.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
