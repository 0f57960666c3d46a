//! Windows itself on machines: what an inventory says of it, as something that is installed and judged like a package.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Context};

use super::feeds::keep::{number_of, places};
use crate::windows::{Os, Windows, installed};

/// The release that Windows is judged for; no package of anybody else is.
pub(super) const RELEASE: &str = "windows";

/// The number under which a build of Windows is judged.
fn number(windows: &Windows) -> i64 {
    let mut words = vec!["windows", &windows.product, &windows.version];
    words.extend(windows.updates.iter().map(String::as_str));
    number_of(&words)
}

/// Machines of one question.
const AT_ONCE: i64 = 500;

/// The part of an inventory that says what runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Facts {
    os: Os,
}

/// Looks at what machines with Windows told since then, so that a build is judged before the board reads who has it.
pub(super) async fn find(ctx: &Context, since: i64) -> Result<(), ApiError> {
    let mut after = String::new();
    loop {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT a.id AS id, s.facts AS facts FROM assets_asset a
             JOIN vulnerabilities_os o ON o.os_name = a.os_name AND o.os_version = a.os_version AND o.release = $1
             JOIN assets_sighting s ON s.number = a.led_by WHERE a.seen_at >= $2 AND a.id > $3 ORDER BY a.id LIMIT $4",
        )
        .bind(RELEASE)
        .bind(since)
        .bind(&after)
        .bind(AT_ONCE)
        .fetch_all(ctx.db().read())
        .await?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after.clone_from(last);
        let of = |facts: &str| installed(&serde_json::from_str::<Facts>(facts).unwrap_or_default().os);
        let machines: Vec<_> = rows.into_iter().map(|(asset, facts)| (asset, of(&facts))).collect();
        take_over(ctx, &machines).await?;
    }
}

/// Writes down which Windows these machines run, none where nothing is known of it, and gives the numbers of those that are.
pub(super) async fn take_over(
    ctx: &Context,
    machines: &[(String, Option<Windows>)],
) -> Result<HashMap<String, i64>, ApiError> {
    if machines.is_empty() {
        return Ok(HashMap::new());
    }
    let sql =
        format!("SELECT asset_id, package FROM vulnerabilities_runs WHERE asset_id IN ({})", places(1, machines.len()));
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for (asset, _) in machines {
        query = query.bind(asset.clone());
    }
    let before: Vec<(String, i64)> = query.fetch_all(ctx.db().read()).await?;
    let before: HashMap<String, i64> = before.into_iter().collect();
    let mut runs = HashMap::new();
    let mut new = Vec::new();
    for (asset, windows) in machines {
        let package = windows.as_ref().map(number);
        runs.extend(package.map(|package| (asset.clone(), package)));
        if package != before.get(asset).copied() {
            new.push((asset, windows.as_ref().zip(package)));
        }
    }
    if new.is_empty() {
        return Ok(runs);
    }
    let mut tx = ctx.db().write_relaxed().await?;
    for (asset, now) in new {
        let Some((windows, package)) = now else {
            sqlx::query("DELETE FROM vulnerabilities_runs WHERE asset_id = $1").bind(asset).execute(tx.on()).await?;
            continue;
        };
        sqlx::query(
            "INSERT INTO vulnerabilities_system (package, product, version, updates) VALUES ($1, $2, $3, $4)
             ON CONFLICT (package) DO NOTHING",
        )
        .bind(package)
        .bind(&windows.product)
        .bind(&windows.version)
        .bind(serde_json::to_string(&windows.updates).map_err(|error| ApiError::unavailable(&error))?)
        .execute(tx.on())
        .await?;
        sqlx::query(
            "INSERT INTO vulnerabilities_runs (asset_id, package) VALUES ($1, $2)
             ON CONFLICT (asset_id) DO UPDATE SET package = excluded.package",
        )
        .bind(asset)
        .bind(package)
        .execute(tx.on())
        .await?;
    }
    tx.commit().await?;
    Ok(runs)
}

/// Those of these that were judged already. What follows from another one is not known yet.
pub(super) async fn judged(ctx: &Context, packages: impl Iterator<Item = i64>) -> Result<HashSet<i64>, ApiError> {
    let list: Vec<String> = packages.collect::<HashSet<_>>().iter().map(i64::to_string).collect();
    if list.is_empty() {
        return Ok(HashSet::new());
    }
    // Names are written down with the first judgement.
    let sql = format!(
        "SELECT DISTINCT package FROM vulnerabilities_name WHERE release = '{RELEASE}' AND package IN ({})",
        list.join(", ")
    );
    let rows: Vec<(i64,)> = sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
    Ok(rows.into_iter().map(|(package,)| package).collect())
}

/// The machines that run one of these.
pub(super) async fn running(ctx: &Context, packages: &[i64]) -> Result<Vec<(String, i64)>, ApiError> {
    let list: Vec<String> = packages.iter().map(i64::to_string).collect();
    if list.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT asset_id, package FROM vulnerabilities_runs WHERE package IN ({})", list.join(", "));
    Ok(sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?)
}
