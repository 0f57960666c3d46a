//! Blobs on an endpoint: fetched into a folder with a quota, handed in from a file. Both go on where they were cut.

pub mod neighbours;

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;

use super::{
    client::{AgentClient, ClientError},
    files::{self, FileError},
};
use crate::wire::blob::{BlobHash, BlobPurpose, Content, Offer};

/// The folder of fetched blobs, one file each, named by its hash. `HASH.part` is one under way.
#[derive(Debug, Clone)]
pub struct BlobDir {
    dir: PathBuf,
    quota: u64,
}

/// A blob was not fetched or handed in.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The server, or what stands before it. What is there stays; the next try goes on from it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is for something else.
    #[error("blob {hash} is for {found:?}, not for {wanted:?}")]
    Purpose {
        /// Which blob.
        hash: BlobHash,
        /// What the server says.
        found: BlobPurpose,
        /// What was looked for.
        wanted: BlobPurpose,
    },
    /// It does not fit in the folder beside what is there.
    #[error("blob {hash} has {size} bytes, and {dir} may hold {quota}", dir = dir.display())]
    Quota {
        /// Which blob.
        hash: BlobHash,
        /// Its size in bytes.
        size: u64,
        /// The folder.
        dir: PathBuf,
        /// What the folder may hold, in bytes.
        quota: u64,
    },
    /// All chunks were right and the whole was not, or the file changed while it was handed in.
    #[error("{} is not what was described", .0.display())]
    Changed(PathBuf),
}

/// How fast a blob is fetched, from where, and who is told how far it is.
#[async_trait]
pub trait Pace: Send {
    /// This chunk from somewhere nearer than the server; `None` to ask the server. What comes is checked as if the server had sent it.
    async fn near(&mut self, _content: &Content, _chunk: usize) -> Option<Vec<u8>> {
        None
    }

    /// Comes back when so many more bytes may be asked for of the server.
    async fn may(&mut self, bytes: u64);

    /// So many bytes of all are here.
    fn here(&mut self, bytes: u64, all: u64);
}

/// As fast as it goes.
#[derive(Debug, Clone, Copy)]
pub struct Unpaced;

#[async_trait]
impl Pace for Unpaced {
    async fn may(&mut self, _bytes: u64) {}

    fn here(&mut self, _bytes: u64, _all: u64) {}
}

impl BlobDir {
    /// The folder `dir`, which may hold `quota` bytes.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(dir: &Path, quota: u64) -> Result<Self, FileError> {
        files::create_dir(dir)?;
        Ok(Self { dir: dir.to_owned(), quota })
    }

    /// The blob's file, fetched first if it is not there yet.
    ///
    /// # Errors
    /// When it cannot be had now; what came so far is kept.
    pub async fn fetch(&self, client: &AgentClient, hash: BlobHash, wanted: BlobPurpose) -> Result<PathBuf, BlobError> {
        self.fetch_at(client, hash, wanted, &mut Unpaced).await
    }

    /// The same at a pace. A blob has one file: the same one is not fetched twice at the same time.
    ///
    /// # Errors
    /// When it cannot be had now; what came so far is kept.
    pub async fn fetch_at(
        &self,
        client: &AgentClient,
        hash: BlobHash,
        wanted: BlobPurpose,
        pace: &mut dyn Pace,
    ) -> Result<PathBuf, BlobError> {
        let whole = self.dir.join(hash.to_string());
        if whole.exists() {
            return Ok(whole);
        }
        let manifest = client.blob_manifest(hash).await?;
        if manifest.purpose != wanted {
            return Err(BlobError::Purpose { hash, found: manifest.purpose, wanted });
        }
        let content = manifest.content;
        let part = whole.with_extension("part");
        self.room_for(&content, &part)?;
        let file = open_part(&part).map_err(FileError::of("open", &part))?;
        for chunk in 0..content.count() {
            let at = |action| FileError::of(action, &part);
            let range = content.range(chunk).unwrap_or_default();
            if !read_chunk(&file, &content, chunk).is_ok_and(|bytes| content.fits(chunk, &bytes)) {
                let near = pace.near(&content, chunk).await.filter(|bytes| content.fits(chunk, bytes));
                let bytes = if let Some(bytes) = near {
                    bytes.into()
                } else {
                    pace.may(range.end - range.start).await;
                    client.blob_chunk(&content, chunk).await?
                };
                write_chunk(&file, &content, chunk, &bytes).map_err(at("write"))?;
            }
            pace.here(range.end, content.size());
        }
        file.set_len(content.size()).map_err(FileError::of("cut", &part))?;
        file.sync_all().map_err(FileError::of("sync", &part))?;
        let found = File::open(&part).and_then(Content::of).map_err(FileError::of("read", &part))?;
        if found != content {
            files::remove(&part)?;
            return Err(BlobError::Changed(part));
        }
        fs::rename(&part, &whole).map_err(FileError::of("rename", &part))?;
        files::sync_dir(&self.dir)?;
        Ok(whole)
    }

    /// Removes a blob that is not needed any more.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn forget(&self, hash: BlobHash) -> Result<(), FileError> {
        let whole = self.dir.join(hash.to_string());
        files::remove(&whole.with_extension("part"))?;
        files::remove(&whole)
    }

    fn room_for(&self, content: &Content, part: &Path) -> Result<(), BlobError> {
        let mut used = 0;
        for entry in fs::read_dir(&self.dir).map_err(FileError::of("list", &self.dir))?.flatten() {
            if entry.path() != part {
                used += entry.metadata().map_or(0, |file| file.len());
            }
        }
        if used.saturating_add(content.size()) <= self.quota {
            return Ok(());
        }
        let (hash, size) = (content.hash(), content.size());
        Err(BlobError::Quota { hash, size, dir: self.dir.clone(), quota: self.quota })
    }
}

/// Hands in a file. When this returns, the server has the whole and has checked it.
///
/// # Errors
/// When it cannot be handed in now; what the server has is not sent again.
pub async fn hand_in(
    client: &AgentClient,
    path: &Path,
    name: &str,
    purpose: BlobPurpose,
) -> Result<BlobHash, BlobError> {
    let file = File::open(path).map_err(FileError::of("open", path))?;
    let content = Content::of(&file).map_err(FileError::of("read", path))?;
    let hash = content.hash();
    let offer = Offer { name: name.to_owned(), purpose, content };
    let held = client.offer_blob(&offer).await?;
    if held.missing.is_empty() {
        return Ok(hash);
    }
    for chunk in held.missing.into_iter().map(|chunk| chunk as usize) {
        let bytes = read_chunk(&file, &offer.content, chunk).map_err(FileError::of("read", path))?;
        if !offer.content.fits(chunk, &bytes) {
            return Err(BlobError::Changed(path.to_owned()));
        }
        client.put_chunk(hash, chunk, bytes.into()).await?;
    }
    // Only a signed answer says that it is there.
    let held = client.offer_blob(&offer).await?;
    if held.missing.is_empty() { Ok(hash) } else { Err(ClientError::Stray("blobs").into()) }
}

fn open_part(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn read_chunk(mut file: &File, content: &Content, chunk: usize) -> io::Result<Vec<u8>> {
    let range = content.range(chunk).ok_or(io::ErrorKind::InvalidInput)?;
    io::Seek::seek(&mut file, io::SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, range.end - range.start), &mut bytes)?;
    Ok(bytes)
}

fn write_chunk(mut file: &File, content: &Content, chunk: usize, bytes: &[u8]) -> io::Result<()> {
    let range = content.range(chunk).ok_or(io::ErrorKind::InvalidInput)?;
    io::Seek::seek(&mut file, io::SeekFrom::Start(range.start))?;
    io::Write::write_all(&mut file, bytes)
}
