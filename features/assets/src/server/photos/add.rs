//! `POST /api/v1/assets/ledger/{id}/photos`: a picture is the body.

use axum::{
    body::{Body, to_bytes},
    extract::State,
};
use http::StatusCode;
use yagura_channel::wire::blob::BlobHash;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Code, Context, Json, Object, Path, error::Problem,
};
use yagura_vocabulary::Id;

use super::{AssetPhoto, LARGEST, MOST, format::Format, store};
use crate::server::api::view;

/// Add a photo of an asset
///
/// JPEG, PNG or WebP of at most 5 MiB; an asset has at most five.
#[utoipa::path(post, path = "/api/v1/assets/ledger/{id}/photos", tag = "assets", params(("id" = String, Path)),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 201, body = AssetPhoto), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn add(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> ApiResult<(StatusCode, Json<AssetPhoto>)> {
    let (asset, row) = view::find(&ctx, &caller, &id).await?;
    let too_large = |_| ApiError::new(Code::TooLarge, format!("a photo has at most {LARGEST} bytes"));
    let bytes = to_bytes(body, LARGEST).await.map_err(too_large)?;
    let format = Format::of(&bytes)
        .ok_or_else(|| ApiError::invalid("", "unreadable", "a photo is a JPEG, PNG or WebP picture"))?;
    let hash = BlobHash::of(&bytes);
    let mut change = Change::begin(&ctx, &caller, "asset.photo_add").await?;
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM assets_photo WHERE asset_id = $1")
        .bind(asset.to_string())
        .fetch_one(change.on())
        .await?;
    if count >= MOST {
        return Err(ApiError::conflict("an asset has at most five photos: remove one first"));
    }
    let photo = AssetPhoto {
        id: Id::<AssetPhoto>::new().to_string(),
        format: format.as_str().to_owned(),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        added_at: change.at(),
        added_by: caller.name.clone(),
    };
    sqlx::query(
        "INSERT INTO assets_photo (id, asset_id, hash, format, bytes, added_at, added_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&photo.id)
    .bind(asset.to_string())
    .bind(hash.to_string())
    .bind(&photo.format)
    .bind(photo.bytes)
    .bind(photo.added_at.micros())
    .bind(&photo.added_by)
    .execute(change.on())
    .await?;
    // After its row, so that who removes the same picture elsewhere meanwhile sees that it is named.
    store(&ctx).keep_bytes(hash, &bytes).await.map_err(|error| ApiError::unavailable(&error))?;
    change.commit(Audit::created(Object::new("asset", &asset, &row.name), &photo)).await?;
    Ok((StatusCode::CREATED, Json(photo)))
}
