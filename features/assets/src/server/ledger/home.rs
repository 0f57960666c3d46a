//! To which asset a sighting belongs.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Id;

use super::{Asset, Sighting};
use crate::{
    Assets,
    identity::{Doubt, Identity, Known, Why, decide},
};

/// Where a sighting belongs.
#[derive(Debug)]
pub(super) struct Home {
    pub asset: Id<Asset>,
    pub new: bool,
    pub why: Why,
    pub doubts: Vec<(Id<Asset>, Doubt)>,
}

/// More machines with the same mark are no evidence for any of them.
const MOST_CANDIDATES: i64 = 20;

/// Finds the asset, or makes one.
pub(super) async fn find(
    ctx: &Context,
    connection: &mut AnyConnection,
    number: i64,
    sighting: &Sighting,
    identity: &Identity,
) -> Result<Home, ApiError> {
    let known: Option<(String,)> = sqlx::query_as("SELECT asset_id FROM assets_sighting WHERE number = $1")
        .bind(number)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some((asset,)) = known {
        let asset = asset.parse().map_err(|error| ApiError::unavailable(&error))?;
        return Ok(Home { asset, new: false, why: Why::Known, doubts: Vec::new() });
    }
    let candidates = candidates(connection, identity).await?;
    let verdict = decide(identity, &candidates);
    let asset = match verdict.machine {
        Some(asset) => asset,
        None => make(ctx, connection, sighting).await?,
    };
    Ok(Home { asset, new: verdict.machine.is_none(), why: verdict.why, doubts: verdict.doubts })
}

/// Assets that have a mark in common with an identity.
async fn candidates(connection: &mut AnyConnection, identity: &Identity) -> Result<Vec<Known<Id<Asset>>>, ApiError> {
    let mut found = BTreeSet::new();
    for mark in identity.marks() {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT DISTINCT s.asset_id FROM assets_mark m JOIN assets_sighting s ON s.number = m.sighting
             WHERE m.value = $1 AND m.kind = $2 LIMIT $3",
        )
        .bind(mark.value)
        .bind(mark.kind)
        .bind(MOST_CANDIDATES)
        .fetch_all(&mut *connection)
        .await?;
        found.extend(rows.into_iter().map(|(asset,)| asset));
    }
    let mut known: BTreeMap<String, Vec<Identity>> = BTreeMap::new();
    for asset in found {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT facts FROM assets_sighting WHERE asset_id = $1")
            .bind(&asset)
            .fetch_all(&mut *connection)
            .await?;
        let identities = rows.iter().filter_map(|(facts,)| serde_json::from_str::<Assets>(facts).ok());
        known.insert(asset, identities.map(|assets| Identity::of(&assets)).collect());
    }
    let machine = |(asset, identities): (String, Vec<Identity>)| {
        let machine = asset.parse().map_err(|error| ApiError::unavailable(&error))?;
        Ok(Known { machine, identities })
    };
    known.into_iter().map(machine).collect()
}

/// A new asset, as bare as can be: what its sources say is written over it.
pub(crate) async fn make(
    ctx: &Context,
    connection: &mut AnyConnection,
    sighting: &Sighting,
) -> Result<Id<Asset>, ApiError> {
    let id = Id::<Asset>::new();
    // The server does not start without a root group. This transaction is the only one that may write now, so it is not asked for by
    // another.
    let (root,): (String,) =
        sqlx::query_as("SELECT id FROM endpoints_group WHERE parent_id IS NULL").fetch_one(&mut *connection).await?;
    let name = sighting.assets.os.hostname.as_deref().unwrap_or(&sighting.key);
    sqlx::query(
        "INSERT INTO assets_asset (id, group_id, kind, name, vendor, model, serial, os_name, os_version, cpu,
         memory_bytes, disk_bytes, fullest, ip, mac, sources, inventory_number, person, place, standing, price, note,
         custom, first_at, seen_at, version)
         VALUES ($1, $2, $3, $4, '', '', '', '', '', '', 0, 0, 0, '', '', ',', '', '', '', 'in_use', '', '', '{}', $5, $5, 1)",
    )
    .bind(id.to_string())
    .bind(root)
    .bind(sighting.kind.as_str())
    .bind(name)
    .bind(ctx.now().micros())
    .execute(connection)
    .await?;
    Ok(id)
}

/// Keeps by what a sighting can be recognised, and what it might be.
pub(super) async fn mark(
    connection: &mut AnyConnection,
    number: i64,
    identity: &Identity,
    doubts: &[(Id<Asset>, Doubt)],
) -> Result<(), ApiError> {
    let wanted: BTreeSet<(String, String)> =
        identity.marks().into_iter().map(|mark| (mark.kind.to_owned(), mark.value)).collect();
    let kept: Vec<(String, String)> = sqlx::query_as("SELECT kind, value FROM assets_mark WHERE sighting = $1")
        .bind(number)
        .fetch_all(&mut *connection)
        .await?;
    if wanted != kept.into_iter().collect() {
        sqlx::query("DELETE FROM assets_mark WHERE sighting = $1").bind(number).execute(&mut *connection).await?;
        for (kind, value) in wanted {
            sqlx::query("INSERT INTO assets_mark (sighting, kind, value) VALUES ($1, $2, $3)")
                .bind(number)
                .bind(kind)
                .bind(value)
                .execute(&mut *connection)
                .await?;
        }
    }
    for (asset, doubt) in doubts {
        sqlx::query("INSERT INTO assets_doubt (sighting, asset_id, doubt) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(number)
            .bind(asset.to_string())
            .bind(doubt.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
