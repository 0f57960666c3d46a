//! `POST /api/v1/assets/discoveries`: begins to look for devices. The answer comes at once; the work goes on in the background.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{
    addresses,
    job::{Discovery, find},
    run::{Plan, run},
};
use crate::server::snmp::{
    INTERVAL_S, PORT, credentials,
    devices::{group, interval, port},
    for_all,
};

/// So many credentials are tried at each address.
const MOST_CREDENTIALS: usize = 3;

/// Where to look for devices, and with what they are asked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDiscovery {
    /// `192.168.10.0/24`, `192.168.10.1-192.168.10.50`, or one IPv4 address; at most 4,096.
    addresses: String,
    /// Ids of one to three credentials, in the order in which they are tried.
    credentials: Vec<String>,
    /// 161 where absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 65535)]
    port: Option<u16>,
    /// How often what is found is asked from then on, in seconds; 300 where absent.
    #[serde(default)]
    #[schema(minimum = 60, maximum = 86400)]
    interval_s: Option<u64>,
    /// The id of a fixed group that they are to stand in.
    #[serde(default)]
    group: Option<String>,
}

/// Look for devices
#[utoipa::path(post, path = "/api/v1/assets/discoveries", tag = "assets", request_body = NewDiscovery,
    responses((status = 202, body = Discovery), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn start(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewDiscovery>,
) -> ApiResult<(StatusCode, Json<Discovery>)> {
    for_all(&caller)?;
    let all = addresses(&body.addresses)?;
    if !(1..=MOST_CREDENTIALS).contains(&body.credentials.len()) {
        return Err(ApiError::invalid("/credentials", "required", "choose one to three credentials"));
    }
    let mut change = Change::begin(&ctx, &caller, "device.discover").await?;
    let mut tried = Vec::new();
    for (at, id) in body.credentials.iter().enumerate() {
        let credential = credentials::load(change.on(), id).await?;
        let unknown = || ApiError::invalid(&format!("/credentials/{at}"), "unknown", "there is no such credential");
        tried.push((id.clone(), credential.ok_or_else(unknown)?));
    }
    let now = change.at();
    let others: Vec<(i64,)> = sqlx::query_as("SELECT touched_at FROM assets_discovery WHERE state = 'running'")
        .fetch_all(change.on())
        .await?;
    if others.iter().any(|(touched,)| now.micros() - touched < 60_000_000) {
        return Err(ApiError::conflict("a search is running: let it end, or cancel it first"));
    }
    let id = Id::<Discovery>::new().to_string();
    let plan = Plan {
        job: id.clone(),
        credentials: tried,
        port: port(body.port.unwrap_or(PORT))?,
        interval_s: interval(body.interval_s.unwrap_or(INTERVAL_S))?,
        group: group(change.on(), &caller, body.group.as_deref()).await?,
        label: body.addresses.trim().to_owned(),
    };
    sqlx::query(
        "INSERT INTO assets_discovery (id, addresses, state, cancel_wanted, total, done, added, known, refused, created_by,
         started_at, touched_at) VALUES ($1, $2, 'running', 0, $3, 0, 0, 0, 0, $4, $5, $5)",
    )
    .bind(&id)
    .bind(&plan.label)
    .bind(i64::try_from(all.len()).unwrap_or(i64::MAX))
    .bind(&caller.name)
    .bind(now.micros())
    .execute(change.on())
    .await?;
    let after =
        json!({"addresses": plan.label, "count": all.len(), "credentials": body.credentials, "port": plan.port});
    change.commit(Audit::created(Object::new("device_discovery", &id, &plan.label), &after)).await?;
    ctx.spawn(run(ctx.clone(), caller, plan, all));
    Ok((StatusCode::ACCEPTED, Json(find(&ctx, &id).await?)))
}
