//! `POST /api/v1/assets/devices`: a device that is to be asked. It is asked at once.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{DeviceDetail, NewRow, find_on, group, host, insert, interval, port};
use crate::server::snmp::{INTERVAL_S, PORT, credentials};

/// A new device.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDevice {
    /// Its name or address in the network.
    #[schema(min_length = 1, max_length = 253)]
    host: String,
    /// 161 where absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 65535)]
    port: Option<u16>,
    /// The id of a credential.
    credential: String,
    /// How often it is asked, in seconds; 300 where absent.
    #[serde(default)]
    #[schema(minimum = 60, maximum = 86400)]
    interval_s: Option<u64>,
    /// The id of a fixed group that its asset is to stand in.
    #[serde(default)]
    group: Option<String>,
}

/// Register a device
#[utoipa::path(post, path = "/api/v1/assets/devices", tag = "assets", request_body = NewDevice,
    responses((status = 201, body = DeviceDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewDevice>,
) -> ApiResult<(StatusCode, Json<DeviceDetail>)> {
    let host = host(&body.host)?;
    let port = port(body.port.unwrap_or(PORT))?;
    let interval_s = interval(body.interval_s.unwrap_or(INTERVAL_S))?;
    let mut change = Change::begin(&ctx, &caller, "device.create").await?;
    credentials::must_exist(change.on(), "/credential", &body.credential).await?;
    let group = group(change.on(), &caller, body.group.as_deref()).await?;
    let id = Id::<DeviceDetail>::new().to_string();
    let new = NewRow {
        id: &id,
        host: &host,
        port,
        credential: &body.credential,
        interval_s,
        group: &group,
        next_at: change.at(),
        by: &caller.name,
    };
    let now = change.at();
    if !insert(change.on(), &new, now).await? {
        return Err(ApiError::conflict("a device is registered at this address and port").with("/host", "taken", None));
    }
    let device = DeviceDetail::of(find_on(change.on(), &caller, &id).await?);
    change.commit(Audit::created(Object::new("device", &id, &host), &device.summary)).await?;
    Ok((StatusCode::CREATED, Json(device)))
}
