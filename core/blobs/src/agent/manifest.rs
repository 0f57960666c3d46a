//! `GET /agent/v1/blobs/{hash}/manifest`: what a blob consists of, signed with the key in force.

use axum::extract::State;
use yagura_channel::{
    server::Signer,
    wire::{blob::BlobManifest, sealed::Sealed},
};
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Context, Json, Path};

pub(crate) async fn manifest(
    State(ctx): State<Context>,
    Path(hash): Path<String>,
    request: AgentRequest,
) -> ApiResult<Json<Sealed<BlobManifest>>> {
    request.approved()?;
    let (manifest, _) = super::published(&ctx, super::hash(&hash)?).await?;
    let kept = serde_json::from_str(&manifest).map_err(|error| ApiError::unavailable(&error))?;
    Ok(Json(ctx.part::<Signer>().policy_in_force(kept)))
}
