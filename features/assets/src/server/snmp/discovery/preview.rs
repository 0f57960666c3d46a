//! `POST /api/v1/assets/discoveries/preview`: how many addresses a range has. Nothing is asked.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, error::Problem};

use super::addresses;
use crate::server::snmp::for_all;

/// A range of addresses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscoveryRange {
    /// `192.168.10.0/24`, `192.168.10.1-192.168.10.50`, or one IPv4 address.
    addresses: String,
}

/// What a range has.
#[derive(Serialize, ToSchema)]
pub(crate) struct DiscoveryPreview {
    first: String,
    last: String,
    /// How many addresses.
    count: usize,
    /// How many of them are registered already.
    known: usize,
}

/// Preview a search for devices
#[utoipa::path(post, path = "/api/v1/assets/discoveries/preview", tag = "assets", request_body = DiscoveryRange,
    responses((status = 200, body = DiscoveryPreview), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<DiscoveryRange>,
) -> ApiResult<Json<DiscoveryPreview>> {
    for_all(&caller)?;
    let all = addresses(&body.addresses)?;
    let hosts: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT host FROM assets_device").fetch_all(ctx.db().read()).await?;
    let text = |at: Option<&std::net::Ipv4Addr>| at.map(ToString::to_string).unwrap_or_default();
    Ok(Json(DiscoveryPreview {
        first: text(all.first()),
        last: text(all.last()),
        count: all.len(),
        known: hosts.iter().filter(|(host,)| host.parse().is_ok_and(|host| all.binary_search(&host).is_ok())).count(),
    }))
}
