//! `POST /api/v1/distribution/packages`: a package file is handed in.

use axum::{body::Body, extract::State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use yagura_blobs::{announce, keep};
use yagura_channel::wire::blob::BlobPurpose;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Query, Settings, error::Problem,
};
use yagura_vocabulary::Id;

use super::{ShelfItem, read::find, receive::receive, view::ShelfView};
use crate::{
    package::{HEAD_BYTES, read},
    server::settings::DistributionSettings,
};

/// Longest note, in characters.
const NOTE: usize = 1000;

/// What is said of a file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PackageQuery {
    /// The SHA-256 that it must have, in hex: what its maker says. Refused otherwise.
    sha256: Option<String>,
    /// A note for colleagues.
    note: Option<String>,
}

/// Hand in a package file
///
/// A .deb or .rpm file. Its name, version and architecture are read from its head. A file that lies on the shelf already is answered with 200.
#[utoipa::path(post, path = "/api/v1/distribution/packages", tag = "distribution", params(PackageQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = ShelfView), (status = 201, body = ShelfView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn hand_in(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<PackageQuery>,
    body: Body,
) -> ApiResult<(StatusCode, Json<ShelfView>)> {
    let expected = query.sha256.map(|hash| hash.trim().to_ascii_lowercase()).filter(|hash| !hash.is_empty());
    if expected.as_ref().is_some_and(|hash| hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err(ApiError::invalid("?sha256", "invalid", "a SHA-256 is 64 hex digits"));
    }
    let note = query.note.unwrap_or_default();
    if note.chars().count() > NOTE {
        return Err(ApiError::invalid("?note", "too_long", format!("at most {NOTE} characters")));
    }
    let most = DistributionSettings::in_force(&mut *ctx.db().read().acquire().await?).await?.most_bytes;
    let received = receive(&ctx, body, most).await?;
    if let Some(expected) = expected.filter(|expected| *expected != received.sha256) {
        let what =
            format!("the file has the SHA-256 {}, not {expected}: it is not the one that was meant", received.sha256);
        return Err(ApiError::invalid("?sha256", "other_hash", what));
    }
    let known: Option<(String,)> =
        sqlx::query_as("SELECT id FROM distribution_item WHERE hash = $1 AND kind <> 'script'")
            .bind(&received.sha256)
            .fetch_optional(ctx.db().read())
            .await?;
    if let Some((id,)) = known {
        return Ok((StatusCode::OK, Json(find(&ctx, &id).await?.try_into()?)));
    }
    let beginning = received.beginning(HEAD_BYTES).await?;
    let head =
        tokio::task::spawn_blocking(move || read(&beginning)).await.map_err(|error| ApiError::unavailable(&error))?;
    let head =
        head.map_err(|error| ApiError::invalid("", "no_package", format!("the file cannot be used: {error}")))?;
    // As package systems name their files: it is a path on endpoints, so nothing of what the person's file was called is in it.
    let kind = head.system.as_str();
    let file_name = format!("{}_{}_{}.{kind}", head.name, head.version.replace(':', "%3a"), head.architecture);
    let content = keep(&ctx, received.path()).await?;
    let id = Id::<ShelfItem>::new();
    let mut change = Change::begin(&ctx, &caller, "package.create").await?;
    announce(&ctx, &mut change, &file_name.chars().take(200).collect::<String>(), BlobPurpose::Package, content)
        .await?;
    let at = change.at().micros();
    sqlx::query(
        "INSERT INTO distribution_item (id, kind, name, version, number, file_name, architecture, head, hash, size, content,
         interpreter, note, created_at, created_by) VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, '', '', $10, $11, $12)",
    )
    .bind(id.to_string())
    .bind(kind)
    .bind(&head.name)
    .bind(&head.version)
    .bind(&file_name)
    .bind(&head.architecture)
    .bind(serde_json::to_string(&head).map_err(|error| ApiError::unavailable(&error))?)
    .bind(&received.sha256)
    .bind(i64::try_from(received.size).unwrap_or(i64::MAX))
    .bind(&note)
    .bind(at)
    .bind(&caller.name)
    .execute(change.on())
    .await?;
    let after = json!({"name": head.name, "version": head.version, "architecture": head.architecture,
        "sha256": received.sha256, "size": received.size});
    let label = format!("{} {}", head.name, head.version);
    change.commit(Audit::created(Object::new("package", &id, &label), &after)).await?;
    Ok((StatusCode::CREATED, Json(find(&ctx, &id.to_string()).await?.try_into()?)))
}
