//! What endpoints are handing in: a folder for each blob, in it one file for each chunk that was checked.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{fs, io::AsyncWriteExt as _, sync::Mutex};
use yagura_channel::wire::blob::{BlobHash, Content};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Id, id::Endpoint};

use crate::StoreError;

/// How much one endpoint may have here, in bytes, finished or not.
pub(crate) const PER_ENDPOINT: u64 = 4 << 30;
/// What is not finished after this long is removed.
const UNFINISHED: Duration = Duration::from_secs(7 * 86_400);
/// How often that is looked for.
const LOOK: Duration = Duration::from_secs(3600);

/// The folder of blobs under way.
pub(crate) struct Incoming {
    dir: PathBuf,
    /// Blobs are put together one at a time: it costs the disk its whole attention anyway.
    joining: Mutex<()>,
}

impl Incoming {
    pub(crate) fn open(dir: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir).map_err(StoreError::of("make", dir))?;
        Ok(Self { dir: dir.to_owned(), joining: Mutex::new(()) })
    }

    fn folder(&self, endpoint: Id<Endpoint>, hash: BlobHash) -> PathBuf {
        self.dir.join(endpoint.to_string()).join(hash.to_string())
    }

    /// Begins, or goes on with, a blob.
    pub(crate) async fn begin(&self, endpoint: Id<Endpoint>, content: &Content) -> Result<(), StoreError> {
        let folder = self.folder(endpoint, content.hash());
        fs::create_dir_all(&folder).await.map_err(StoreError::of("make", &folder))?;
        write(&folder.join("content"), &serde_json::to_vec(content).unwrap_or_default()).await
    }

    /// What a blob under way consists of; `None` when it was never begun.
    pub(crate) async fn content(&self, endpoint: Id<Endpoint>, hash: BlobHash) -> Option<Content> {
        let text = fs::read(self.folder(endpoint, hash).join("content")).await.ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Keeps a chunk that was checked.
    pub(crate) async fn keep(
        &self,
        endpoint: Id<Endpoint>,
        hash: BlobHash,
        chunk: usize,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        write(&self.folder(endpoint, hash).join(chunk.to_string()), bytes).await
    }

    /// The chunks that are not there yet.
    pub(crate) async fn missing(&self, endpoint: Id<Endpoint>, content: &Content) -> Result<Vec<u32>, StoreError> {
        let folder = self.folder(endpoint, content.hash());
        let mut there = vec![false; content.count()];
        let mut entries = fs::read_dir(&folder).await.map_err(StoreError::of("list", &folder))?;
        while let Some(entry) = entries.next_entry().await.map_err(StoreError::of("list", &folder))? {
            let number = entry.file_name().to_str().and_then(|name| name.parse::<usize>().ok());
            if let Some(there) = number.and_then(|number| there.get_mut(number)) {
                *there = true;
            }
        }
        Ok((0..).zip(there).filter(|(_, there)| !there).map(|(chunk, _)| chunk).collect())
    }

    /// Puts the chunks together and gives the whole to `take`, if it is what was described. Otherwise the chunks are removed:
    /// the endpoint begins again.
    pub(crate) async fn join<E: From<StoreError>>(
        &self,
        endpoint: Id<Endpoint>,
        content: &Content,
        take: impl AsyncFnOnce(&Path) -> Result<(), E>,
    ) -> Result<bool, E> {
        let _one = self.joining.lock().await;
        let folder = self.folder(endpoint, content.hash());
        let whole = folder.join("whole");
        let joined = async {
            let mut file = fs::File::create(&whole).await?;
            for chunk in 0..content.count() {
                file.write_all(&fs::read(folder.join(chunk.to_string())).await?).await?;
            }
            file.flush().await?;
            let read = whole.clone();
            tokio::task::spawn_blocking(move || std::fs::File::open(read).and_then(Content::of))
                .await
                .map_err(std::io::Error::other)?
        };
        let found = joined.await.map_err(StoreError::of("put together", &whole))?;
        let right = found == *content;
        if right {
            take(&whole).await?;
        }
        fs::remove_dir_all(&folder).await.map_err(StoreError::of("remove", &folder))?;
        Ok(right)
    }

    async fn forget(&self, endpoint: Id<Endpoint>, hash: BlobHash) {
        // It may never have begun.
        let _ = fs::remove_dir_all(self.folder(endpoint, hash)).await;
    }
}

/// Writes a file whole or not at all.
async fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = path.with_extension("tmp");
    let written = async {
        fs::write(&temporary, bytes).await?;
        fs::rename(&temporary, path).await
    };
    written.await.map_err(StoreError::of("write", path))
}

/// Removes what was begun and not finished in time, until the server stops.
pub(crate) async fn forget_unfinished(ctx: Context) {
    let stop = ctx.stopping();
    loop {
        if let Err(error) = forget_old(&ctx).await {
            tracing::warn!(?error, "what endpoints began to hand in and did not finish was not removed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn forget_old(ctx: &Context) -> Result<(), ApiError> {
    let before = ctx.now().micros() - i64::try_from(UNFINISHED.as_micros()).unwrap_or(i64::MAX);
    let old: Vec<(String, String)> =
        sqlx::query_as("SELECT endpoint_id, hash FROM blobs_collected WHERE finished_at IS NULL AND begun_at < $1")
            .bind(before)
            .fetch_all(ctx.db().read())
            .await?;
    for (endpoint, hash) in old {
        if let (Ok(endpoint), Ok(hash)) = (endpoint.parse(), hash.parse()) {
            ctx.part::<Incoming>().forget(endpoint, hash).await;
        }
        let mut tx = ctx.db().write().await?;
        sqlx::query("DELETE FROM blobs_collected WHERE endpoint_id = $1 AND hash = $2 AND finished_at IS NULL")
            .bind(endpoint)
            .bind(hash)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
    }
    Ok(())
}
