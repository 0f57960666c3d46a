//! `GET /api/v1/assets/ledger/{id}/photos/{photo}`: the picture itself.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::header;
use yagura_channel::wire::blob::BlobHash;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Path, error::Problem};

use super::{format::Format, store};
use crate::server::api::view;

/// Fetch a photo of an asset
#[utoipa::path(get, path = "/api/v1/assets/ledger/{id}/photos/{photo}", tag = "assets",
    params(("id" = String, Path), ("photo" = String, Path)),
    responses((status = 200, content((String = "image/jpeg"))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path((id, photo)): Path<(String, String)>,
) -> ApiResult<Response> {
    let (asset, _) = view::find(&ctx, &caller, &id).await?;
    let missing = || ApiError::not_found("photo");
    let found: Option<(String, String, i64)> =
        sqlx::query_as("SELECT hash, format, bytes FROM assets_photo WHERE id = $1 AND asset_id = $2")
            .bind(&photo)
            .bind(asset.to_string())
            .fetch_optional(ctx.db().read())
            .await?;
    let (hash, format, size) = found.ok_or_else(missing)?;
    let hash: BlobHash = hash.parse().map_err(|error| ApiError::unavailable(&error))?;
    let bytes = store(&ctx).read(hash, 0..size.unsigned_abs()).await;
    let bytes = bytes.map_err(|error| ApiError::unavailable(&error))?.ok_or_else(missing)?;
    let headers = [
        // Of a closed set, and by the first bytes: whatever else is in the file, no browser takes it for a page.
        (header::CONTENT_TYPE, Format::media(&format)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"photo\""),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    Ok((headers, bytes).into_response())
}
