//! `DELETE /api/v1/assets/ledger/{id}`: an asset that should not be in the ledger.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::view::{detail, find};
use crate::server::{
    ledger::{step_down, turn},
    photos,
};

/// Remove an asset from the ledger
#[utoipa::path(delete, path = "/api/v1/assets/ledger/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let (asset, row) = find(&ctx, &caller, &id).await?;
    let before = detail(&ctx, &caller, &id).await?;
    let mut change = Change::begin(&ctx, &caller, "asset.remove").await?;
    turn(&ctx, change.on()).await?;
    let id = asset.to_string();
    let alive: Option<(i64,)> = sqlx::query_as(
        "SELECT 1 FROM assets_asset a JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         WHERE a.id = $1 AND e.standing <> 'retired'",
    )
    .bind(&id)
    .fetch_optional(change.on())
    .await?;
    if alive.is_some() {
        return Err(ApiError::conflict("our agent runs on it and would bring it back: retire the endpoint first"));
    }
    step_down(change.on(), asset).await?;
    let photos: Vec<(String,)> = sqlx::query_as("DELETE FROM assets_photo WHERE asset_id = $1 RETURNING hash")
        .bind(&id)
        .fetch_all(change.on())
        .await?;
    for (hash,) in photos {
        photos::forget(&ctx, change.on(), &hash).await?;
    }
    for sql in [
        "DELETE FROM assets_installed WHERE sighting IN (SELECT number FROM assets_sighting WHERE asset_id = $1)",
        "DELETE FROM assets_mark WHERE sighting IN (SELECT number FROM assets_sighting WHERE asset_id = $1)",
        "DELETE FROM assets_doubt WHERE asset_id = $1
         OR sighting IN (SELECT number FROM assets_sighting WHERE asset_id = $1)",
        "DELETE FROM assets_change WHERE asset_id = $1",
        "DELETE FROM assets_sighting WHERE asset_id = $1",
        "DELETE FROM assets_asset WHERE id = $1",
    ] {
        sqlx::query(sql).bind(&id).execute(change.on()).await?;
    }
    change.commit(Audit::removed(Object::new("asset", &asset, &row.name), &before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
