//! `POST /api/v1/assets/ledger/{id}/merge`: two assets are one machine.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};

use super::view::{AssetDetail, detail, find};
use crate::server::ledger::{choose, show_again, step_down, turn};

/// What is laid together.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Merge {
    /// The id of the asset that goes into this one. What was written down about it goes; its sources and its history stay.
    other: String,
}

/// Lay two assets together
#[utoipa::path(post, path = "/api/v1/assets/ledger/{id}/merge", tag = "assets", params(("id" = String, Path)),
    request_body = Merge, responses((status = 200, body = AssetDetail), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn merge(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<Merge>,
) -> ApiResult<Json<AssetDetail>> {
    let (asset, row) = find(&ctx, &caller, &id).await?;
    let (other, _) = find(&ctx, &caller, &body.other)
        .await
        .map_err(|_| ApiError::invalid("/other", "unknown", "there is no such asset"))?;
    if other == asset {
        return Err(ApiError::invalid("/other", "unknown", "an asset cannot be laid together with itself"));
    }
    let gone = detail(&ctx, &caller, &body.other).await?;
    let mut change = Change::begin(&ctx, &caller, "asset.merge").await?;
    let (to, from) = (asset.to_string(), other.to_string());
    turn(&ctx, change.on()).await?;
    step_down(change.on(), other).await?;
    for sql in [
        "UPDATE assets_sighting SET asset_id = $1, why = 'by_hand' WHERE asset_id = $2",
        "UPDATE assets_change SET asset_id = $1 WHERE asset_id = $2",
        "UPDATE assets_photo SET asset_id = $1 WHERE asset_id = $2",
        // Who found one of them has found both.
        "UPDATE assets_round_asset SET
         seen_at = (SELECT f.seen_at FROM assets_round_asset f WHERE f.round_id = assets_round_asset.round_id AND f.asset_id = $2),
         seen_by = (SELECT f.seen_by FROM assets_round_asset f WHERE f.round_id = assets_round_asset.round_id AND f.asset_id = $2)
         WHERE asset_id = $1 AND seen_at IS NULL
         AND round_id IN (SELECT f.round_id FROM assets_round_asset f WHERE f.asset_id = $2)",
        "DELETE FROM assets_round_asset WHERE asset_id = $2
         AND round_id IN (SELECT t.round_id FROM assets_round_asset t WHERE t.asset_id = $1)",
        "UPDATE assets_round_asset SET asset_id = $1 WHERE asset_id = $2",
    ] {
        sqlx::query(sql).bind(&to).bind(&from).execute(change.on()).await?;
    }
    sqlx::query("DELETE FROM assets_doubt WHERE asset_id = $1").bind(&from).execute(change.on()).await?;
    sqlx::query("DELETE FROM assets_asset WHERE id = $1").bind(&from).execute(change.on()).await?;
    choose(change.on(), asset).await?;
    show_again(change.on(), asset).await?;
    change.commit(Audit::changed(Object::new("asset", &asset, &row.name), &gone, &body)).await?;
    Ok(Json(detail(&ctx, &caller, &to).await?))
}
