//! `DELETE /api/v1/assets/devices/{id}`: it is not asked any more. Its asset stays in the ledger.

use axum::extract::State;
use http::StatusCode;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Object, Path, error::Problem};

use super::{DeviceDetail, find_on};

/// Stop asking a device
#[utoipa::path(delete, path = "/api/v1/assets/devices/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let mut change = Change::begin(&ctx, &caller, "device.remove").await?;
    let device = DeviceDetail::of(find_on(change.on(), &caller, &id).await?).summary;
    sqlx::query("DELETE FROM assets_device WHERE id = $1").bind(&id).execute(change.on()).await?;
    change.commit(Audit::removed(Object::new("device", &id, &device.host), &device)).await?;
    Ok(StatusCode::NO_CONTENT)
}
