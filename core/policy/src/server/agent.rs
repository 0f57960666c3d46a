//! `GET /agent/v1/manifest` and `GET /agent/v1/policies/{hash}`.

use axum::extract::State;
use http::header;
use yagura_channel::wire::{policy::Manifest, sealed::Sealed};
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Context, Json, Path};

use super::manifest;

pub(crate) async fn manifest(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Sealed<Manifest>>> {
    request.approved()?;
    Ok(Json(manifest::current(&ctx, request.endpoint).await?.0))
}

/// A document by its hash. Who knows the hash has it from a manifest; the text says nothing about anybody else.
pub(crate) async fn document(
    State(ctx): State<Context>,
    request: AgentRequest,
    Path(hash): Path<String>,
) -> ApiResult<([(header::HeaderName, &'static str); 1], String)> {
    request.approved()?;
    let body: Option<(String,)> = sqlx::query_as("SELECT body FROM policy_document WHERE hash = $1")
        .bind(hash)
        .fetch_optional(ctx.db().read())
        .await?;
    let (body,) = body.ok_or_else(|| ApiError::not_found("policy document"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body))
}
