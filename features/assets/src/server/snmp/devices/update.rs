//! `PATCH /api/v1/assets/devices/{id}`: where it is, how often and with what it is asked. It is asked anew at once.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Code, Context, Etag, IfMatch, Json, Object, Path, error::Problem,
};

use super::{DeviceDetail, find_on, group, host, interval, port};
use crate::server::snmp::credentials;

/// What changes; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceChange {
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    #[schema(minimum = 1, maximum = 65535)]
    port: Option<u16>,
    #[serde(default)]
    credential: Option<String>,
    #[serde(default)]
    #[schema(minimum = 60, maximum = 86400)]
    interval_s: Option<u64>,
    /// Its asset goes to this group too, unless our agent runs on it.
    #[serde(default)]
    group: Option<String>,
}

/// Change a device
#[utoipa::path(patch, path = "/api/v1/assets/devices/{id}", tag = "assets",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")),
    request_body = DeviceChange, responses((status = 200, body = DeviceDetail), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn update(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Path(id): Path<String>,
    Json(body): Json<DeviceChange>,
) -> ApiResult<Json<DeviceDetail>> {
    let wanted_host = body.host.as_deref().map(host).transpose()?;
    let wanted_port = body.port.map(port).transpose()?;
    let wanted_interval = body.interval_s.map(interval).transpose()?;
    let mut change = Change::begin(&ctx, &caller, "device.update").await?;
    let before = find_on(change.on(), &caller, &id).await?;
    seen.check(Etag(before.version))?;
    if let Some(credential) = &body.credential {
        credentials::must_exist(change.on(), "/credential", credential).await?;
    }
    if let Some(wanted) = &body.group {
        let group = group(change.on(), &caller, Some(wanted)).await?;
        sqlx::query("UPDATE assets_asset SET group_id = $1 WHERE id = $2 AND endpoint_id IS NULL")
            .bind(&group)
            .bind(&before.asset_id)
            .execute(change.on())
            .await?;
    }
    let changed = sqlx::query(
        "UPDATE assets_device SET host = COALESCE($1, host), port = COALESCE($2, port),
         credential_id = COALESCE($3, credential_id), interval_s = COALESCE($4, interval_s),
         group_id = COALESCE($5, group_id), next_at = $6, version = version + 1 WHERE id = $7",
    )
    .bind(wanted_host)
    .bind(wanted_port.map(i64::from))
    .bind(&body.credential)
    .bind(wanted_interval)
    .bind(&body.group)
    .bind(change.at().micros())
    .bind(&id)
    .execute(change.on())
    .await
    .map_err(ApiError::from);
    if let Err(error) = changed {
        return Err(if error.code() == Code::Conflict {
            ApiError::conflict("a device is registered at this address and port").with("/host", "taken", None)
        } else {
            error
        });
    }
    let after = DeviceDetail::of(find_on(change.on(), &caller, &id).await?);
    let before = DeviceDetail::of(before).summary;
    change.commit(Audit::changed(Object::new("device", &id, &before.host), &before, &after.summary)).await?;
    Ok(Json(after))
}
