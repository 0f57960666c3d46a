//! `POST /api/v1/assets/ledger`: an asset that no source tells of.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::view::{AssetDetail, detail};
use crate::{
    Assets,
    model::{Hardware, Interface, OperatingSystem},
    server::ledger::{AssetKind, Sighting, Source, Written, sighted, write_down},
};

/// A new asset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAsset {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[serde(default)]
    vendor: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    serial: Option<String>,
    #[serde(default)]
    mac: Option<String>,
    #[serde(default)]
    ip: Option<String>,
    /// What people know of it.
    #[serde(default)]
    written: Written,
}

/// Add an asset
#[utoipa::path(post, path = "/api/v1/assets/ledger", tag = "assets", request_body = NewAsset,
    responses((status = 201, body = AssetDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewAsset>,
) -> ApiResult<(StatusCode, Json<AssetDetail>)> {
    if body.name.trim().is_empty() || body.name.chars().count() > 200 {
        return Err(ApiError::invalid("/name", "required", "a name of at most 200 letters"));
    }
    body.written.check()?;
    let known = |text: &Option<String>| text.as_deref().and_then(crate::known::known).map(str::to_owned);
    let interface =
        Interface { mac: known(&body.mac), ipv4: known(&body.ip).into_iter().collect(), ..Interface::default() };
    let has_interface = interface.mac.is_some() || !interface.ipv4.is_empty();
    let sighting = Sighting {
        source: Source::Import,
        key: Id::<crate::server::ledger::Asset>::new().to_string(),
        kind: body.written.kind.unwrap_or(AssetKind::Other),
        endpoint: None,
        assets: Assets {
            hardware: Hardware {
                vendor: known(&body.vendor),
                model: known(&body.model),
                serial: known(&body.serial),
                ..Hardware::default()
            },
            os: OperatingSystem { hostname: Some(body.name.trim().to_owned()), ..OperatingSystem::default() },
            network: if has_interface { vec![interface] } else { Vec::new() },
            ..Assets::none(ctx.now())
        },
    };
    let mut change = Change::begin(&ctx, &caller, "asset.create").await?;
    let made = sighted(&ctx, change.tx(), &sighting).await?;
    if !made.new {
        return Err(ApiError::conflict(
            "the ledger has this machine already (same serial number, or same network address and name); change it there",
        ));
    }
    // Whoever is in charge of some groups only adds to the first of these; others to the whole organisation.
    sqlx::query(
        "UPDATE assets_asset SET group_id =
         COALESCE((SELECT MIN(group_id) FROM admins_group WHERE admin_id = $1), group_id) WHERE id = $2",
    )
    .bind(caller.limit())
    .bind(made.asset.to_string())
    .execute(change.on())
    .await?;
    write_down(change.on(), made.asset, &body.written).await?;
    change.commit(Audit::created(Object::new("asset", &made.asset, &body.name), &body)).await?;
    Ok((StatusCode::CREATED, Json(detail(&ctx, &caller, &made.asset.to_string()).await?)))
}
