//! Writing down what came of asking a device. What could not be read changes its state and nothing else, so the last good inventory
//! stays.

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Time, words};

use super::session::Failure;
use crate::{
    Assets,
    server::ledger::{AssetKind, Sighted, Sighting, Source, sighted},
    snmp::{Thing, Told},
};

words! {
    /// How a device answers.
    DeviceState {
        /// It has not been asked yet.
        Waiting = "waiting",
        /// It answers.
        Reachable = "reachable",
        /// It does not answer.
        Unreachable = "unreachable",
        /// It answers, and does not accept the credential.
        Refused = "refused",
        /// It answers, but not what can be understood.
        Unreadable = "unreadable",
    }
}

/// How much is left of something that a printer uses up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::server) struct Level {
    /// What the printer calls it; empty where it only says that something is low.
    pub name: String,
    /// In percent; `None` where it only says that it is low.
    pub percent: Option<u8>,
}

/// Where a printer does not say how much is left.
const NO_LEVEL: i64 = 101;
/// Where it only says that something is low.
const LOW: i64 = -1;

/// What is known of a device before it is written.
type Before = (String, i64, i64, i64, String, String, i64);

/// Writes down what came of asking a device, of this version, at `asked_at`; gives its new state. Nothing for a device that was
/// removed meanwhile, or is somewhere else since then.
pub(super) async fn keep(
    ctx: &Context,
    (device, version): (&str, i64),
    asked_at: Time,
    outcome: &Result<Told, Failure>,
) -> Result<Option<DeviceState>, ApiError> {
    // It is asked again in a few minutes.
    let mut tx = ctx.db().write_relaxed().await?;
    let before: Option<Before> = sqlx::query_as(
        "SELECT state, since, missed, interval_s, host, group_id, version FROM assets_device WHERE id = $1",
    )
    .bind(device)
    .fetch_optional(tx.on())
    .await?;
    let Some((was, since, missed, interval_s, host, group, now_version)) = before else { return Ok(None) };
    if now_version != version {
        return Ok(None);
    }
    let now = ctx.now().micros();
    if let Ok(told) = outcome {
        let sighting = Sighting {
            source: Source::Snmp,
            key: device.to_owned(),
            kind: kind(told.thing),
            endpoint: None,
            assets: told.assets.clone(),
        };
        let there = sighted(ctx, &mut tx, &sighting).await?;
        place(tx.on(), there, device, &host, &group).await?;
        let levels = levels(&told.assets);
        sqlx::query("UPDATE assets_device SET answered_at = $1, lowest = $2, levels = $3 WHERE id = $4")
            .bind(now)
            .bind(levels.iter().map(|one| one.percent.map_or(LOW, i64::from)).min().unwrap_or(NO_LEVEL))
            .bind(serde_json::to_string(&levels).map_err(|error| ApiError::unavailable(&error))?)
            .bind(device)
            .execute(tx.on())
            .await?;
    }
    let (state, why) = state(outcome);
    let silent = matches!(state, DeviceState::Unreachable | DeviceState::Refused);
    let detail = outcome.as_ref().err().map(Failure::to_string).unwrap_or_default();
    sqlx::query(
        "UPDATE assets_device SET state = $1, since = $2, missed = $3, why = $4, detail = $5, asked_at = $6, next_at = $7
         WHERE id = $8",
    )
    .bind(state.as_str())
    .bind(if was == state.as_str() { since } else { now })
    .bind(if silent { missed + 1 } else { 0 })
    .bind(why)
    .bind(detail)
    .bind(now)
    .bind(asked_at.micros() + interval_s * 1_000_000)
    .bind(device)
    .execute(tx.on())
    .await?;
    tx.commit().await?;
    Ok(Some(state))
}

/// A new asset stands in the group of its device, and is called by its address where it does not say a name.
async fn place(
    connection: &mut AnyConnection,
    there: Sighted,
    device: &str,
    host: &str,
    group: &str,
) -> Result<(), ApiError> {
    sqlx::query("UPDATE assets_asset SET name = $1 WHERE id = $2 AND name = $3")
        .bind(host)
        .bind(there.asset.to_string())
        .bind(device)
        .execute(&mut *connection)
        .await?;
    if there.new {
        sqlx::query("UPDATE assets_asset SET group_id = $1 WHERE id = $2")
            .bind(group)
            .bind(there.asset.to_string())
            .execute(connection)
            .await?;
    }
    Ok(())
}

const fn kind(thing: Thing) -> AssetKind {
    match thing {
        Thing::Printer => AssetKind::Printer,
        Thing::Network => AssetKind::Network,
        Thing::Server => AssetKind::Server,
        Thing::Other => AssetKind::Other,
    }
}

/// The state, and the word for why.
const fn state(outcome: &Result<Told, Failure>) -> (DeviceState, &'static str) {
    match outcome {
        Ok(_) => (DeviceState::Reachable, ""),
        Err(Failure::Silent) => (DeviceState::Unreachable, "silent"),
        Err(Failure::Closed) => (DeviceState::Unreachable, "closed"),
        Err(Failure::NoName) => (DeviceState::Unreachable, "no_name"),
        Err(Failure::Refused(_)) => (DeviceState::Refused, "refused"),
        Err(Failure::Unreadable(_)) => (DeviceState::Unreadable, "unreadable"),
    }
}

/// How much is left of what is bought again: toner and ink.
fn levels(assets: &Assets) -> Vec<Level> {
    let Some(printer) = assets.device.as_ref().and_then(|device| device.printer.as_ref()) else { return Vec::new() };
    let bought = printer.supplies.iter().filter(|one| matches!(one.kind.as_str(), "toner" | "ink"));
    let levels: Vec<Level> =
        bought.filter_map(|one| Some(Level { name: one.name.clone(), percent: Some(one.percent?) })).collect();
    let says_low = printer.errors.iter().any(|error| matches!(error.as_str(), "low_toner" | "no_toner"));
    if levels.is_empty() && says_low { vec![Level { name: String::new(), percent: None }] } else { levels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Device, PrinterState, Supply};

    fn check(supplies: &[(&str, &str, Option<u8>)], errors: &[&str], expected: &[(&str, Option<u8>)]) {
        let supply = |(name, kind, percent): &(&str, &str, Option<u8>)| Supply {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            percent: *percent,
            ..Supply::default()
        };
        let printer = PrinterState {
            supplies: supplies.iter().map(supply).collect(),
            errors: errors.iter().map(|word| (*word).to_owned()).collect(),
            ..PrinterState::default()
        };
        let device = Device { printer: Some(printer), ..Device::default() };
        let found = levels(&Assets { device: Some(device), ..Assets::none(Time::from_seconds(0)) });
        let found: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.percent)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_bought_again_counts_and_drums_and_waste_do_not() {
        check(
            &[("Black", "toner", Some(8)), ("Drum", "drum", Some(2)), ("Waste", "waste", Some(1))],
            &[],
            &[("Black", Some(8))],
        );
    }

    #[test]
    fn a_printer_that_only_says_that_toner_is_low_is_believed() {
        check(&[("Black", "toner", None)], &["low_toner"], &[("", None)]);
        check(&[("Black", "toner", Some(40))], &["low_toner"], &[("Black", Some(40))]);
        check(&[("Black", "toner", None)], &["jammed"], &[]);
    }
}
