//! What runs on devices that nobody can look into (R07): VPN gateways, firewalls, remote desktops behind a banner.
//!
//! An appliance is judged like a package of the package system [`SYSTEM`]: claims name it by its number, and the machine that it is has it
//! as if it were installed there. One that the ledger does not have is a machine of its own on the board.

pub(super) mod banners;
mod body;
pub(super) mod create;
pub(super) mod devices;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod update;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use yagura_channel::wire::key::sha256;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::words;

pub(super) use self::body::{ApplianceBody, ApplianceChange};

/// The package system of appliances, as claims and judging know it.
pub(super) const SYSTEM: &str = "appliance";

/// The kind of ids of appliances.
#[derive(Debug)]
pub(super) enum Appliance {}

words! {
    /// How it is known what runs there.
    How {
        /// Somebody wrote it down.
        Hand = "hand",
        /// Its banner says so.
        Banner = "banner",
        /// The device itself, asked by SNMP.
        Snmp = "snmp",
    }
}

/// The number of a product's version, as the ledger numbers packages: no two of them are ever mistaken for each other.
pub(super) fn number_of(product: &str, version: &str) -> i64 {
    let text: Vec<u8> = [product, version, SYSTEM, "", ""].iter().flat_map(|word| word.bytes().chain([0])).collect();
    let mut first = [0; 8];
    first.copy_from_slice(&sha256(&text)[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

#[derive(Debug, Clone, FromRow)]
struct Row {
    id: String,
    asset_id: Option<String>,
    group_id: String,
    group_name: String,
    name: String,
    product: String,
    version: String,
    how: String,
    at: i64,
    edition: i64,
}

/// Those of the groups that the caller sees.
async fn rows(ctx: &Context, caller: &Caller, id: Option<&str>) -> Result<Vec<Row>, ApiError> {
    let sql = format!(
        "SELECT p.id AS id, p.asset_id AS asset_id, g.id AS group_id, g.name AS group_name, p.name AS name, p.product AS product,
         p.version AS version, p.how AS how, p.at AS at, p.edition AS edition FROM vulnerabilities_appliance p
         LEFT JOIN assets_asset a ON a.id = p.asset_id LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         JOIN endpoints_group g ON g.id = COALESCE(e.group_id, a.group_id, p.group_id)
         WHERE {} AND ($2 = '' OR p.id = $2) ORDER BY p.name, p.id",
        visible("g.id", 1)
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(id.unwrap_or_default())
        .fetch_all(ctx.db().read())
        .await?)
}

/// Something that runs somewhere.
struct Written<'a> {
    id: &'a str,
    asset_id: Option<&'a str>,
    group_id: &'a str,
    name: &'a str,
    product: &'a str,
    version: &'a str,
    how: How,
}

/// Writes one down, or what is newly known of it.
async fn write(on: &mut AnyConnection, one: &Written<'_>, at: i64, by: &str) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO vulnerabilities_appliance (id, asset_id, group_id, name, vendor, product, version, package, how, at, by_whom, edition)
         VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8, $9, $10, 1) ON CONFLICT (id) DO UPDATE SET asset_id = excluded.asset_id,
         group_id = excluded.group_id, name = excluded.name, product = excluded.product, version = excluded.version,
         package = excluded.package, how = excluded.how, at = excluded.at, by_whom = excluded.by_whom,
         edition = vulnerabilities_appliance.edition + 1",
    )
    .bind(one.id)
    .bind(one.asset_id)
    .bind(one.group_id)
    .bind(one.name)
    .bind(one.product)
    .bind(one.version)
    .bind(number_of(one.product, one.version))
    .bind(one.how.as_str())
    .bind(at)
    .bind(by)
    .execute(on)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn versions_of_a_product_have_numbers_of_their_own_that_stay() {
        assert_ne!(number_of("fortinet:fortios", "7.2.4"), number_of("fortinet:fortios", "7.2.5"));
        assert_ne!(number_of("ab", "c"), number_of("a", "bc"));
        assert!(number_of("fortinet:fortios", "7.2.4") > 0);
    }
}
