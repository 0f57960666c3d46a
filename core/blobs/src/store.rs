//! Where whole blobs lie, by their hash.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::{
    fs,
    io::{AsyncReadExt as _, AsyncSeekExt as _},
};
use yagura_channel::wire::blob::BlobHash;

/// Keeps whole blobs. What is in it was checked before; it never changes.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Keeps the content of a file whose hash was checked. The file is left where it is.
    async fn keep(&self, hash: BlobHash, file: &Path) -> Result<(), StoreError>;

    /// Keeps content that is in memory, and whose hash was checked.
    async fn keep_bytes(&self, hash: BlobHash, bytes: &[u8]) -> Result<(), StoreError>;

    /// Some bytes of a blob; `None` when there is no such blob.
    async fn read(&self, hash: BlobHash, range: Range<u64>) -> Result<Option<Bytes>, StoreError>;

    /// Forgets a blob that may be there.
    async fn remove(&self, hash: BlobHash) -> Result<(), StoreError>;
}

/// The store cannot do it now.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action} {}: {source}", path.display())]
pub struct StoreError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl StoreError {
    pub(crate) fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { action, path, source }
    }
}

/// A folder: `ab/abcdef...`, so that none grows too long to list.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The store in `dir`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir).map_err(StoreError::of("make", dir))?;
        Ok(Self(dir.to_owned()))
    }

    fn path(&self, hash: BlobHash) -> PathBuf {
        let name = hash.to_string();
        self.0.join(&name[..2]).join(name)
    }

    async fn put(&self, hash: BlobHash, content: Content<'_>) -> Result<(), StoreError> {
        let path = self.path(hash);
        let dir = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(dir).await.map_err(StoreError::of("make", dir))?;
        // Two may keep the same blob at once; each writes its own file, and either is as good.
        let temporary = path.with_extension(yagura_vocabulary::Id::<()>::new().to_string());
        let write = async {
            match content {
                Content::File(file) => drop(fs::copy(file, &temporary).await?),
                Content::Bytes(bytes) => fs::write(&temporary, bytes).await?,
            }
            fs::File::open(&temporary).await?.sync_all().await?;
            fs::rename(&temporary, &path).await?;
            fs::File::open(dir).await?.sync_all().await
        };
        let written = write.await.map_err(StoreError::of("write", &path));
        if written.is_err() {
            // It may be there in part; that it cannot be removed is no news beside the error.
            let _ = fs::remove_file(&temporary).await;
        }
        written
    }
}

/// Where the bytes of a new blob are.
enum Content<'a> {
    File(&'a Path),
    Bytes(&'a [u8]),
}

#[async_trait]
impl BlobStore for Folder {
    async fn keep(&self, hash: BlobHash, file: &Path) -> Result<(), StoreError> {
        self.put(hash, Content::File(file)).await
    }

    async fn keep_bytes(&self, hash: BlobHash, bytes: &[u8]) -> Result<(), StoreError> {
        self.put(hash, Content::Bytes(bytes)).await
    }

    async fn read(&self, hash: BlobHash, range: Range<u64>) -> Result<Option<Bytes>, StoreError> {
        let path = self.path(hash);
        let mut file = match fs::File::open(&path).await {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::of("open", &path)(error)),
        };
        let mut bytes = Vec::new();
        let read = async {
            file.seek(io::SeekFrom::Start(range.start)).await?;
            file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes).await
        };
        read.await.map_err(StoreError::of("read", &path))?;
        Ok(Some(bytes.into()))
    }

    async fn remove(&self, hash: BlobHash) -> Result<(), StoreError> {
        let path = self.path(hash);
        match fs::remove_file(&path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::of("remove", &path)(error)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_read_in_parts_until_it_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let store = Folder::open(&dir.path().join("store")).unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, b"0123456789").unwrap();
        let hash = BlobHash::of(b"0123456789");
        assert_eq!(store.read(hash, 0..4).await.unwrap(), None);
        store.keep(hash, &file).await.unwrap();
        store.keep(hash, &file).await.unwrap();
        assert_eq!(store.read(hash, 2..5).await.unwrap().unwrap(), "234");
        assert_eq!(store.read(hash, 8..99).await.unwrap().unwrap(), "89");
        store.keep_bytes(hash, b"0123456789").await.unwrap();
        assert_eq!(store.read(hash, 0..4).await.unwrap().unwrap(), "0123");
        store.remove(hash).await.unwrap();
        store.remove(hash).await.unwrap();
        assert_eq!(store.read(hash, 0..4).await.unwrap(), None);
    }
}
