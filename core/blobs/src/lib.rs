//! Large content on its way to endpoints and from them. See the README for what always holds.

mod agent;
mod incoming;
mod publish;
mod store;

use std::path::Path;

use axum::routing::{get, post, put};
use yagura_server_kit::{Context, Migration, Parts, Routes, ServerFeature};

use self::incoming::Incoming;
pub use self::{
    publish::{PublishError, announce, keep, publish, withdraw},
    store::{BlobStore, Folder, StoreError},
};

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("blobs") };

const MIGRATIONS: &[Migration] =
    &[Migration { version: 202_611_250_201, name: "blobs", sql: include_str!("../migrations/202611250201_blobs.sql") }];

/// Puts what this part offers into the context: a store in the folder `dir`.
///
/// # Errors
/// When the folder cannot be made.
pub fn install(parts: &mut Parts, dir: &Path) -> Result<(), StoreError> {
    parts.insert(Box::new(Folder::open(&dir.join("whole"))?) as Box<dyn BlobStore>);
    parts.insert(Incoming::open(&dir.join("incoming"))?);
    Ok(())
}

fn start(ctx: &Context) {
    ctx.spawn(incoming::forget_unfinished(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .agent("/agent/v1/blobs", post(agent::offer::offer))
        .agent("/agent/v1/blobs/{hash}", get(agent::bytes::bytes))
        .agent("/agent/v1/blobs/{hash}/manifest", get(agent::manifest::manifest))
        .agent("/agent/v1/blobs/{hash}/chunks/{chunk}", put(agent::chunk::chunk))
}

pub(crate) fn store(ctx: &Context) -> &dyn BlobStore {
    &**ctx.part::<Box<dyn BlobStore>>()
}
