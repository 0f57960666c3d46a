//! `GET /api/v1/assets/ledger/{id}/photos`.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, Path, error::Problem};
use yagura_vocabulary::Time;

use super::AssetPhoto;
use crate::server::api::view;

/// List the photos of an asset
#[utoipa::path(get, path = "/api/v1/assets/ledger/{id}/photos", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = Page<AssetPhoto>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Page<AssetPhoto>>> {
    let (asset, _) = view::find(&ctx, &caller, &id).await?;
    let rows: Vec<(String, String, i64, i64, String)> = sqlx::query_as(
        "SELECT id, format, bytes, added_at, added_by FROM assets_photo WHERE asset_id = $1 ORDER BY added_at, id",
    )
    .bind(asset.to_string())
    .fetch_all(ctx.db().read())
    .await?;
    let photo = |(id, format, bytes, added_at, added_by)| AssetPhoto {
        id,
        format,
        bytes,
        added_at: Time::from_micros(added_at),
        added_by,
    };
    Ok(Json(Page::whole(rows.into_iter().map(photo).collect())))
}
