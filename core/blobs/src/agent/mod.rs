//! What agents ask of this part.

pub(crate) mod bytes;
pub(crate) mod chunk;
pub(crate) mod manifest;
pub(crate) mod offer;

use yagura_channel::wire::blob::{BlobHash, BlobPurpose};
use yagura_server_kit::{ApiError, Context};

use crate::StoreError;

/// The purpose as the database has it, which is the word on the wire.
pub(crate) fn word(purpose: BlobPurpose) -> String {
    serde_json::to_value(purpose).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn hash(text: &str) -> Result<BlobHash, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("blob"))
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::unavailable(&error)
    }
}

/// The signed manifest of a blob that is given out, as text, and the blob's size.
async fn published(ctx: &Context, hash: BlobHash) -> Result<(String, u64), ApiError> {
    let row: Option<(String, i64)> = sqlx::query_as("SELECT manifest, size FROM blobs_published WHERE hash = $1")
        .bind(hash.to_string())
        .fetch_optional(ctx.db().read())
        .await?;
    let (manifest, size) = row.ok_or_else(|| ApiError::not_found("blob"))?;
    Ok((manifest, size.unsigned_abs()))
}
