//! `POST /api/v1/assets/ledger/{id}/split`: what one source says belongs to a machine of its own.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};

use super::view::{AssetDetail, detail, find};
use crate::server::ledger::{AssetKind, Sighting, Source, choose, make, show_again, step_down, turn};

/// What is taken apart.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Split {
    /// The id of one of the asset's sightings.
    sighting: String,
}

/// Take one source's machine out of an asset
#[utoipa::path(post, path = "/api/v1/assets/ledger/{id}/split", tag = "assets", params(("id" = String, Path)),
    request_body = Split, responses((status = 200, body = AssetDetail, description = "The new asset"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn split(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<Split>,
) -> ApiResult<Json<AssetDetail>> {
    let (asset, row) = find(&ctx, &caller, &id).await?;
    let unknown = || ApiError::invalid("/sighting", "unknown", "the asset has no such source");
    let number: i64 = body.sighting.parse().map_err(|_| unknown())?;
    let mut change = Change::begin(&ctx, &caller, "asset.split").await?;
    turn(&ctx, change.on()).await?;
    let all: Vec<(i64, String, String, String)> =
        sqlx::query_as("SELECT number, source, source_key, facts FROM assets_sighting WHERE asset_id = $1")
            .bind(asset.to_string())
            .fetch_all(change.on())
            .await?;
    let (_, source, key, facts) = all.iter().find(|(one, ..)| *one == number).cloned().ok_or_else(unknown)?;
    if all.len() == 1 {
        return Err(ApiError::conflict("the asset has one source only: there is nothing to take apart"));
    }
    let source: Source = source.parse().map_err(|error| ApiError::unavailable(&error))?;
    let sighting = Sighting {
        source,
        kind: row.kind.parse().unwrap_or(AssetKind::Other),
        endpoint: if source == Source::Agent { key.parse().ok() } else { None },
        key,
        assets: serde_json::from_str(&facts).map_err(|error| ApiError::unavailable(&error))?,
    };
    step_down(change.on(), asset).await?;
    let new = make(&ctx, change.on(), &sighting).await?;
    sqlx::query("UPDATE assets_sighting SET asset_id = $1, why = 'by_hand' WHERE number = $2")
        .bind(new.to_string())
        .bind(number)
        .execute(change.on())
        .await?;
    if sighting.endpoint.is_some() {
        sqlx::query("UPDATE assets_asset SET endpoint_id = NULL WHERE id = $1")
            .bind(asset.to_string())
            .execute(change.on())
            .await?;
    }
    // It stays with whoever is in charge of the asset that it was part of.
    sqlx::query(
        "UPDATE assets_asset SET group_id = (SELECT COALESCE(e.group_id, a.group_id) FROM assets_asset a
         LEFT JOIN endpoints_endpoint e ON e.id = $1 WHERE a.id = $2) WHERE id = $3",
    )
    .bind(&row.endpoint_id)
    .bind(asset.to_string())
    .bind(new.to_string())
    .execute(change.on())
    .await?;
    for one in [asset, new] {
        choose(change.on(), one).await?;
        show_again(change.on(), one).await?;
    }
    change
        .commit(Audit::changed(Object::new("asset", &asset, &row.name), &body, &serde_json::json!({"new": new})))
        .await?;
    Ok(Json(detail(&ctx, &caller, &new.to_string()).await?))
}
