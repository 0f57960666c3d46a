//! Counting products, each by itself: on how many machines it is, and of those with licences how many are taken.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, FromRow};
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Context, Tx};

use super::apply::is_followed;
use crate::{
    allocate::{CountedBy, Entitlement, Machine, Tally, Use, allocate},
    pattern::folded,
    server::usage::{Watched, use_of},
};

/// A machine in use with a product, once for each edition and version that is on it.
#[derive(Debug, FromRow)]
struct Row {
    asset_id: String,
    edition: String,
    version: String,
    person: String,
    /// Since when it may have been there.
    since_at: i64,
    last_at: Option<i64>,
    heard_from: Option<i64>,
    heard_until: Option<i64>,
}

/// A purchase as far as it is counted.
#[derive(Debug, FromRow)]
struct Bought {
    id: String,
    edition: String,
    version_from: String,
    version_to: String,
    counted_by: String,
    amount: i64,
    in_force: i64,
}

/// What was counted of one product.
struct Counted {
    product: i64,
    /// How often it had been marked before it was counted: who marks it meanwhile has it counted once more.
    marks: i64,
    machines: i64,
    packages: i64,
    /// Of products with licences, and of those that nobody may have: who has it since when.
    have: Option<BTreeMap<String, i64>>,
    licences: Vec<(String, Covered)>,
}

/// How a purchase, with all others of its kind, stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::server) struct Covered {
    /// So many were bought, by all that are in force.
    pub bought: u64,
    /// What became of them.
    pub tally: Tally,
}

/// Counts these products and writes down what was found.
pub(super) async fn count(ctx: &Context, products: &[i64]) -> Result<(), ApiError> {
    if products.is_empty() {
        return Ok(());
    }
    let at = ctx.now().micros();
    let mut counted = Vec::with_capacity(products.len());
    for product in products {
        counted.push(one(ctx, *product).await?);
    }
    let mut tx = ctx.db().write_relaxed().await?;
    for one in &counted {
        write(&mut tx, one, at).await?;
    }
    Ok(tx.commit().await?)
}

async fn one(ctx: &Context, product: i64) -> Result<Counted, ApiError> {
    let (class, marks, licensed): (String, i64, i64) = sqlx::query_as(
        "SELECT class, stale, CAST((SELECT COUNT(*) FROM licences_licence c WHERE c.product = p.number) AS BIGINT)
         FROM licences_product p WHERE number = $1",
    )
    .bind(product)
    .fetch_one(ctx.db().read())
    .await?;
    let (machines, packages): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(DISTINCT a.id), COUNT(DISTINCT l.package) FROM licences_package l
         JOIN assets_installed i ON i.package = l.package JOIN assets_asset a ON a.led_by = i.sighting
         WHERE l.product = $1 AND a.standing = 'in_use'",
    )
    .bind(product)
    .fetch_one(ctx.db().read())
    .await?;
    let mut counted = Counted { product, marks, machines, packages, have: None, licences: Vec::new() };
    if class == "not_permitted" || licensed > 0 {
        let rows = rows(ctx, product, "").await?;
        let known: Vec<(String, i64)> =
            sqlx::query_as("SELECT asset_id, since_at FROM licences_have WHERE product = $1")
                .bind(product)
                .fetch_all(ctx.db().read())
                .await?;
        // The first time, only the ledger can say since when it may have been there.
        let (first_time, now) = (known.is_empty(), ctx.now().micros());
        let known: BTreeMap<String, i64> = known.into_iter().collect();
        let mut have: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows {
            let since = known.get(&row.asset_id).copied().unwrap_or(if first_time { row.since_at } else { now });
            let first = have.entry(row.asset_id).or_insert(since);
            *first = since.min(*first);
        }
        counted.have = Some(have);
    }
    if licensed > 0 {
        counted.licences = covered(ctx, product, "").await?;
    }
    Ok(counted)
}

async fn rows(ctx: &Context, product: i64, limit: &str) -> Result<Vec<Row>, ApiError> {
    let sql = format!(
        "SELECT a.id AS asset_id, l.edition AS edition, l.version AS version,
         COALESCE(e.primary_user_id, a.person) AS person,
         COALESCE(v.since_at, CASE WHEN a.first_at > p.first_at THEN a.first_at ELSE p.first_at END) AS since_at,
         u.last_at AS last_at, h.first_at AS heard_from, h.last_at AS heard_until
         FROM licences_package l JOIN assets_package p ON p.number = l.package
         JOIN assets_installed i ON i.package = l.package JOIN assets_asset a ON a.led_by = i.sighting
         LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         LEFT JOIN licences_have v ON v.product = l.product AND v.asset_id = a.id
         LEFT JOIN licences_use u ON u.endpoint_id = a.endpoint_id AND u.product = l.product
         LEFT JOIN licences_heard h ON h.endpoint_id = a.endpoint_id
         WHERE l.product = $1 AND a.standing = 'in_use' AND {}",
        visible("COALESCE(e.group_id, a.group_id)", 2)
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(product).bind(limit).fetch_all(ctx.db().read()).await?)
}

/// Every purchase of a product with how it stands, by the machines that whoever has this limit may see.
pub(in crate::server) async fn covered(
    ctx: &Context,
    product: i64,
    limit: &str,
) -> Result<Vec<(String, Covered)>, ApiError> {
    let now = ctx.now();
    let bought: Vec<Bought> = sqlx::query_as(
        "SELECT id, edition, version_from, version_to, counted_by, amount,
         CASE WHEN COALESCE(from_at, $1) <= $1 AND COALESCE(until_at, $2) > $1 THEN 1 ELSE 0 END AS in_force
         FROM licences_licence WHERE product = $3 ORDER BY id",
    )
    .bind(now.micros())
    .bind(i64::MAX)
    .bind(product)
    .fetch_all(ctx.db().read())
    .await?;
    // Purchases of the same kind add up; one that is not in force adds nothing.
    let mut groups: BTreeMap<(String, String, String, CountedBy), u64> = BTreeMap::new();
    let kind = |one: &Bought| {
        let counted_by = one.counted_by.parse().unwrap_or(CountedBy::Device);
        (folded(&one.edition), one.version_from.clone(), one.version_to.clone(), counted_by)
    };
    for one in &bought {
        let amount = if one.in_force == 1 { one.amount.unsigned_abs() } else { 0 };
        *groups.entry(kind(one)).or_default() += amount;
    }
    let in_force: BTreeSet<_> = bought.iter().filter(|one| one.in_force == 1).map(kind).collect();
    let entitlements: Vec<Entitlement> = groups
        .iter()
        // A site's licence that is over covers nothing any more; one that is counted has no room then.
        .filter(|(key, _)| key.3 != CountedBy::Site || in_force.contains(*key))
        .map(|((edition, from, to, counted_by), amount)| Entitlement {
            edition: edition.clone(),
            version_from: from.clone(),
            version_to: to.clone(),
            counted_by: *counted_by,
            amount: *amount,
        })
        .collect();
    let machines = machines_of(ctx, product, limit).await?;
    let (tallies, _) = allocate(&entitlements, &machines);
    let of = |one: &Bought| {
        let (edition, version_from, version_to, counted_by) = kind(one);
        let at = entitlements.iter().position(|other| {
            (&other.edition, &other.version_from, &other.version_to, other.counted_by)
                == (&edition, &version_from, &version_to, counted_by)
        });
        let tally = at.and_then(|at| tallies.get(at)).copied().unwrap_or_default();
        (one.id.clone(), Covered { bought: groups.get(&kind(one)).copied().unwrap_or(0), tally })
    };
    Ok(bought.iter().map(of).collect())
}

/// The machines in use with a product that whoever has this limit may see.
async fn machines_of(ctx: &Context, product: i64, limit: &str) -> Result<Vec<Machine>, ApiError> {
    let now = ctx.now();
    let followed = is_followed(ctx, product).await?;
    let mut machines: BTreeMap<String, Machine> = BTreeMap::new();
    for row in rows(ctx, product, limit).await? {
        let watched =
            Watched { followed, since: row.heard_from.map(|from| from.max(row.since_at)), until: row.heard_until };
        let used = use_of(now, row.last_at, watched);
        let person = Some(row.person).filter(|person| !person.is_empty());
        let machine = machines.entry(row.asset_id).or_insert(Machine { person, installed: Vec::new(), used });
        // Of several parts, the one that is there for longest says since when it could have been used.
        if used == Use::Not {
            machine.used = used;
        }
        machine.installed.push((row.edition, row.version));
    }
    Ok(machines.into_values().collect())
}

async fn write(tx: &mut Tx, one: &Counted, at: i64) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE licences_product SET machines = $1, packages = $2, counted_at = $3, stale = CASE WHEN stale = $5 THEN 0 ELSE stale END,
         aside = CASE WHEN aside > $1 THEN $1 ELSE aside END WHERE number = $4",
    )
    .bind(one.machines)
    .bind(one.packages)
    .bind(at)
    .bind(one.product)
    .bind(one.marks)
    .execute(tx.on())
    .await?;
    for (id, covered) in &one.licences {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        sqlx::query("UPDATE licences_licence SET bought = $1, used = $2, unused = $3, unknown = $4 WHERE id = $5")
            .bind(number(covered.bought))
            .bind(number(covered.tally.used))
            .bind(number(covered.tally.unused))
            .bind(number(covered.tally.unknown))
            .bind(id)
            .execute(tx.on())
            .await?;
    }
    let had: Vec<(String,)> = sqlx::query_as("SELECT asset_id FROM licences_have WHERE product = $1")
        .bind(one.product)
        .fetch_all(tx.on())
        .await?;
    let none = BTreeMap::new();
    let have = one.have.as_ref().unwrap_or(&none);
    let had: BTreeSet<String> = had.into_iter().map(|(asset,)| asset).collect();
    for asset in had.iter().filter(|asset| !have.contains_key(*asset)) {
        sqlx::query("DELETE FROM licences_have WHERE product = $1 AND asset_id = $2")
            .bind(one.product)
            .bind(asset)
            .execute(tx.on())
            .await?;
    }
    for (asset, since) in have.iter().filter(|(asset, _)| !had.contains(*asset)) {
        sqlx::query(
            "INSERT INTO licences_have (product, asset_id, since_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(one.product)
        .bind(asset)
        .bind(*since)
        .execute(tx.on())
        .await?;
    }
    Ok(())
}
