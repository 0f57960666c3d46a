//! What lasts at devices that the server asks: they do not answer, or their toner runs low.

use serde_json::json;
use sqlx::FromRow;
use yagura_alarms::{Cause, Kind};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Severity, Time};

use super::{AssetWatch, lasting::cause};
use crate::server::snmp::Level;

pub(super) const UNREACHABLE: Kind = Kind {
    word: "asset.unreachable",
    severity: Severity::Medium,
    title: ("機器が応答しません", "A device does not answer"),
};
pub(super) const TONER_LOW: Kind = Kind {
    word: "asset.toner_low",
    severity: Severity::Low,
    title: ("トナーかインクが残り少なくなっています", "Toner or ink runs low"),
};

#[derive(Debug, FromRow)]
struct Silent {
    /// Its asset, or its own id before it has answered for the first time.
    id: String,
    name: String,
    host: String,
    state: String,
    since: i64,
    endpoint_id: Option<String>,
}

#[derive(Debug, FromRow)]
struct Printer {
    id: String,
    name: String,
    levels: String,
    endpoint_id: Option<String>,
}

/// All that holds now.
pub(super) async fn causes(ctx: &Context, wanted: &AssetWatch) -> Result<Vec<Cause>, ApiError> {
    let mut causes = Vec::new();
    if wanted.unreachable.on {
        let rows: Vec<Silent> = sqlx::query_as(
            "SELECT COALESCE(a.id, d.id) AS id, COALESCE(a.name, d.host) AS name, d.host AS host, d.state AS state, d.since AS since,
             a.endpoint_id AS endpoint_id FROM assets_device d
             LEFT JOIN assets_sighting s ON s.source = 'snmp' AND s.source_key = d.id LEFT JOIN assets_asset a ON a.id = s.asset_id
             WHERE d.missed >= $1 AND COALESCE(a.standing, '') NOT IN ('returned', 'disposed')",
        )
        .bind(i64::try_from(wanted.unreachable.rounds).unwrap_or(i64::MAX))
        .fetch_all(ctx.db().read())
        .await?;
        for row in rows {
            let detail = json!({"host": row.host, "state": row.state, "since": Time::from_micros(row.since)});
            causes.push(cause(&UNREACHABLE, &row.id, row.endpoint_id.as_deref(), &row.name, &row.host, detail)?);
        }
    }
    if wanted.toner_low.on {
        let percent = i64::try_from(wanted.toner_low.percent).unwrap_or(0);
        let rows: Vec<Printer> = sqlx::query_as(
            "SELECT a.id AS id, a.name AS name, d.levels AS levels, a.endpoint_id AS endpoint_id FROM assets_device d
             JOIN assets_sighting s ON s.source = 'snmp' AND s.source_key = d.id JOIN assets_asset a ON a.id = s.asset_id
             WHERE d.lowest <= $1 AND a.standing NOT IN ('returned', 'disposed')",
        )
        .bind(percent)
        .fetch_all(ctx.db().read())
        .await?;
        for row in rows {
            let levels: Vec<Level> =
                serde_json::from_str(&row.levels).map_err(|error| ApiError::unavailable(&error))?;
            for level in low(levels, percent) {
                let detail = json!({"what": level.name, "percent": level.percent});
                let what = format!("toner/{}", level.name);
                causes.push(cause(&TONER_LOW, &row.id, row.endpoint_id.as_deref(), &row.name, &what, detail)?);
            }
        }
    }
    Ok(causes)
}

/// Those that are low. Pure.
fn low(levels: Vec<Level>, percent: i64) -> Vec<Level> {
    let is_low = |one: &Level| one.percent.is_none_or(|left| i64::from(left) <= percent);
    let mut low: Vec<Level> = levels.into_iter().filter(is_low).collect();
    // Two cartridges of one name are one thing to buy.
    low.dedup_by(|a, b| a.name == b.name);
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_decides_and_a_printer_that_only_says_low_is_believed() {
        let level = |name: &str, percent| Level { name: name.to_owned(), percent };
        let found = low(vec![level("Black", Some(11)), level("Cyan", Some(10)), level("", None)], 10);
        assert_eq!(found, [level("Cyan", Some(10)), level("", None)]);
    }
}
