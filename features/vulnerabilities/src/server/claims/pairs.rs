//! Which packages of which releases there are.

use yagura_server_kit::{ApiError, Context};

use super::judging::{EDITION, PROVISIONAL};
use crate::{release::release_of, server::windows};

/// Clocks of several servers differ: so much is looked at again.
const OVERLAP_US: i64 = 300_000_000;
/// Pairs of one transaction.
const CHUNK: usize = 500;

/// Marks packages that are new as to be judged, and those of which something else is known now than when they were.
pub(super) async fn find(ctx: &Context) -> Result<(), ApiError> {
    systems(ctx).await?;
    let now = ctx.now().micros();
    let (looked_at,): (i64,) =
        sqlx::query_as("SELECT looked_at FROM vulnerabilities_state WHERE one = 1").fetch_one(ctx.db().read()).await?;
    // What a source tells of a machine is written down with the time at which it was seen: what was not seen since has nothing new.
    let mut new: Vec<(i64, String)> = sqlx::query_as(
        "SELECT DISTINCT found.package AS package, found.release AS release FROM (
         SELECT i.package AS package, CASE WHEN p.source IN ('dpkg', 'rpm') THEN o.release ELSE '' END AS release
         FROM assets_asset a
         JOIN vulnerabilities_os o ON o.os_name = a.os_name AND o.os_version = a.os_version
         JOIN assets_installed i ON i.sighting = a.led_by
         JOIN assets_package p ON p.number = i.package
         WHERE a.seen_at >= $1) found
         WHERE NOT EXISTS (SELECT 1 FROM vulnerabilities_judged j WHERE j.package = found.package AND j.release = found.release)",
    )
    .bind(looked_at - OVERLAP_US)
    .fetch_all(ctx.db().read())
    .await?;
    // What devices run that nobody installs packages on.
    let appliances: Vec<(i64,)> = sqlx::query_as(
        "SELECT DISTINCT d.package AS package FROM vulnerabilities_appliance d
         WHERE NOT EXISTS (SELECT 1 FROM vulnerabilities_judged j WHERE j.package = d.package AND j.release = '')",
    )
    .fetch_all(ctx.db().read())
    .await?;
    new.extend(appliances.into_iter().map(|(package,)| (package, String::new())));
    // Windows itself.
    windows::find(ctx, looked_at - OVERLAP_US).await?;
    let systems: Vec<(i64,)> = sqlx::query_as(
        "SELECT DISTINCT r.package AS package FROM vulnerabilities_runs r
         WHERE NOT EXISTS (SELECT 1 FROM vulnerabilities_judged j WHERE j.package = r.package AND j.release = $1)",
    )
    .bind(windows::RELEASE)
    .fetch_all(ctx.db().read())
    .await?;
    new.extend(systems.into_iter().map(|(package,)| (package, windows::RELEASE.to_owned())));
    for chunk in new.chunks(CHUNK) {
        let mut tx = ctx.db().write_relaxed().await?;
        for (package, release) in chunk {
            sqlx::query(
                "INSERT INTO vulnerabilities_judged (package, release, edition, built_name) VALUES ($1, $2, 0, '')
                 ON CONFLICT (package, release) DO NOTHING",
            )
            .bind(*package)
            .bind(release)
            .execute(tx.on())
            .await?;
        }
        tx.commit().await?;
    }
    let mut tx = ctx.db().write_relaxed().await?;
    sqlx::query("UPDATE vulnerabilities_state SET looked_at = $1 WHERE one = 1").bind(now).execute(tx.on()).await?;
    // The catalogue of products knows it now.
    sqlx::query(
        "UPDATE vulnerabilities_judged SET edition = 0 WHERE edition = $1
         AND package IN (SELECT package FROM licences_package)",
    )
    .bind(PROVISIONAL)
    .execute(tx.on())
    .await?;
    // An agent tells now what it was built from.
    sqlx::query(
        "UPDATE vulnerabilities_judged SET edition = 0 WHERE edition = $1
         AND EXISTS (SELECT 1 FROM assets_package p WHERE p.number = vulnerabilities_judged.package
         AND p.built_name <> vulnerabilities_judged.built_name)",
    )
    .bind(*EDITION)
    .execute(tx.on())
    .await?;
    Ok(tx.commit().await?)
}

/// Says of each system that the ledger has, which release it is. What a newer version of this program knows better is said anew.
async fn systems(ctx: &Context) -> Result<(), ApiError> {
    let new: Vec<(String, String)> = sqlx::query_as(
        "SELECT DISTINCT a.os_name AS os_name, a.os_version AS os_version FROM assets_asset a
         WHERE NOT EXISTS (SELECT 1 FROM vulnerabilities_os o WHERE o.os_name = a.os_name AND o.os_version = a.os_version
         AND o.edition = $1)",
    )
    .bind(*EDITION)
    .fetch_all(ctx.db().read())
    .await?;
    if new.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.db().write_relaxed().await?;
    for (name, version) in new {
        let release = release_of(&name, &version).map(|it| it.to_string()).unwrap_or_default();
        sqlx::query(
            "INSERT INTO vulnerabilities_os (os_name, os_version, release, edition) VALUES ($1, $2, $3, $4)
             ON CONFLICT (os_name, os_version) DO UPDATE SET release = excluded.release, edition = excluded.edition",
        )
        .bind(name)
        .bind(version)
        .bind(release)
        .bind(*EDITION)
        .execute(tx.on())
        .await?;
    }
    Ok(tx.commit().await?)
}
