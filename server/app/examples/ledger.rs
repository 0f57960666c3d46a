//! `./dev bench assets`, the server's part: how fast the ledger answers, and takes news in, with very many machines. The machines are
//! written into the database as the ledger itself would have written them; questions come over HTTPS, news as agents' states do.
//!
//! `ledger MACHINES PACKAGES-EACH [URL-OF-AN-EMPTY-DATABASE]`

#[path = "house/asking.rs"]
mod asking;
mod house;

use std::time::Instant;

use serde_json::{Value, json};
use sqlx::AnyConnection;
use yagura_channel::wire::key::sha256;
use yagura_server::Server;
use yagura_vocabulary::{Id, id};

use self::{
    asking::Asking,
    house::{House, arguments, block_on, say},
};

/// Packages that the organisation knows, for each that a machine has.
const KNOWN: usize = 10;
/// How many machines tell news.
const NEWS: usize = 3000;

fn main() -> anyhow::Result<()> {
    block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let ([machines, each], database) = arguments(["machines", "packages each has"])?;
    let house = House::open(tempfile::tempdir()?, &database).await?;
    let server = &house.server;
    let began = Instant::now();
    let fleet = fill(server, machines, each).await?;
    say("filled", &json!({"machines": machines, "installed": machines * each, "seconds": began.elapsed().as_secs()}));
    ask_all(&Asking::of(server, house.folder.path()).await?).await?;
    tell(server, &fleet, each).await?;
    house.close().await;
    Ok(())
}

/// As the ledger numbers sightings and packages.
fn number_of(words: &[&str]) -> i64 {
    let text: Vec<u8> = words.iter().flat_map(|word| word.bytes().chain([0])).collect();
    let mut first = [0; 8];
    first.copy_from_slice(&sha256(&text)[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

fn package(at: usize, version: &str) -> Value {
    json!({"name": format!("package-{at:05}"), "version": version, "publisher": "Debian", "source": "dpkg", "architecture": "amd64",
        "installed_at": null, "size_bytes": null})
}

fn facts(at: usize) -> Value {
    json!({
        "collected_at": "2026-11-17T00:00:00.000000Z",
        "hardware": {"vendor": "LENOVO", "model": format!("ThinkPad X{}", at % 40), "serial": format!("PF{at:06}"), "firmware": "N32ET91W",
            "cpu": {"model": "Ryzen 5", "cores": 6, "threads": 12}, "memory_bytes": 17_179_869_184_u64, "virtual_machine": null},
        "os": {"hostname": format!("PC-{at:06}"), "name": "Debian GNU/Linux", "version": "12 (bookworm)", "kernel": "6.1.0",
            "architecture": "x86_64", "installed_at": null, "boot_at": null, "time_zone": "Asia/Tokyo"},
        "network": [{"name": "eth0", "mac": format!("00:1b:21:{:02x}:{:02x}:{:02x}", at >> 16, (at >> 8) & 255, at & 255),
            "ipv4": [format!("10.{}.{}.{}", at >> 16, (at >> 8) & 255, at & 255)], "ipv6": [], "up": true, "speed_mbps": 1000}],
        "disks": [{"name": "sda", "model": "SSD", "serial": format!("D{at}"), "size_bytes": 512_000_000_000_u64, "removable": false}],
        "volumes": [{"mount": "/", "filesystem": "ext4", "size_bytes": 1000, "free_bytes": at % 1000, "encrypted": true}],
        "software": [], "users": [{"name": "tanaka", "id": "1000"}],
    })
}

/// The packages that a machine has: every tenth of those that are known.
fn packages_of(machine: usize, each: usize) -> impl Iterator<Item = usize> {
    (0..each).map(move |at| at * KNOWN + machine % KNOWN)
}

/// Writes machines down, and what is installed on them; gives their endpoints.
async fn fill(server: &Server, machines: usize, each: usize) -> anyhow::Result<Vec<Id<id::Endpoint>>> {
    let ctx = server.context();
    let root = yagura_endpoints::ensure_root(ctx, "全社").await?.to_string();
    let now = ctx.now().micros();
    let mut fleet = Vec::with_capacity(machines);
    let mut tx = ctx.db().write_relaxed().await?;
    for sql in [
        "CREATE TABLE bench_machine (at BIGINT NOT NULL, number BIGINT NOT NULL)",
        "CREATE TABLE bench_package (at BIGINT NOT NULL, number BIGINT NOT NULL)",
    ] {
        sqlx::query(sql).execute(tx.on()).await?;
    }
    for at in 0..each * KNOWN {
        let (name, number) = (format!("package-{at:05}"), package_number(at, "1.0"));
        sqlx::query(
            "INSERT INTO assets_package (number, name, version, source, architecture, publisher, folded, first_at)
             VALUES ($1, $2, '1.0', 'dpkg', 'amd64', 'Debian', $2, $3)",
        )
        .bind(number)
        .bind(name)
        .bind(now)
        .execute(tx.on())
        .await?;
        note(tx.on(), "INSERT INTO bench_package (at, number) VALUES ($1, $2)", at % KNOWN, number).await?;
    }
    for at in 0..machines {
        fleet.push(machine(tx.on(), at, &root, now).await?);
    }
    // Filled first and indexed then: row by row the index would be written in the order of a die.
    sqlx::query("DROP INDEX assets_installed_sighting").execute(tx.on()).await?;
    sqlx::query(
        "INSERT INTO assets_installed (package, sighting)
         SELECT p.number, m.number FROM bench_package p JOIN bench_machine m ON m.at = p.at ORDER BY p.number, m.number",
    )
    .execute(tx.on())
    .await?;
    sqlx::query("CREATE INDEX assets_installed_sighting ON assets_installed (sighting, package)")
        .execute(tx.on())
        .await?;
    sqlx::query("UPDATE assets_package SET machines = (SELECT COUNT(*) FROM assets_installed i WHERE i.package = assets_package.number)")
        .execute(tx.on())
        .await?;
    tx.commit().await?;
    let mut tx = ctx.db().write().await?;
    sqlx::query("ANALYZE").execute(tx.on()).await?;
    tx.commit().await?;
    Ok(fleet)
}

fn package_number(at: usize, version: &str) -> i64 {
    number_of(&[&format!("package-{at:05}"), version, "dpkg", "amd64", "Debian"])
}

async fn note(on: &mut AnyConnection, sql: &'static str, at: usize, number: i64) -> anyhow::Result<()> {
    sqlx::query(sql).bind(i64::try_from(at)?).bind(number).execute(on).await?;
    Ok(())
}

async fn machine(on: &mut AnyConnection, at: usize, root: &str, now: i64) -> anyhow::Result<Id<id::Endpoint>> {
    let endpoint = Id::<id::Endpoint>::new();
    let (id, asset, name) = (endpoint.to_string(), Id::<()>::new().to_string(), format!("PC-{at:06}"));
    let number = number_of(&["agent", &id]);
    sqlx::query(
        "INSERT INTO endpoints_endpoint (id, public_key, standing, hostname, os, os_name, agent_version, hardware_id, group_id,
         enrolled_at, last_seen, features, clone_suspected, version)
         VALUES ($1, $1, 'active', $2, 'linux', 'Debian GNU/Linux 12', '0.1.0', $1, $3, $4, $4, '[]', 0, 1)",
    )
    .bind(&id)
    .bind(&name)
    .bind(root)
    .bind(now)
    .execute(&mut *on)
    .await?;
    sqlx::query(
        "INSERT INTO assets_asset (id, endpoint_id, group_id, kind, name, vendor, model, serial, os_name, os_version, cpu, memory_bytes,
         disk_bytes, fullest, ip, mac, sources, inventory_number, person, place, standing, price, note, custom, first_at, seen_at, version,
         led_by, told_words, written_words)
         VALUES ($1, $2, $3, $4, $5, 'LENOVO', $6, $7, 'Debian GNU/Linux', '12 (bookworm)', 'Ryzen 5', 17179869184, 512000000000, $8, $9,
         '', ',agent,', $10, '', '本社3階', 'in_use', '', '', '{}', $11, $11, 1, $12,
         lower($5 || ' ' || $7 || ' ' || $6 || ' ' || $9 || ' '), $10 || ' 本社3階 ')",
    )
    .bind(&asset)
    .bind(&id)
    .bind(root)
    .bind(if at.is_multiple_of(50) { "server" } else { "computer" })
    .bind(&name)
    .bind(format!("ThinkPad X{}", at % 40))
    .bind(format!("PF{at:06}"))
    .bind(i64::try_from(at % 100)?)
    .bind(format!("10.{}.{}.{}", at >> 16, (at >> 8) & 255, at & 255))
    .bind(format!("資-{at:06}"))
    .bind(now)
    .bind(number)
    .execute(&mut *on)
    .await?;
    sqlx::query(
        "INSERT INTO assets_sighting (number, asset_id, source, source_key, why, leads, facts, first_at, seen_at)
         VALUES ($1, $2, 'agent', $3, 'new', 1, $4, $5, $5)",
    )
    .bind(number)
    .bind(&asset)
    .bind(&id)
    .bind(facts(at).to_string())
    .bind(now)
    .execute(&mut *on)
    .await?;
    for (kind, value) in [("serial", format!("pf{at:06}")), ("hostname", name.to_lowercase())] {
        sqlx::query("INSERT INTO assets_mark (sighting, kind, value) VALUES ($1, $2, $3)")
            .bind(number)
            .bind(kind)
            .bind(value)
            .execute(&mut *on)
            .await?;
    }
    note(on, "INSERT INTO bench_machine (at, number) VALUES ($1, $2)", at % KNOWN, number).await?;
    Ok(endpoint)
}

/// Asks the ledger what administrators ask, several times each.
async fn ask_all(asking: &Asking) -> anyhow::Result<()> {
    for (what, path) in [
        ("the first page", "ledger"),
        ("sorted by room", "ledger?sort=-fullest"),
        ("part of a serial number", "ledger?q=pf0421"),
        ("a word that is nowhere", "ledger?q=nowhere"),
        ("kind and standing", "ledger?kind=server&standing=in_use"),
        ("full disks", "ledger?fullest=95&sort=-fullest"),
        ("the operating system", "ledger?os=Debian"),
        ("who has a package that a tenth has", "ledger?package=package-00042"),
        ("who has a package that nobody has", "ledger?package=nothing"),
        ("who has a family of packages", "ledger?package=package-0004*"),
        ("the packages that begin so", "packages?q=package-001"),
    ] {
        asking.time(what, &format!("assets/{path}"), |answer| answer["count"]["value"].clone()).await?;
    }
    Ok(())
}

/// Machines tell that one package has another version.
async fn tell(server: &Server, fleet: &[Id<id::Endpoint>], each: usize) -> anyhow::Result<()> {
    let ctx = server.context();
    let hook = yagura_assets::server::hook();
    let news = NEWS.min(fleet.len());
    let step = fleet.len() / news;
    let values: Vec<(Id<id::Endpoint>, Value)> = (0..news)
        .map(|nth| {
            let at = nth * step;
            let mut value = facts(at);
            let packages = packages_of(at, each).enumerate();
            value["software"] = packages.map(|(nth, at)| package(at, if nth == 0 { "1.1" } else { "1.0" })).collect();
            (fleet[at], value)
        })
        .collect();
    let began = Instant::now();
    for (endpoint, value) in &values {
        hook.state(ctx, *endpoint, "assets", value).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    }
    let seconds = began.elapsed().as_secs_f64();
    let (changes,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM assets_change").fetch_one(ctx.db().read()).await?;
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let rate = values.len() as f64 / seconds;
    say("news", &json!({"machines": values.len(), "changes": changes, "per_second": rate}));
    Ok(())
}
