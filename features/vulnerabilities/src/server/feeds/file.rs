//! A feed's file on disk while it is imported, and what it is known by.

use std::path::{Path, PathBuf};

use ring::digest::{Context as Sha256, SHA256};
use tokio::{
    fs::File,
    io::{AsyncWriteExt as _, BufWriter},
};

use super::signature::Hasher;

/// A feed has at most so many bytes, packed: several times the largest of 2026.
pub(super) const LARGEST: u64 = 4 << 30;

/// A file that came whole. It goes with this value.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
    /// What it is called, where it is one of several that stand for themselves.
    pub(super) name: Option<String>,
    /// In hexadecimal digits.
    pub(super) sha256: String,
    /// As minisign hashes it.
    pub(super) blake2: Vec<u8>,
    pub(super) bytes: u64,
}

impl Kept {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(%error, path = %path.display(), "a feed's file could not be removed");
    }
}

/// A file that comes in pieces. If it does not come whole, it goes.
pub(super) struct Coming {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    sha256: Sha256,
    hasher: Hasher,
    bytes: u64,
    most: u64,
}

/// A file that was not kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("the file cannot be kept in the server's data folder; see whether there is room")]
    Write(#[from] std::io::Error),
    #[error("the file has more than {0} bytes; refused, check that it is the feed")]
    TooLarge(u64),
}

impl Coming {
    /// Begins a file of at most so many bytes in this folder, which is made if it is not there.
    pub(super) async fn begin(dir: &Path, most: u64) -> Result<Self, FileError> {
        tokio::fs::create_dir_all(dir).await?;
        let path = dir.join(format!("{}.feed", yagura_vocabulary::Id::<()>::new()));
        let file = Some(BufWriter::with_capacity(1 << 16, File::create_new(&path).await?));
        Ok(Self { path, file, sha256: Sha256::new(&SHA256), hasher: Hasher::default(), bytes: 0, most })
    }

    pub(super) async fn write(&mut self, piece: &[u8]) -> Result<(), FileError> {
        self.bytes += piece.len() as u64;
        if self.bytes > self.most {
            return Err(FileError::TooLarge(self.most));
        }
        self.sha256.update(piece);
        self.hasher.update(piece);
        if let Some(file) = &mut self.file {
            file.write_all(piece).await?;
        }
        Ok(())
    }

    pub(super) async fn finish(mut self) -> Result<Kept, FileError> {
        if let Some(file) = &mut self.file {
            file.flush().await?;
        }
        self.file = None;
        let path = std::mem::take(&mut self.path);
        let sha256 = std::mem::replace(&mut self.sha256, Sha256::new(&SHA256)).finish();
        let blake2 = std::mem::take(&mut self.hasher).finish();
        Ok(Kept { path, name: None, sha256: hex::encode(sha256), blake2, bytes: self.bytes })
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            remove(&self.path);
        }
    }
}

/// Removes what a server that was stopped in the middle left behind.
pub(super) fn sweep(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.extension().is_some_and(|it| it == "feed") {
            remove(&path);
        }
    }
}
