//! Which products are to be counted again: those on machines that came, went or changed.

use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Context, Tx};

/// More machines or packages than this at a time, and everything is counted again: that costs less than to ask for each.
const MANY: i64 = 500;
/// Changes are written down by others, who may need so long until they are seen: two minutes.
const OVERLAP_MS: i64 = 120_000;

const ALL: &str = "UPDATE licences_product SET stale = stale + 1";

/// Marks what has to be counted again.
pub(super) async fn mark(ctx: &Context) -> Result<(), ApiError> {
    machines(ctx).await?;
    changes(ctx).await
}

/// Machines whose leading sighting or standing is another than when they were counted.
const DIFFER: &str = "FROM assets_asset a LEFT JOIN licences_machine m ON m.asset_id = a.id
     WHERE a.led_by IS NOT NULL AND (m.asset_id IS NULL OR m.sighting <> a.led_by
     OR m.in_use <> CASE WHEN a.standing = 'in_use' THEN 1 ELSE 0 END)";

async fn machines(ctx: &Context) -> Result<(), ApiError> {
    let differ: Vec<(String, i64, i64, Option<i64>)> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT a.id, a.led_by, CASE WHEN a.standing = 'in_use' THEN 1 ELSE 0 END, m.sighting {DIFFER} LIMIT {}",
        MANY + 1
    )))
    .fetch_all(ctx.db().read())
    .await?;
    let (gone,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM licences_machine m WHERE NOT EXISTS
         (SELECT 1 FROM assets_asset a WHERE a.id = m.asset_id AND a.led_by IS NOT NULL)",
    )
    .fetch_one(ctx.db().read())
    .await?;
    if differ.is_empty() && gone == 0 {
        return Ok(());
    }
    let many = differ.len() > usize::try_from(MANY).unwrap_or(usize::MAX);
    let mut tx = ctx.db().write_relaxed().await?;
    // What was on a machine that is gone, nobody can say any more.
    if many || gone > 0 {
        sqlx::query(ALL).execute(tx.on()).await?;
        sqlx::query(
            "DELETE FROM licences_machine WHERE NOT EXISTS
             (SELECT 1 FROM assets_asset a WHERE a.id = licences_machine.asset_id AND a.led_by IS NOT NULL)",
        )
        .execute(tx.on())
        .await?;
        sqlx::query(
            "INSERT INTO licences_machine (asset_id, sighting, in_use)
             SELECT id, led_by, CASE WHEN standing = 'in_use' THEN 1 ELSE 0 END FROM assets_asset
             WHERE led_by IS NOT NULL
             ON CONFLICT (asset_id) DO UPDATE SET sighting = excluded.sighting, in_use = excluded.in_use",
        )
        .execute(tx.on())
        .await?;
        return Ok(tx.commit().await?);
    }
    for (asset, sighting, in_use, before) in &differ {
        for sighting in [Some(*sighting), *before].into_iter().flatten() {
            of_sighting(&mut tx, sighting).await?;
        }
        sqlx::query(
            "INSERT INTO licences_machine (asset_id, sighting, in_use) VALUES ($1, $2, $3)
             ON CONFLICT (asset_id) DO UPDATE SET sighting = excluded.sighting, in_use = excluded.in_use",
        )
        .bind(asset)
        .bind(*sighting)
        .bind(*in_use)
        .execute(tx.on())
        .await?;
    }
    Ok(tx.commit().await?)
}

async fn of_sighting(tx: &mut Tx, sighting: i64) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE licences_product SET stale = stale + 1 WHERE number IN (SELECT l.product FROM assets_installed i
         JOIN licences_package l ON l.package = i.package WHERE i.sighting = $1)",
    )
    .bind(sighting)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// What was installed or removed since the last look, by the ids of changes, which begin with their time (UUIDv7).
async fn changes(ctx: &Context) -> Result<(), ApiError> {
    let (from,): (i64,) =
        sqlx::query_as("SELECT changes_ms FROM licences_state WHERE one = 1").fetch_one(ctx.db().read()).await?;
    let now = ctx.now().micros() / 1000;
    let names: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT name FROM assets_change WHERE id >= $1 AND part = 'software' ORDER BY name LIMIT $2",
    )
    .bind(least_id(from.saturating_sub(OVERLAP_MS)))
    .bind(MANY + 1)
    .fetch_all(ctx.db().read())
    .await?;
    let mut tx = ctx.db().write_relaxed().await?;
    if names.len() > usize::try_from(MANY).unwrap_or(usize::MAX) {
        sqlx::query(ALL).execute(tx.on()).await?;
    } else {
        for (name,) in &names {
            sqlx::query(
                "UPDATE licences_product SET stale = stale + 1 WHERE number IN (SELECT l.product FROM assets_package p
                 JOIN licences_package l ON l.package = p.number WHERE p.name = $1)",
            )
            .bind(name)
            .execute(tx.on())
            .await?;
        }
    }
    sqlx::query("UPDATE licences_state SET changes_ms = $1 WHERE one = 1").bind(now).execute(tx.on()).await?;
    Ok(tx.commit().await?)
}

/// The least UUIDv7 of a millisecond, as text.
fn least_id(ms: i64) -> String {
    let hex = format!("{:012x}", ms.clamp(0, (1 << 48) - 1));
    format!("{}-{}-0000-0000-000000000000", &hex[..8], &hex[8..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_changes_are_compared_by_their_time() {
        assert_eq!(least_id(0x0192_f0c1_2345), "0192f0c1-2345-0000-0000-000000000000");
        assert!(least_id(0x0192_f0c1_2345).as_str() < "0192f0c1-2345-7abc-8def-0123456789ab");
        assert!(least_id(-5) <= least_id(0));
    }
}
