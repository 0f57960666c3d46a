//! What feeds say of what was found, read for what is shown only: the board keeps numbers.

use std::collections::{HashMap, HashSet};

use sqlx::{AssertSqlSafe, FromRow};
use yagura_server_kit::{ApiError, Context};

use crate::kernel;

/// Values of one question.
const AT_ONCE: usize = 500;

/// A claim, as it is shown.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Told {
    pub package: i64,
    pub release: String,
    pub name: Option<String>,
    pub weakness: String,
    pub subject: String,
    pub standing: String,
    pub installed: String,
    pub fixed: String,
    pub advisory: String,
    pub feed: String,
    pub evidence: String,
}

const CLAIMS: &str = "SELECT c.package AS package, c.release AS release,
     COALESCE(p.name, w.product, (SELECT MIN(ap.product) FROM vulnerabilities_appliance ap WHERE ap.package = c.package)) AS name,
     c.weakness AS weakness, c.subject AS subject, c.standing AS standing, c.installed AS installed, c.fixed AS fixed,
     c.advisory AS advisory, c.feed AS feed, c.evidence AS evidence
     FROM vulnerabilities_claim c LEFT JOIN assets_package p ON p.number = c.package
     LEFT JOIN vulnerabilities_system w ON w.package = c.package WHERE c.gone_at IS NULL";

/// `$1, $2, ...`
fn parameters(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// A version without each of these weaknesses, where all claims name the same one.
pub(super) async fn fixed(ctx: &Context, weaknesses: &[&str]) -> Result<HashMap<String, String>, ApiError> {
    let mut found = HashMap::new();
    for some in weaknesses.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT weakness, MIN(fixed) FROM vulnerabilities_claim WHERE gone_at IS NULL AND fixed <> '' AND weakness IN ({})
             GROUP BY weakness HAVING MIN(fixed) = MAX(fixed)",
            parameters(some.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).persistent(false);
        for weakness in some {
            query = query.bind(*weakness);
        }
        let rows: Vec<(String, String)> = query.fetch_all(ctx.db().read()).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Every claim of one weakness.
pub(super) async fn of_weakness(ctx: &Context, weakness: &str) -> Result<Vec<Told>, ApiError> {
    let sql = format!("{CLAIMS} AND c.weakness = $1 ORDER BY c.subject, c.release, c.installed, c.number");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(weakness).fetch_all(ctx.db().read()).await?)
}

/// Every claim of these packages, by package and release.
pub(super) async fn of_packages(
    ctx: &Context,
    packages: &HashSet<i64>,
) -> Result<HashMap<(i64, String), Vec<Told>>, ApiError> {
    let packages: Vec<String> = packages.iter().map(i64::to_string).collect();
    let mut found: HashMap<(i64, String), Vec<Told>> = HashMap::new();
    for some in packages.chunks(AT_ONCE) {
        let sql = format!("{CLAIMS} AND c.package IN ({}) ORDER BY c.number", some.join(", "));
        let rows: Vec<Told> = sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        for row in rows {
            found.entry((row.package, row.release.clone())).or_default().push(row);
        }
    }
    Ok(found)
}

/// What the updaters of these sightings say, as their facts have it.
pub(super) async fn facts(ctx: &Context, sightings: &[i64]) -> Result<HashMap<i64, String>, ApiError> {
    let mut found = HashMap::new();
    for some in sightings.chunks(AT_ONCE) {
        let list: Vec<String> = some.iter().map(i64::to_string).collect();
        let sql = format!("SELECT number, facts FROM assets_sighting WHERE number IN ({})", list.join(", "));
        let rows: Vec<(i64, String)> =
            sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// The kernels that are installed on the machines of these sightings: their package system and version.
pub(super) async fn kernels(ctx: &Context, sightings: &[i64]) -> Result<HashMap<i64, Vec<(String, String)>>, ApiError> {
    let mut found: HashMap<i64, Vec<(String, String)>> = HashMap::new();
    for some in sightings.chunks(AT_ONCE) {
        let list: Vec<String> = some.iter().map(i64::to_string).collect();
        let sql = format!(
            "SELECT i.sighting, p.source, p.name, p.version FROM assets_installed i JOIN assets_package p ON p.number = i.package
             WHERE i.sighting IN ({}) AND (p.name LIKE 'linux-image-%' OR p.name LIKE 'kernel%')",
            list.join(", ")
        );
        let rows: Vec<(i64, String, String, String)> =
            sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        for (sighting, source, name, version) in rows {
            if kernel::release(&source, &name, &version, "").is_some() {
                found.entry(sighting).or_default().push((source, version));
            }
        }
    }
    Ok(found)
}
