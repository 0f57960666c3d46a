//! `POST /agent/v1/blobs`: an endpoint wants to hand something in, or asks how far it came. The answer names the chunks that
//! are missing.

use axum::extract::State;
use yagura_channel::{
    server::Signer,
    wire::{
        blob::{Held, Offer},
        sealed::Sealed,
    },
};
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Code, Context, Json};

use crate::incoming::{Incoming, PER_ENDPOINT};

pub(crate) async fn offer(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Sealed<Held>>> {
    request.approved()?;
    let offer: Offer = request.read(&ctx)?;
    let (endpoint, hash) = (request.endpoint.to_string(), offer.content.hash());
    let incoming = ctx.part::<Incoming>();
    let mut missing = Vec::new();
    if !begin(&ctx, &endpoint, &offer).await? {
        incoming.begin(request.endpoint, &offer.content).await?;
        missing = incoming.missing(request.endpoint, &offer.content).await?;
        if missing.is_empty() && !super::chunk::finish(&ctx, request.endpoint, &offer.content).await? {
            return Err(ApiError::new(Code::Invalid, "the chunks do not make the blob that was described"));
        }
    }
    let held = Held { server: ctx.server(), endpoint: request.endpoint, sha256: hash, missing };
    Ok(Json(ctx.part::<Signer>().respond(&held)))
}

/// Writes down that it was begun, within the endpoint's quota; true when it is finished already.
async fn begin(ctx: &Context, endpoint: &str, offer: &Offer) -> Result<bool, ApiError> {
    let size = i64::try_from(offer.content.size()).unwrap_or(i64::MAX);
    let mut tx = ctx.db().write().await?;
    let known: Option<(Option<i64>,)> =
        sqlx::query_as("SELECT finished_at FROM blobs_collected WHERE endpoint_id = $1 AND hash = $2")
            .bind(endpoint)
            .bind(offer.content.hash().to_string())
            .fetch_optional(tx.on())
            .await?;
    if let Some((finished,)) = known {
        return Ok(finished.is_some());
    }
    let (used,): (i64,) =
        sqlx::query_as("SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blobs_collected WHERE endpoint_id = $1")
            .bind(endpoint)
            .fetch_one(tx.on())
            .await?;
    if used.unsigned_abs().saturating_add(size.unsigned_abs()) > PER_ENDPOINT {
        ctx.metrics().refuse("blob_quota");
        return Err(ApiError::new(Code::TooLarge, "this endpoint has handed in as much as it may"));
    }
    sqlx::query(
        "INSERT INTO blobs_collected (endpoint_id, hash, name, purpose, size, begun_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(endpoint)
    .bind(offer.content.hash().to_string())
    .bind(offer.short_name())
    .bind(super::word(offer.purpose))
    .bind(size)
    .bind(ctx.now().micros())
    .execute(tx.on())
    .await?;
    tx.commit().await?;
    Ok(false)
}
