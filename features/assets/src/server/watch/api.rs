//! `GET` and `PUT /api/v1/assets/watch`: which alarms about assets are raised.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, IfMatch, Json, Versioned, error::Problem, settings};

use super::AssetWatch;

/// Show which alarms about assets are raised
#[utoipa::path(get, path = "/api/v1/assets/watch", tag = "assets",
    responses((status = 200, body = Versioned<AssetWatch>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read_watch(State(ctx): State<Context>) -> ApiResult<Json<Versioned<AssetWatch>>> {
    settings::read(&ctx).await
}

/// Choose which alarms about assets are raised
#[utoipa::path(put, path = "/api/v1/assets/watch", tag = "assets",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = AssetWatch, responses((status = 200, body = Versioned<AssetWatch>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_watch(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(wanted): Json<AssetWatch>,
) -> ApiResult<Json<Versioned<AssetWatch>>> {
    settings::change(&ctx, &caller, &seen, &wanted).await
}
