//! `GET /api/v1/assets/{endpoint}`: the inventory of one endpoint, by id or host name.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_endpoints::id_by_name_or_id;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::id::EndpointId;

use crate::Assets;

/// The inventory of one endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndpointAssets {
    endpoint: EndpointId,
    hostname: String,
    #[serde(flatten)]
    assets: Assets,
}

/// Show the inventory of an endpoint
#[utoipa::path(get, path = "/api/v1/assets/{endpoint}", tag = "assets", params(("endpoint" = String, Path)),
    responses((status = 200, body = EndpointAssets), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(name): Path<String>,
) -> ApiResult<Json<EndpointAssets>> {
    let (endpoint, hostname) = id_by_name_or_id(&ctx, &caller, &name).await?;
    let told: Option<(String,)> =
        sqlx::query_as("SELECT value FROM endpoints_state WHERE endpoint_id = $1 AND section = $2")
            .bind(endpoint.to_string())
            .bind(crate::FEATURE)
            .fetch_optional(ctx.db().read())
            .await?;
    let (text,) = told.ok_or_else(|| ApiError::not_found("inventory: the endpoint has not told one yet"))?;
    let assets = serde_json::from_str(&text).map_err(|error| ApiError::unavailable(&error))?;
    Ok(Json(EndpointAssets { endpoint, hostname, assets }))
}
