//! What the ledger shows of an asset: the words of its leading source.

use sqlx::AnyConnection;
use yagura_server_kit::ApiError;
use yagura_vocabulary::{Id, Time};

use super::{Asset, AssetKind, Sighting, Source, fold};
use crate::Assets;

/// Writes the shown columns.
pub(crate) async fn show(
    connection: &mut AnyConnection,
    asset: Id<Asset>,
    sighting: &Sighting,
    now: Time,
) -> Result<(), ApiError> {
    let Assets { hardware, os, .. } = &sighting.assets;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let disks = sighting.assets.disks.iter().filter(|disk| !disk.removable);
    let name = os.hostname.clone().unwrap_or_else(|| sighting.key.clone());
    let (ip, mac) = first_interface(&sighting.assets);
    // Where it was last, while it is in no network.
    let whereabouts = sighting.assets.whereabouts.as_ref();
    let updates = sighting.assets.updates.as_ref();
    // Another asset may have been this endpoint's until now: the machine was recognised by something better.
    if let Some(endpoint) = sighting.endpoint {
        sqlx::query("UPDATE assets_asset SET endpoint_id = NULL WHERE endpoint_id = $1 AND id <> $2")
            .bind(endpoint.to_string())
            .bind(asset.to_string())
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(
        "UPDATE assets_asset SET name = $1, vendor = $2, model = $3, serial = $4, os_name = $5, os_version = $6,
         cpu = $7, memory_bytes = $8, disk_bytes = $9, fullest = $10, ip = $11, mac = $12, seen_at = $13,
         endpoint_id = COALESCE($14, endpoint_id), kind = CASE WHEN kind IN ('computer', 'other') THEN $15 ELSE kind END,
         told_words = $16, whereabouts = COALESCE($17, whereabouts), office = COALESCE($18, office), updates = $19,
         security_updates = $20 WHERE id = $21",
    )
    .bind(&name)
    .bind(text(&hardware.vendor))
    .bind(text(&hardware.model))
    .bind(text(&hardware.serial))
    .bind(&os.name)
    .bind(&os.version)
    .bind(&hardware.cpu.model)
    .bind(number(hardware.memory_bytes))
    .bind(number(disks.map(|disk| disk.size_bytes).sum()))
    .bind(fullest(&sighting.assets))
    .bind(&ip)
    .bind(&mac)
    .bind(now.micros())
    .bind(sighting.endpoint.map(|endpoint| endpoint.to_string()))
    .bind(sighting.kind.as_str())
    .bind(fold(&[&name, &text(&hardware.serial), &text(&hardware.model), &ip, &mac].map(String::as_str).join(" ")))
    .bind(whereabouts.map(|it| it.place.as_str()))
    .bind(whereabouts.map(|it| it.office.as_str()))
    .bind(updates.map(|it| i64::from(it.count)))
    .bind(updates.map(|it| i64::from(it.security)))
    .bind(asset.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the shown columns from what the leading source said last.
pub(crate) async fn show_again(connection: &mut AnyConnection, asset: Id<Asset>) -> Result<(), ApiError> {
    let leading: Option<(String, String, String, i64, String)> = sqlx::query_as(
        "SELECT s.source AS source, s.source_key AS source_key, s.facts AS facts, s.seen_at AS seen_at, a.kind AS kind
         FROM assets_sighting s JOIN assets_asset a ON a.id = s.asset_id WHERE s.asset_id = $1 AND s.leads = 1",
    )
    .bind(asset.to_string())
    .fetch_optional(&mut *connection)
    .await?;
    let Some((source, key, facts, seen_at, kind)) = leading else { return Ok(()) };
    let source: Source = source.parse().map_err(|error| ApiError::unavailable(&error))?;
    let sighting = Sighting {
        source,
        kind: kind.parse().unwrap_or(AssetKind::Other),
        endpoint: if source == Source::Agent { key.parse().ok() } else { None },
        key,
        assets: serde_json::from_str(&facts).map_err(|error| ApiError::unavailable(&error))?,
    };
    show(connection, asset, &sighting, Time::from_micros(seen_at)).await
}

/// The addresses of the first interface that is in use and has one, or of the first of all.
fn first_interface(assets: &Assets) -> (String, String) {
    let used = assets.network.iter().find(|one| one.up && !one.ipv4.is_empty());
    let Some(one) = used.or_else(|| assets.network.first()) else { return Default::default() };
    (one.ipv4.first().cloned().unwrap_or_default(), one.mac.clone().unwrap_or_default())
}

/// How full the fullest volume is, in percent.
fn fullest(assets: &Assets) -> i64 {
    let full = |volume: &crate::model::Volume| {
        let used = volume.size_bytes.saturating_sub(volume.free_bytes);
        used.saturating_mul(100).checked_div(volume.size_bytes)
    };
    let most = assets.volumes.iter().filter_map(full).max().unwrap_or(0);
    i64::try_from(most).unwrap_or(100)
}
