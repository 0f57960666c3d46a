//! How an asset is shown.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_channel::server::Hub;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::{Id, Time, id::EndpointId};

use crate::server::ledger::Asset;

/// One line of the ledger.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AssetSummary {
    #[schema(value_type = String)]
    id: Id<Asset>,
    /// `computer`, `server`, `printer`, `network`, `phone`, `other`.
    kind: String,
    /// Its host name, or what it was called in the list that it came from.
    name: String,
    /// The endpoint that our agent runs on.
    endpoint: Option<EndpointId>,
    /// Whether that is on line now.
    online: bool,
    /// The names of its group from the root: `/本社/経理部`.
    group: String,
    /// Who uses it: the endpoint's person, or who was written down.
    person: String,
    vendor: String,
    model: String,
    serial: String,
    os_name: String,
    os_version: String,
    cpu: String,
    memory_bytes: u64,
    /// All its disks together.
    disk_bytes: u64,
    /// How full its fullest volume is, in percent.
    fullest: u64,
    ip: String,
    mac: String,
    /// Who told of it: `agent`, `fusioninventory`, `ocs`, `osquery`, `snmp`, `import`.
    sources: Vec<String>,
    inventory_number: String,
    place: String,
    /// Where it was last seen: `office`, `home`, `elsewhere`; empty where nobody knows.
    whereabouts: String,
    /// The name of the office that it is in.
    office: String,
    /// So many updates wait; absent where nobody knows.
    updates: Option<u64>,
    /// So many of them close a hole in security.
    security_updates: Option<u64>,
    /// `in_use`, `stock`, `lent`, `returned`, `disposed`.
    standing: String,
    lease_until: Option<Time>,
    warranty_until: Option<Time>,
    /// When it came into the ledger.
    first_at: Time,
    /// When a source told of it last.
    seen_at: Time,
    /// Since when it does not answer, where the server asks it and has none.
    unreachable_since: Option<Time>,
}

/// An asset with all that is known of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AssetDetail {
    #[serde(flatten)]
    pub summary: AssetSummary,
    pub bought_at: Option<Time>,
    pub price: String,
    pub note: String,
    /// The organisation's own fields.
    pub custom: BTreeMap<String, String>,
    /// Who tells of it.
    pub sightings: Vec<SightingView>,
    /// Other assets that might be the same machine, and are not taken for it.
    pub doubts: Vec<DoubtView>,
    pub etag: String,
}

/// What one source says of an asset.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SightingView {
    /// Names it.
    pub id: String,
    pub source: String,
    /// The source's own name of the machine.
    pub key: String,
    /// By what it was taken for this asset: `new`, `uuid`, `serial`, `mac_and_name`, `mac`, `by_hand`.
    pub why: String,
    /// Whether the ledger shows what it says.
    pub leading: bool,
    pub first_at: Time,
    pub seen_at: Time,
}

/// Something in common with another asset, and not enough.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DoubtView {
    /// The other asset.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `uuid_twice`, `serial_twice`, `mac_moved`, `name_only`, `several`.
    pub doubt: String,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub endpoint_id: Option<String>,
    pub group_path: String,
    pub person: String,
    pub vendor: String,
    pub model: String,
    pub serial: String,
    pub os_name: String,
    pub os_version: String,
    pub cpu: String,
    pub memory_bytes: i64,
    pub disk_bytes: i64,
    pub fullest: i64,
    pub ip: String,
    pub mac: String,
    pub sources: String,
    pub inventory_number: String,
    pub place: String,
    pub whereabouts: String,
    pub office: String,
    pub updates: Option<i64>,
    pub security_updates: Option<i64>,
    pub standing: String,
    pub lease_until: Option<i64>,
    pub warranty_until: Option<i64>,
    pub first_at: i64,
    pub seen_at: i64,
    pub bought_at: Option<i64>,
    pub price: String,
    pub note: String,
    pub custom: String,
    pub version: i64,
    pub unreachable_since: Option<i64>,
}

/// The columns of [`Row`].
pub(crate) const SELECT: &str =
    "SELECT a.id AS id, a.kind AS kind, a.name AS name, a.endpoint_id AS endpoint_id, g.path AS group_path,
     COALESCE(p.name, a.person) AS person, a.vendor AS vendor, a.model AS model, a.serial AS serial,
     a.os_name AS os_name, a.os_version AS os_version, a.cpu AS cpu, a.memory_bytes AS memory_bytes,
     a.disk_bytes AS disk_bytes, a.fullest AS fullest, a.ip AS ip, a.mac AS mac, a.sources AS sources,
     a.inventory_number AS inventory_number, a.place AS place, a.whereabouts AS whereabouts, a.office AS office, a.updates AS updates,
     a.security_updates AS security_updates, a.standing AS standing, a.lease_until AS lease_until,
     a.warranty_until AS warranty_until, a.first_at AS first_at, a.seen_at AS seen_at, a.bought_at AS bought_at,
     a.price AS price, a.note AS note, a.custom AS custom, a.version AS version,
     (SELECT MIN(d.since) FROM assets_sighting ds JOIN assets_device d ON d.id = ds.source_key
      WHERE ds.asset_id = a.id AND ds.source = 'snmp' AND d.state IN ('unreachable', 'refused')) AS unreachable_since";

/// Where they come from: assets are `a`, their endpoints `e`, groups `g`, people `p`.
pub(crate) const FROM: &str = "FROM assets_asset a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
     JOIN endpoints_group g ON g.id = COALESCE(e.group_id, a.group_id)
     LEFT JOIN people_person p ON p.id = e.primary_user_id";

/// SQL that keeps the assets that the caller whose limit is parameter `$n` may see.
pub(crate) fn seen_by(n: usize) -> String {
    visible("g.id", n)
}

impl AssetSummary {
    pub(super) fn new(ctx: &Context, row: &Row) -> Result<Self, ApiError> {
        let endpoint: Option<EndpointId> =
            row.endpoint_id.as_deref().map(str::parse).transpose().map_err(|error| ApiError::unavailable(&error))?;
        Ok(Self {
            id: row.id.parse().map_err(|error| ApiError::unavailable(&error))?,
            kind: row.kind.clone(),
            name: row.name.clone(),
            endpoint,
            online: endpoint.is_some_and(|endpoint| ctx.part::<Hub>().is_connected(endpoint)),
            group: row.group_path.clone(),
            person: row.person.clone(),
            vendor: row.vendor.clone(),
            model: row.model.clone(),
            serial: row.serial.clone(),
            os_name: row.os_name.clone(),
            os_version: row.os_version.clone(),
            cpu: row.cpu.clone(),
            memory_bytes: row.memory_bytes.unsigned_abs(),
            disk_bytes: row.disk_bytes.unsigned_abs(),
            fullest: row.fullest.unsigned_abs(),
            ip: row.ip.clone(),
            mac: row.mac.clone(),
            sources: row.sources.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            inventory_number: row.inventory_number.clone(),
            place: row.place.clone(),
            whereabouts: row.whereabouts.clone(),
            office: row.office.clone(),
            updates: row.updates.map(i64::unsigned_abs),
            security_updates: row.security_updates.map(i64::unsigned_abs),
            standing: row.standing.clone(),
            lease_until: row.lease_until.map(Time::from_micros),
            warranty_until: row.warranty_until.map(Time::from_micros),
            first_at: Time::from_micros(row.first_at),
            seen_at: Time::from_micros(row.seen_at),
            unreachable_since: row.unreachable_since.map(Time::from_micros),
        })
    }
}

/// The row of an asset that the caller may see, by its id or its endpoint's.
pub(crate) async fn find(ctx: &Context, caller: &Caller, id: &str) -> Result<(Id<Asset>, Row), ApiError> {
    let sql = format!("{SELECT} {FROM} WHERE (a.id = $1 OR a.endpoint_id = $1) AND {}", seen_by(2));
    let row: Option<Row> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(caller.limit()).fetch_optional(ctx.db().read()).await?;
    let row = row.ok_or_else(|| ApiError::not_found("asset"))?;
    Ok((row.id.parse().map_err(|error| ApiError::unavailable(&error))?, row))
}

/// All that is known of an asset that the caller may see.
pub(crate) async fn detail(ctx: &Context, caller: &Caller, id: &str) -> Result<AssetDetail, ApiError> {
    let (_, row) = find(ctx, caller, id).await?;
    let sightings: Vec<(i64, String, String, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT number, source, source_key, why, leads, first_at, seen_at FROM assets_sighting
         WHERE asset_id = $1 ORDER BY leads DESC, first_at",
    )
    .bind(&row.id)
    .fetch_all(ctx.db().read())
    .await?;
    let doubts: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT a.id, a.name, d.doubt FROM assets_doubt d JOIN assets_sighting s ON s.number = d.sighting
         JOIN assets_asset a ON a.id = CASE WHEN s.asset_id = $1 THEN d.asset_id ELSE s.asset_id END
         WHERE (s.asset_id = $1 OR d.asset_id = $1) AND s.asset_id <> d.asset_id ORDER BY a.name LIMIT 50",
    )
    .bind(&row.id)
    .fetch_all(ctx.db().read())
    .await?;
    let sighting = |(number, source, key, why, leads, first_at, seen_at): (i64, _, _, _, i64, i64, i64)| SightingView {
        id: number.to_string(),
        source,
        key,
        why,
        leading: leads != 0,
        first_at: Time::from_micros(first_at),
        seen_at: Time::from_micros(seen_at),
    };
    Ok(AssetDetail {
        summary: AssetSummary::new(ctx, &row)?,
        bought_at: row.bought_at.map(Time::from_micros),
        price: row.price,
        note: row.note,
        custom: serde_json::from_str(&row.custom).unwrap_or_default(),
        sightings: sightings.into_iter().map(sighting).collect(),
        doubts: doubts.into_iter().map(|(id, name, doubt)| DoubtView { id, name, doubt }).collect(),
        etag: yagura_server_kit::Etag(row.version).to_string(),
    })
}
