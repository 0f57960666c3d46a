//! `DELETE /api/v1/assets/ledger/{id}/photos/{photo}`.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::forget;
use crate::server::api::view;

/// Remove a photo of an asset
#[utoipa::path(delete, path = "/api/v1/assets/ledger/{id}/photos/{photo}", tag = "assets",
    params(("id" = String, Path), ("photo" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path((id, photo)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let (asset, row) = view::find(&ctx, &caller, &id).await?;
    let mut change = Change::begin(&ctx, &caller, "asset.photo_remove").await?;
    let found: Option<(String,)> =
        sqlx::query_as("DELETE FROM assets_photo WHERE id = $1 AND asset_id = $2 RETURNING hash")
            .bind(&photo)
            .bind(asset.to_string())
            .fetch_optional(change.on())
            .await?;
    let (hash,) = found.ok_or_else(|| ApiError::not_found("photo"))?;
    forget(&ctx, change.on(), &hash).await?;
    let gone = serde_json::json!({"photo": photo});
    change.commit(Audit::removed(Object::new("asset", &asset, &row.name), &gone)).await?;
    Ok(StatusCode::NO_CONTENT)
}
