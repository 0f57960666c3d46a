//! `GET /api/v1/assets/ledger/{id}`: one asset, by its id or its endpoint's.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Path, error::Problem};

use super::view::{AssetDetail, detail};

/// Show an asset
#[utoipa::path(get, path = "/api/v1/assets/ledger/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = AssetDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<AssetDetail>> {
    Ok(Json(detail(&ctx, &caller, &id).await?))
}
