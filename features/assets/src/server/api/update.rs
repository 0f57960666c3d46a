//! `PATCH /api/v1/assets/ledger/{id}`: what people know of an asset and no source does.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object, Path, error::Problem};

use super::view::{AssetDetail, detail, find};
use crate::server::ledger::{Written, write_down};

/// Change what is written down about an asset
#[utoipa::path(patch, path = "/api/v1/assets/ledger/{id}", tag = "assets",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = Written, responses((status = 200, body = AssetDetail), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<String>,
    Json(body): Json<Written>,
) -> ApiResult<Json<AssetDetail>> {
    body.check()?;
    let (asset, row) = find(&ctx, &caller, &id).await?;
    seen.check(Etag(row.version))?;
    let before = detail(&ctx, &caller, &id).await?;
    let mut change = Change::begin(&ctx, &caller, "asset.update").await?;
    write_down(change.on(), asset, &body).await?;
    change.commit(Audit::changed(Object::new("asset", &asset, &row.name), &before, &body)).await?;
    Ok(Json(detail(&ctx, &caller, &id).await?))
}
