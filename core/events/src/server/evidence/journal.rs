//! `GET /api/v1/events/evidence/journal`: the journal's chain, for whoever checks it on another machine.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_channel::{
    server::Signer,
    wire::{journal_key::JournalKey, key_set::Keys},
};
use yagura_server_kit::{ApiError, ApiResult, Context, Json, Query, error::Problem};

use crate::{embedded::SignedManifest, server::store};

/// Which part.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// Begin after the manifest of this number.
    #[serde(default)]
    after: u64,
    /// At most so many: 1 to 1,000.
    #[serde(default = "most")]
    limit: u32,
}

const fn most() -> u32 {
    1000
}

/// One manifest, byte for byte as it was hashed and signed.
#[derive(Debug, Serialize, ToSchema)]
struct ManifestView {
    number: u64,
    /// JSON.
    entry: String,
    /// SHA-256 of `entry`, hex.
    hash: String,
    /// Ed25519 over `entry`, hex; null without a key.
    signature: Option<String>,
}

/// A part of the journal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EvidenceJournal)]
pub(super) struct JournalPart {
    items: Vec<ManifestView>,
    /// The number of the last manifest there is.
    head_number: u64,
    /// Its hash, hex.
    head_hash: String,
    /// The journal's key, signed by a key under the server's root; null without a key.
    #[schema(value_type = Option<Object>)]
    vouched: Option<serde_json::Value>,
    /// The server's root key and the keys under it.
    #[schema(value_type = Object)]
    keys: Keys,
}

/// Read the journal of the event store's files
#[utoipa::path(get, path = "/api/v1/events/evidence/journal", tag = "events", params(Part),
    responses((status = 200, body = JournalPart), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn journal(State(ctx): State<Context>, Query(part): Query<Part>) -> ApiResult<Json<JournalPart>> {
    if !(1..=most()).contains(&part.limit) {
        return Err(ApiError::invalid("?limit", "out_of_range", "between 1 and 1000"));
    }
    let evidence = store(&ctx).evidence().ok_or_else(|| ApiError::not_found("journal"))?;
    let signer = ctx.part::<Signer>();
    // Before the items, so that the end is never after what a reader can get.
    let head = evidence.head().await?;
    let items = evidence.after(part.after, part.limit).await?.into_iter().map(view).collect();
    let vouched = evidence.seal().map(|seal| {
        let key = JournalKey { server: ctx.server(), key: seal.key(), issued_at: ctx.now() };
        serde_json::to_value(signer.respond(&key))
    });
    let vouched = vouched.transpose().map_err(|error| ApiError::unavailable(&error))?;
    let (head_number, head_hash) = (head.number, hex::encode(head.hash));
    Ok(Json(JournalPart { items, head_number, head_hash, vouched, keys: signer.keys() }))
}

fn view(signed: SignedManifest) -> ManifestView {
    let SignedManifest { manifest, entry, hash, signature } = signed;
    ManifestView { number: manifest.number, entry, hash: hex::encode(hash), signature: signature.map(hex::encode) }
}
