//! `GET /api/v1/assets/devices/{id}`: a device with all that it said last.

use axum::extract::State;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Path, error::Problem};

use super::{DeviceDetail, find};

/// Show a device
#[utoipa::path(get, path = "/api/v1/assets/devices/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = DeviceDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<DeviceDetail>> {
    Ok(Json(DeviceDetail::of(find(&ctx, &caller, &id).await?)))
}
