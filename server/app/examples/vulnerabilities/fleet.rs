//! Machines and what is installed on them, as the ledger would have written them: half run Windows and have programs, half run Debian and
//! have packages.

use serde_json::json;
use sqlx::AnyConnection;
use yagura_server::Server;
use yagura_vocabulary::{Id, id};

use crate::house::say;

/// Programs that the NVD knows; the organisation has some of them.
pub(crate) const PRODUCTS: usize = 20_000;
/// Packages that the organisation has of a system, for each that a machine has.
const KNOWN: usize = 16;
/// Versions of each package that are somewhere.
const VERSIONS: usize = 4;
/// Groups below the root.
const GROUPS: usize = 40;

/// Systems, with the package system of each.
const SYSTEMS: [(&str, &str, &str); 4] = [
    ("Windows 11 Pro", "10.0.26100", "registry"),
    ("Debian GNU/Linux", "12 (bookworm)", "dpkg"),
    ("Windows 11 Enterprise", "10.0.22631", "registry"),
    ("Debian GNU/Linux", "13 (trixie)", "dpkg"),
];

/// How many kinds of things there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kinds {
    /// Programs that some machine has.
    pub(crate) products: usize,
    /// Source packages that some machine has packages of.
    pub(crate) sources: usize,
}

impl Kinds {
    pub(crate) fn of(each: usize) -> Self {
        Self { products: each * KNOWN, sources: (each * KNOWN).div_ceil(3) }
    }
}

/// The number of a package: of its package system, its place and its version.
fn package_number(system: usize, at: usize, version: usize) -> anyhow::Result<i64> {
    Ok(i64::try_from((system * 1_000_000 + at) * VERSIONS + version + 1)?)
}

/// Writes machines down and what is on them.
pub(crate) async fn fill(server: &Server, machines: usize, each: usize) -> anyhow::Result<()> {
    let began = std::time::Instant::now();
    let ctx = server.context();
    let root = yagura_endpoints::ensure_root(ctx, "全社").await?.to_string();
    let now = ctx.now().micros();
    let mut tx = ctx.db().write_relaxed().await?;
    let mut groups = Vec::with_capacity(GROUPS);
    for at in 0..GROUPS {
        let group = Id::<()>::new().to_string();
        sqlx::query(
            "INSERT INTO endpoints_group (id, parent_id, name, path, id_path, kind, version)
             SELECT $1, id, $2, path || $2, id_path || $1 || '/', 'fixed', 1 FROM endpoints_group WHERE id = $3",
        )
        .bind(&group)
        .bind(format!("部門{at:02}"))
        .bind(&root)
        .execute(tx.on())
        .await?;
        groups.push(group);
    }
    for sql in [
        "CREATE TABLE bench_machine (at BIGINT NOT NULL, number BIGINT NOT NULL)",
        "CREATE TABLE bench_package (at BIGINT NOT NULL, number BIGINT NOT NULL)",
    ] {
        sqlx::query(sql).execute(tx.on()).await?;
    }
    for (system, name) in ["registry", "dpkg"].into_iter().enumerate() {
        packages(tx.on(), (system, name), each, now).await?;
    }
    for at in 0..machines {
        machine(tx.on(), at, &groups[at % GROUPS], now).await?;
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
    tx.commit().await?;
    let mut tx = ctx.db().write().await?;
    sqlx::query("ANALYZE").execute(tx.on()).await?;
    tx.commit().await?;
    let seconds = began.elapsed().as_secs();
    say("filled", &json!({"machines": machines, "installed": machines * each, "seconds": seconds}));
    Ok(())
}

/// Which of the sets of packages a machine has: of its package system, one of those that are known, in one version of four.
fn set(system: usize, which: usize, version: usize) -> anyhow::Result<i64> {
    Ok(i64::try_from((system * KNOWN + which) * VERSIONS + version)?)
}

async fn packages(
    on: &mut AnyConnection,
    (system, source): (usize, &str),
    each: usize,
    now: i64,
) -> anyhow::Result<()> {
    for at in 0..each * KNOWN {
        // Programs of the organisation are every fourth of those that the NVD knows.
        let product = (4 * at) % PRODUCTS;
        for version in 0..VERSIONS {
            let number = package_number(system, at, version)?;
            let is_program = source == "registry";
            sqlx::query(
                "INSERT INTO assets_package (number, name, version, source, architecture, publisher, folded, first_at, built_name,
                 built_version) VALUES ($1, $2, $3, $4, $5, $6, $2, $7, $8, $9)",
            )
            .bind(number)
            .bind(if is_program { format!("Program {product:05}") } else { format!("package-{at:05}") })
            .bind(if is_program { format!("1.{}", version + 1) } else { format!("1.{}-1", version + 1) })
            .bind(source)
            .bind(if is_program { "x64" } else { "amd64" })
            .bind(if is_program { format!("Maker {}", product % 500) } else { "Debian".to_owned() })
            .bind(now)
            // Three binary packages of one source.
            .bind(if is_program { String::new() } else { format!("source-{:05}", at / 3) })
            .bind(if is_program { String::new() } else { format!("1.{}-1", version + 1) })
            .execute(&mut *on)
            .await?;
            sqlx::query("INSERT INTO bench_package (at, number) VALUES ($1, $2)")
                .bind(set(system, at % KNOWN, version)?)
                .bind(number)
                .execute(&mut *on)
                .await?;
        }
    }
    Ok(())
}

async fn machine(on: &mut AnyConnection, at: usize, group: &str, now: i64) -> anyhow::Result<()> {
    let (id, asset) = (Id::<id::Endpoint>::new().to_string(), Id::<()>::new().to_string());
    let (name, number) = (format!("PC-{at:06}"), i64::try_from(at + 1)?);
    let (os, release, source) = SYSTEMS[at % SYSTEMS.len()];
    sqlx::query(
        "INSERT INTO endpoints_endpoint (id, public_key, standing, hostname, os, os_name, agent_version, hardware_id, group_id,
         enrolled_at, last_seen, features, clone_suspected, version)
         VALUES ($1, $1, 'active', $2, $3, $4, '0.1.0', $1, $5, $6, $6, '[]', 0, 1)",
    )
    .bind(&id)
    .bind(&name)
    .bind(if source == "dpkg" { "linux" } else { "windows" })
    .bind(os)
    .bind(group)
    .bind(now)
    .execute(&mut *on)
    .await?;
    sqlx::query(
        "INSERT INTO assets_asset (id, endpoint_id, group_id, kind, name, vendor, model, serial, os_name, os_version, cpu, memory_bytes,
         disk_bytes, fullest, ip, mac, sources, inventory_number, person, place, standing, price, note, custom, first_at, seen_at, version,
         led_by, updates, security_updates)
         VALUES ($1, $2, $3, $4, $5, 'LENOVO', 'ThinkPad', $5, $6, $7, 'Ryzen 5', 17179869184, 512000000000, 10, '', '', ',agent,', '', '',
         '', 'in_use', '', '', '{}', $8, $8, 1, $9, 0, 0)",
    )
    .bind(&asset)
    .bind(&id)
    .bind(group)
    .bind(if at.is_multiple_of(50) { "server" } else { "computer" })
    .bind(&name)
    .bind(os)
    .bind(release)
    .bind(now)
    .bind(number)
    .execute(&mut *on)
    .await?;
    sqlx::query(
        "INSERT INTO assets_sighting (number, asset_id, source, source_key, why, leads, facts, first_at, seen_at)
         VALUES ($1, $2, 'agent', $3, 'new', 1, '{}', $4, $4)",
    )
    .bind(number)
    .bind(&asset)
    .bind(&id)
    .bind(now)
    .execute(&mut *on)
    .await?;
    let nth = at / SYSTEMS.len();
    let kind = set(usize::from(source == "dpkg"), nth % KNOWN, (nth / KNOWN) % VERSIONS)?;
    sqlx::query("INSERT INTO bench_machine (at, number) VALUES ($1, $2)").bind(kind).bind(number).execute(on).await?;
    Ok(())
}
