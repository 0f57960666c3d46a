//! `POST /api/v1/assets/devices/{id}/test`: asks a device now, and says what came.

use axum::extract::State;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};

use super::{DeviceDetail, find};
use crate::server::snmp::{
    PORT,
    ask::{Target, ask},
    credentials,
    keep::keep,
};

/// Ask a device now
///
/// The answer comes when it has answered, at the latest after half a minute. What it says goes into the ledger.
#[utoipa::path(post, path = "/api/v1/assets/devices/{id}/test", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, body = DeviceDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn test(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<DeviceDetail>> {
    let row = find(&ctx, &caller, &id).await?;
    let credential = credentials::load(&mut *ctx.db().read().acquire().await?, &row.credential_id).await?;
    let credential = credential.ok_or_else(|| ApiError::not_found("credential"))?;
    let asked_at = ctx.now();
    let target = Target { host: row.host.clone(), port: u16::try_from(row.port).unwrap_or(PORT), credential };
    let told = ask(target, asked_at).await;
    // Written before the audit row, as this is what the server does by itself every few minutes.
    keep(&ctx, (&id, row.version), asked_at, &told).await?;
    let mut change = Change::begin(&ctx, &caller, "device.test").await?;
    let device = DeviceDetail::of(super::find_on(change.on(), &caller, &id).await?);
    change.commit(Audit::changed(Object::new("device", &id, &row.host), &(), &device.summary)).await?;
    Ok(Json(device))
}
