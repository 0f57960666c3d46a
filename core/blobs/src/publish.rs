//! Giving a file out to endpoints.

use std::path::{Path, PathBuf};

use yagura_channel::{
    server::Signer,
    wire::blob::{BlobHash, BlobManifest, BlobPurpose, Content},
};
use yagura_server_kit::{ApiError, Change, Context};

use crate::{StoreError, store};

/// The file was not given out.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It cannot be read, or is too large.
    #[error("failed to read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database is away.
    #[error("the manifest was not stored")]
    Database(#[from] sqlx::Error),
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        Self::unavailable(&error)
    }
}

/// Gives a file out under its hash, within the change that gives the reason for it. To give out the same bytes again renames
/// them.
///
/// # Errors
/// When the file cannot be read or kept, or the database is away.
pub async fn publish(
    ctx: &Context,
    change: &mut Change,
    name: &str,
    purpose: BlobPurpose,
    file: &Path,
) -> Result<BlobHash, PublishError> {
    let content = keep(ctx, file).await?;
    announce(ctx, change, name, purpose, content).await
}

/// Keeps a file's content without giving it out. Large files are kept before the change that gives them out is begun, which holds others up.
///
/// # Errors
/// When the file cannot be read or kept.
pub async fn keep(ctx: &Context, file: &Path) -> Result<Content, PublishError> {
    let path = file.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        std::fs::File::open(&path).and_then(Content::of).map_err(|source| PublishError::Read { path, source })
    });
    let content = match read.await {
        Ok(content) => content?,
        Err(failed) => return Err(PublishError::Read { path: file.to_owned(), source: std::io::Error::other(failed) }),
    };
    store(ctx).keep(content.hash(), file).await?;
    Ok(content)
}

/// Gives out what was [kept](keep).
///
/// # Errors
/// When the database is away.
pub async fn announce(
    ctx: &Context,
    change: &mut Change,
    name: &str,
    purpose: BlobPurpose,
    content: Content,
) -> Result<BlobHash, PublishError> {
    let (hash, size) = (content.hash(), content.size());
    let manifest = BlobManifest { server: ctx.server(), name: name.to_owned(), purpose, content };
    let sealed = ctx.part::<Signer>().policy(&manifest);
    sqlx::query(
        "INSERT INTO blobs_published (hash, name, purpose, size, manifest, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (hash) DO UPDATE SET name = excluded.name, purpose = excluded.purpose, manifest = excluded.manifest",
    )
    .bind(hash.to_string())
    .bind(name)
    .bind(crate::agent::word(purpose))
    .bind(i64::try_from(size).unwrap_or(i64::MAX))
    .bind(serde_json::to_string(&sealed).unwrap_or_default())
    .bind(change.at().micros())
    .execute(change.on())
    .await?;
    Ok(hash)
}

/// Gives a blob out no more: from the commit on, endpoints are told that there is no such blob. Its bytes stay in the store,
/// because a file that was handed in may be the same.
///
/// # Errors
/// When the database is away.
pub async fn withdraw(change: &mut Change, hash: BlobHash) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM blobs_published WHERE hash = $1").bind(hash.to_string()).execute(change.on()).await?;
    Ok(())
}
