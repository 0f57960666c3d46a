//! How long products take to be counted with many machines. They are written into the database as the ledger of assets would have
//! written them; each package is a product, one of them is on every machine and has a licence.
//!
//! `licences MACHINES PACKAGES-EACH [URL-OF-AN-EMPTY-DATABASE]`

mod house;

use std::time::Instant;

use serde_json::json;
use sqlx::AssertSqlSafe;
use yagura_licences::server::look;
use yagura_server::Server;

use self::house::{House, arguments, block_on, say};

fn main() -> anyhow::Result<()> {
    block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let ([machines, each], database) = arguments(["machines", "packages each has"])?;
    let house = House::open(tempfile::tempdir()?, &database).await?;
    let server = &house.server;
    let began = Instant::now();
    fill(server, machines, each).await?;
    say("filled", &json!({"installed": machines * each, "seconds": began.elapsed().as_secs_f64()}));
    timed(server, "the first look: products found and counted").await?;
    timed(server, "a look when nothing happened").await?;
    mark(server, "UPDATE licences_product SET stale = 1 WHERE name = 'product-0'").await?;
    timed(server, "one product, on every machine").await?;
    let ctx = server.context();
    mark(
        server,
        "INSERT INTO licences_licence (id, product, edition, version_from, version_to, counted_by, amount, contract, seller,
         price, document, upgrade, note, created_at, version, bought, used, unused, unknown)
         SELECT 'one', number, '', '', '', 'device', 1000, '', '', '', '', '', '', 0, 1, 0, 0, 0, 0
         FROM licences_product WHERE name = 'product-0'",
    )
    .await?;
    for what in ["the same with a licence, the first time", "the same with a licence, again"] {
        mark(server, "UPDATE licences_product SET stale = 1 WHERE name = 'product-0'").await?;
        timed(server, what).await?;
    }
    mark(server, "UPDATE licences_product SET stale = 1").await?;
    timed(server, "all products").await?;
    let (used,): (i64,) = sqlx::query_as("SELECT used FROM licences_licence").fetch_one(ctx.db().read()).await?;
    say("machines that take a licence", &json!(used));
    house.close().await;
    Ok(())
}

async fn timed(server: &Server, what: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    let looked = look(server.context()).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let seconds = began.elapsed().as_secs_f64();
    say(what, &json!({"seconds": seconds, "packages": looked.packages, "products": looked.counted}));
    Ok(())
}

async fn mark(server: &Server, sql: &'static str) -> anyhow::Result<()> {
    let mut tx = server.context().db().write().await?;
    sqlx::query(sql).execute(tx.on()).await?;
    Ok(tx.commit().await?)
}

/// Machines of which each has `product-0` and a tenth of the others.
async fn fill(server: &Server, machines: usize, each: usize) -> anyhow::Result<()> {
    let ctx = server.context();
    let root = yagura_endpoints::ensure_root(ctx, "全社").await?.to_string();
    let now = ctx.now().micros();
    let mut tx = ctx.db().write_relaxed().await?;
    for at in 0..each * 10 {
        sqlx::query(
            "INSERT INTO assets_package (number, name, version, source, architecture, publisher, folded, first_at)
             VALUES ($1, $2, '1.0', 'registry', 'x64', 'Maker', $2, $3)",
        )
        .bind(i64::try_from(at)?)
        .bind(format!("product-{at}"))
        .bind(now)
        .execute(tx.on())
        .await?;
    }
    for at in 0..machines {
        let number = i64::try_from(at)?;
        sqlx::query(
            "INSERT INTO assets_asset (id, group_id, kind, name, vendor, model, serial, os_name, os_version, cpu, memory_bytes,
             disk_bytes, fullest, ip, mac, sources, inventory_number, person, place, standing, price, note, custom, first_at,
             seen_at, version, led_by) VALUES ($1, $2, 'computer', $1, '', '', '', '', '', '', 0, 0, 0, '', '', ',agent,', '', '',
             '', 'in_use', '', '', '{}', $3, $3, 1, $4)",
        )
        .bind(format!("PC-{at:06}"))
        .bind(&root)
        .bind(now)
        .bind(number)
        .execute(tx.on())
        .await?;
        sqlx::query(
            "INSERT INTO assets_sighting (number, asset_id, source, source_key, why, leads, facts, first_at, seen_at)
             VALUES ($1, $2, 'agent', $2, 'new', 1, '{}', $3, $3)",
        )
        .bind(number)
        .bind(format!("PC-{at:06}"))
        .bind(now)
        .execute(tx.on())
        .await?;
    }
    let sql = format!(
        "INSERT INTO assets_installed (package, sighting) SELECT p.number, s.number FROM assets_sighting s
         JOIN assets_package p ON p.number = 0 OR (p.number % 10 = s.number % 10 AND p.number < {})",
        each * 10
    );
    sqlx::query(AssertSqlSafe(sql)).execute(tx.on()).await?;
    sqlx::query("ANALYZE").execute(tx.on()).await?;
    Ok(tx.commit().await?)
}
