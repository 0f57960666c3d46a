//! `GET /agent/v1/blobs/{hash}/manifest`: what a blob consists of, as it was signed.

use axum::extract::State;
use http::header;
use yagura_server_kit::{AgentRequest, ApiResult, Context, Path};

pub(crate) async fn manifest(
    State(ctx): State<Context>,
    Path(hash): Path<String>,
    request: AgentRequest,
) -> ApiResult<([(header::HeaderName, &'static str); 1], String)> {
    request.approved()?;
    let (manifest, _) = super::published(&ctx, super::hash(&hash)?).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], manifest))
}
