//! Pictures of assets: what an asset looks like, and what was found at stock-taking. The console makes them small before it sends them,
//! which also leaves out where they were taken.

mod add;
mod format;
mod list;
mod read;
mod remove;

use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use utoipa_axum::routes;
use yagura_blobs::BlobStore;
use yagura_channel::wire::blob::BlobHash;
use yagura_server_kit::{ApiError, Context, Permission as P, Routes};
use yagura_vocabulary::Time;

/// Most pictures of one asset.
const MOST: i64 = 5;
/// Largest picture, in bytes.
const LARGEST: usize = 5 << 20;

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::AssetsRead, routes!(list::list))
        .api(P::AssetsWrite, routes!(add::add))
        .api(P::AssetsRead, routes!(read::read))
        .api(P::AssetsWrite, routes!(remove::remove))
}

/// A picture of an asset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AssetPhoto {
    pub id: String,
    /// `jpeg`, `png`, `webp`.
    pub format: String,
    pub bytes: i64,
    pub added_at: Time,
    pub added_by: String,
}

fn store(ctx: &Context) -> &dyn BlobStore {
    &**ctx.part::<Box<dyn BlobStore>>()
}

/// Takes the bytes away that nothing names any more: another asset may have the same picture, and an endpoint the same file.
pub(super) async fn forget(ctx: &Context, connection: &mut AnyConnection, hash: &str) -> Result<(), ApiError> {
    let named: Option<(i64,)> = sqlx::query_as(
        "SELECT 1 FROM assets_photo WHERE hash = $1 UNION ALL SELECT 1 FROM blobs_published WHERE hash = $1
         UNION ALL SELECT 1 FROM blobs_collected WHERE hash = $1 LIMIT 1",
    )
    .bind(hash)
    .fetch_optional(connection)
    .await?;
    if named.is_some() {
        return Ok(());
    }
    let hash: BlobHash = hash.parse().map_err(|error| ApiError::unavailable(&error))?;
    store(ctx).remove(hash).await.map_err(|error| ApiError::unavailable(&error))
}
