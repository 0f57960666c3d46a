//! What lasts: volumes that are full, addresses that two machines have, leases and warranties that end; `devices.rs` has what lasts at
//! devices that the server asks.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::json;
use sqlx::FromRow;
use yagura_alarms::{About, Cause, Kind, Source};
use yagura_server_kit::{ApiError, Context, Settings as _};
use yagura_vocabulary::{Severity, Time, id::EndpointId};

use super::{AssetWatch, CLASS, devices, settings};

const FULL_DISK: Kind = Kind {
    word: "asset.full_disk",
    severity: Severity::Medium,
    title: ("ディスクの空きが少なくなっています", "A disk is nearly full"),
};
const ADDRESS_TWICE: Kind = Kind {
    word: "asset.address_twice",
    severity: Severity::Medium,
    title: ("IPアドレスが重なっています", "Two machines have one IP address"),
};
const ENDS: Kind = Kind {
    word: "asset.ends",
    severity: Severity::Low,
    title: ("リースか保証の期限が近づいています", "A lease or a warranty is about to end"),
};
/// Whoever was heard of within this time is there: 15 minutes.
const THERE_US: i64 = 15 * 60_000_000;

/// Looks for what lasts.
pub(super) struct AssetSource;

#[derive(Debug, FromRow)]
struct Row {
    id: String,
    endpoint_id: Option<String>,
    name: String,
    fullest: i64,
    lease_until: Option<i64>,
    warranty_until: Option<i64>,
}

#[derive(Debug, Clone, FromRow)]
struct Place {
    id: String,
    endpoint_id: String,
    name: String,
    ip: String,
    mac: String,
    seen_from: String,
}

#[async_trait]
impl Source for AssetSource {
    fn kinds(&self) -> &'static [&'static Kind] {
        &[&FULL_DISK, &ADDRESS_TWICE, &ENDS, &devices::UNREACHABLE, &devices::TONER_LOW]
    }

    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError> {
        let now = ctx.now().micros();
        let wanted = AssetWatch::in_force(&mut *ctx.db().read().acquire().await?).await?;
        let mut causes = Vec::new();
        let percent = if wanted.full_disk.on { i64::try_from(wanted.full_disk.percent).unwrap_or(100) } else { 101 };
        let days = i64::try_from(wanted.ends.days).unwrap_or(0);
        let until = if wanted.ends.on { now.saturating_add(days * settings::DAY_US) } else { i64::MIN };
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, endpoint_id, name, fullest, lease_until, warranty_until FROM assets_asset
             WHERE standing NOT IN ('returned', 'disposed')
             AND (fullest >= $1 OR lease_until < $2 OR warranty_until < $2)",
        )
        .bind(percent)
        .bind(until)
        .fetch_all(ctx.db().read())
        .await?;
        for row in rows {
            if row.fullest >= percent {
                let detail = json!({"percent": row.fullest});
                causes.push(cause(&FULL_DISK, &row.id, row.endpoint_id.as_deref(), &row.name, "", detail)?);
            }
            for (what, end) in [("lease", row.lease_until), ("warranty", row.warranty_until)] {
                if let Some(end) = end.filter(|end| *end < until) {
                    let detail = json!({"what": what, "until": Time::from_micros(end)});
                    causes.push(cause(&ENDS, &row.id, row.endpoint_id.as_deref(), &row.name, what, detail)?);
                }
            }
        }
        causes.extend(devices::causes(ctx, &wanted).await?);
        if wanted.address_twice.on {
            let rows: Vec<Place> = sqlx::query_as(
                "SELECT a.id AS id, e.id AS endpoint_id, a.name AS name, a.ip AS ip, a.mac AS mac, e.ip AS seen_from
                 FROM assets_asset a JOIN endpoints_endpoint e ON e.id = a.endpoint_id
                 WHERE a.ip <> '' AND e.ip IS NOT NULL AND e.standing = 'active' AND e.last_seen >= $1",
            )
            .bind(now - THERE_US)
            .fetch_all(ctx.db().read())
            .await?;
            for (one, others) in twice(rows) {
                let detail = json!({"ip": one.ip, "mac": one.mac, "others": others});
                causes.push(cause(&ADDRESS_TWICE, &one.id, Some(&one.endpoint_id), &one.name, &one.ip, detail)?);
            }
        }
        Ok(causes)
    }
}

pub(super) fn cause(
    kind: &'static Kind,
    asset: &str,
    endpoint: Option<&str>,
    name: &str,
    what: &str,
    mut detail: serde_json::Value,
) -> Result<Cause, ApiError> {
    let endpoint: Option<EndpointId> =
        endpoint.map(str::parse).transpose().map_err(|error| ApiError::unavailable(&error))?;
    detail["class"] = json!(CLASS);
    detail["subject"] = json!(name);
    detail["asset"] = json!(asset);
    let (ja, en) = kind.title;
    let title = Some((format!("{ja}: {name}"), format!("{en}: {name}")));
    Ok(Cause { kind, endpoint, about: Some(About { id: format!("{asset}/{what}"), title }), detail })
}

/// Machines that share an address, each with the names of the others. Only in one network do two machines with one address disturb
/// each other: those that the server sees under one address are taken to be in one. Pure.
fn twice(places: Vec<Place>) -> Vec<(Place, Vec<String>)> {
    let mut by_address: BTreeMap<(String, String), Vec<Place>> = BTreeMap::new();
    for place in places {
        by_address.entry((place.seen_from.clone(), place.ip.clone())).or_default().push(place);
    }
    let mut found = Vec::new();
    for shared in by_address.values() {
        for one in shared {
            let others = shared.iter().filter(|other| other.id != one.id && other.mac != one.mac);
            let others: Vec<String> = others.map(|other| other.name.clone()).collect();
            if !others.is_empty() {
                found.push((one.clone(), others));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Machines as `name ip seen-from mac`; those with an address twice, with the others.
    #[track_caller]
    fn check(machines: &[&str], expected: &[(&str, &[&str])]) {
        let place = |text: &&str| {
            let [name, ip, seen_from, mac] = text.split(' ').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
            Place { id: name.clone(), endpoint_id: String::new(), name, ip, mac, seen_from }
        };
        let found = twice(machines.iter().map(place).collect());
        let found: Vec<_> = found.iter().map(|(one, others)| (one.name.as_str(), others.clone())).collect();
        let expected: Vec<_> =
            expected.iter().map(|(one, others)| (*one, others.iter().map(|o| (*o).to_owned()).collect())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn two_machines_with_one_address_in_one_network_are_both_told() {
        check(&["a 10.0.0.5 10.0.0.5 m1", "b 10.0.0.5 10.0.0.5 m2"], &[("a", &["b"]), ("b", &["a"])]);
    }

    #[test]
    fn people_at_home_may_all_have_the_same_private_address() {
        check(&["a 192.168.0.5 198.51.100.1 m1", "b 192.168.0.5 203.0.113.9 m2"], &[]);
    }

    #[test]
    fn one_machine_that_is_in_the_ledger_twice_does_not_disturb_itself() {
        check(&["a 10.0.0.5 10.0.0.5 m1", "b 10.0.0.5 10.0.0.5 m1"], &[]);
    }
}
