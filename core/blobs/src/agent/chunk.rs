//! `PUT /agent/v1/blobs/{hash}/chunks/{chunk}`: one chunk of a blob that was offered. The next offer, which finds none missing, makes it whole.

use std::path::Path as FilePath;

use axum::extract::State;
use http::StatusCode;
use yagura_channel::wire::blob::Content;
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Code, Context, Path};
use yagura_vocabulary::{Id, id::Endpoint};

use crate::{incoming::Incoming, store};

pub(crate) async fn chunk(
    State(ctx): State<Context>,
    Path((hash, chunk)): Path<(String, usize)>,
    request: AgentRequest,
) -> ApiResult<StatusCode> {
    request.approved()?;
    let hash = super::hash(&hash)?;
    let incoming = ctx.part::<Incoming>();
    let content = incoming.content(request.endpoint, hash).await.ok_or_else(|| ApiError::not_found("blob"))?;
    if !content.fits(chunk, &request.body) {
        ctx.metrics().refuse("blob_chunk");
        return Err(ApiError::new(Code::Invalid, "this is not that chunk"));
    }
    incoming.keep(request.endpoint, hash, chunk, &request.body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a blob together of which nothing is missing. False when its chunks do not make what was described.
pub(super) async fn finish(ctx: &Context, endpoint: Id<Endpoint>, content: &Content) -> Result<bool, ApiError> {
    let hash = content.hash();
    let take = async |whole: &FilePath| -> Result<(), ApiError> {
        store(ctx).keep(hash, whole).await?;
        let mut tx = ctx.db().write().await?;
        sqlx::query("UPDATE blobs_collected SET finished_at = $1 WHERE endpoint_id = $2 AND hash = $3")
            .bind(ctx.now().micros())
            .bind(endpoint.to_string())
            .bind(hash.to_string())
            .execute(tx.on())
            .await?;
        Ok(tx.commit().await?)
    };
    ctx.part::<Incoming>().join(endpoint, content, take).await
}
