//! The register of devices that the server asks.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod remove;
pub(crate) mod test;
pub(crate) mod update;

use std::net::IpAddr;

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::Time;

use crate::{Assets, model::PrinterState};

/// How often a device may be asked, in seconds: a minute to a day.
const INTERVALS: std::ops::RangeInclusive<u64> = 60..=86_400;

/// A device that the server asks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DeviceSummary {
    pub id: String,
    /// Its name or address in the network.
    pub host: String,
    pub port: u16,
    /// The id of the credential that it is asked with.
    credential: String,
    credential_name: String,
    /// How often it is asked, in seconds.
    interval_s: u64,
    /// The id of its group.
    group: String,
    /// The names of its group from the root.
    group_path: String,
    /// `waiting`, `reachable`, `unreachable`, `refused` (another credential), `unreadable` (it answers, but not what can be understood).
    state: String,
    /// Since when it is so.
    since: Time,
    /// How many rounds in a row it did not answer.
    missed: u64,
    /// `silent`, `closed`, `no_name`, `refused`, `unreadable`; empty where it answers.
    why: String,
    /// The same in words, for who looks into it.
    detail: String,
    /// When it was asked last.
    asked_at: Option<Time>,
    /// When it last answered what could be read.
    answered_at: Option<Time>,
    /// The asset that it is; none before it has answered.
    asset: Option<String>,
    /// What it calls itself, once it has answered.
    name: String,
    /// `printer`, `network`, `server`, `computer`, `phone`, `other`; empty before it has answered.
    kind: String,
    vendor: String,
    model: String,
    /// Where it stands, as somebody wrote into it.
    location: String,
    /// How it is as a printer.
    printer: Option<PrinterState>,
    pub etag: String,
}

/// A device with all that it said last.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DeviceDetail {
    #[serde(flatten)]
    pub summary: DeviceSummary,
    /// What it said last; none before it has answered.
    pub told: Option<Assets>,
}

#[derive(Debug, Clone, FromRow)]
struct Row {
    id: String,
    host: String,
    port: i64,
    credential_id: String,
    credential_name: String,
    interval_s: i64,
    group_id: String,
    group_path: String,
    state: String,
    since: i64,
    missed: i64,
    why: String,
    detail: String,
    asked_at: Option<i64>,
    answered_at: Option<i64>,
    asset_id: Option<String>,
    facts: Option<String>,
    kind: Option<String>,
    version: i64,
}

const SELECT: &str = "SELECT d.id AS id, d.host AS host, d.port AS port, d.credential_id AS credential_id,
     c.name AS credential_name, d.interval_s AS interval_s, d.group_id AS group_id, g.path AS group_path, d.state AS state,
     d.since AS since, d.missed AS missed, d.why AS why, d.detail AS detail, d.asked_at AS asked_at,
     d.answered_at AS answered_at, s.asset_id AS asset_id, s.facts AS facts, a.kind AS kind, d.version AS version";

/// Devices are `d`, their credentials `c`, groups `g`, sightings `s`, assets `a`.
const FROM: &str = "FROM assets_device d JOIN assets_snmp_credential c ON c.id = d.credential_id
     JOIN endpoints_group g ON g.id = d.group_id
     LEFT JOIN assets_sighting s ON s.source = 'snmp' AND s.source_key = d.id LEFT JOIN assets_asset a ON a.id = s.asset_id";

impl DeviceDetail {
    fn of(row: Row) -> Self {
        // What a later version wrote is no reason to show nothing.
        let told: Option<Assets> = row.facts.as_deref().and_then(|facts| serde_json::from_str(facts).ok());
        let text = |of: fn(&Assets) -> Option<String>| told.as_ref().and_then(of).unwrap_or_default();
        let device = told.as_ref().and_then(|told| told.device.as_ref());
        let summary = DeviceSummary {
            id: row.id,
            host: row.host,
            port: u16::try_from(row.port).unwrap_or(super::PORT),
            credential: row.credential_id,
            credential_name: row.credential_name,
            interval_s: row.interval_s.unsigned_abs(),
            group: row.group_id,
            group_path: row.group_path,
            state: row.state,
            since: Time::from_micros(row.since),
            missed: row.missed.unsigned_abs(),
            why: row.why,
            detail: row.detail,
            asked_at: row.asked_at.map(Time::from_micros),
            answered_at: row.answered_at.map(Time::from_micros),
            asset: row.asset_id,
            name: text(|told| told.os.hostname.clone()),
            kind: row.kind.unwrap_or_default(),
            vendor: text(|told| told.hardware.vendor.clone()),
            model: text(|told| told.hardware.model.clone()),
            location: device.and_then(|device| device.location.clone()).unwrap_or_default(),
            printer: device.and_then(|device| device.printer.clone()),
            etag: yagura_server_kit::Etag(row.version).to_string(),
        };
        Self { summary, told }
    }
}

/// The row of a device that the caller may see.
async fn find(ctx: &Context, caller: &Caller, id: &str) -> Result<Row, ApiError> {
    find_on(&mut *ctx.db().read().acquire().await?, caller, id).await
}

/// The same within a change.
async fn find_on(connection: &mut AnyConnection, caller: &Caller, id: &str) -> Result<Row, ApiError> {
    let sql = format!("{SELECT} {FROM} WHERE d.id = $1 AND {}", visible("g.id", 2));
    let row: Option<Row> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(caller.limit()).fetch_optional(connection).await?;
    row.ok_or_else(|| ApiError::not_found("device"))
}

/// The group that a device is to stand in: a fixed one that the caller may see; the first of theirs where none is said.
pub(super) async fn group(
    connection: &mut AnyConnection,
    caller: &Caller,
    wanted: Option<&str>,
) -> Result<String, ApiError> {
    let sql = format!(
        "SELECT g.id FROM endpoints_group g WHERE g.kind = 'fixed' AND ($2 = '' OR g.id = $2) AND {}
         ORDER BY LENGTH(g.id_path), g.id_path LIMIT 1",
        visible("g.id", 1)
    );
    let found: Option<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(wanted.unwrap_or_default())
        .fetch_optional(connection)
        .await?;
    let missing = || ApiError::invalid("/group", "unknown", "there is no such fixed group, or you do not see it");
    found.map(|(id,)| id).ok_or_else(missing)
}

/// A name or an address, as it is looked up.
fn host(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    let name = |text: &str| {
        (1..=253).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    if text.parse::<IpAddr>().is_ok() || name(text) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(ApiError::invalid("/host", "bad_name", "give a name or an address, without port and path"))
}

pub(super) fn port(wanted: u16) -> Result<u16, ApiError> {
    if wanted == 0 { Err(ApiError::invalid("/port", "out_of_range", "a port is 1 to 65535")) } else { Ok(wanted) }
}

pub(super) fn interval(wanted: u64) -> Result<i64, ApiError> {
    if INTERVALS.contains(&wanted) {
        return Ok(i64::try_from(wanted).unwrap_or(i64::MAX));
    }
    let message = format!("between {} and {} seconds", INTERVALS.start(), INTERVALS.end());
    Err(ApiError::invalid("/interval_s", "out_of_range", message))
}

/// A new device, as it is written.
pub(super) struct NewRow<'a> {
    pub id: &'a str,
    pub host: &'a str,
    pub port: u16,
    pub credential: &'a str,
    pub interval_s: i64,
    pub group: &'a str,
    pub next_at: Time,
    pub by: &'a str,
}

/// Writes a new device; says whether there was none at this place.
pub(super) async fn insert(connection: &mut AnyConnection, new: &NewRow<'_>, now: Time) -> Result<bool, ApiError> {
    let made = sqlx::query(
        "INSERT INTO assets_device (id, host, port, credential_id, interval_s, group_id, state, since, missed, why, detail,
         next_at, lowest, levels, created_at, created_by, version)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, 0, '', '', $8, 101, '[]', $7, $9, 1) ON CONFLICT DO NOTHING",
    )
    .bind(new.id)
    .bind(new.host)
    .bind(i64::from(new.port))
    .bind(new.credential)
    .bind(new.interval_s)
    .bind(new.group)
    .bind(now.micros())
    .bind(new.next_at.micros())
    .bind(new.by)
    .execute(connection)
    .await?;
    Ok(made.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for good in ["192.168.10.60", "2001:db8::1", "mfp-3f.minato.example", "printer_1", " MFP "] {
            assert!(host(good).is_ok(), "{good}");
        }
        for bad in ["", "http://mfp", "mfp:161", "a b", "mfp/x", "複合機"] {
            assert!(host(bad).is_err(), "{bad}");
        }
        assert_eq!(host(" MFP ").unwrap(), "mfp");
    }
}
