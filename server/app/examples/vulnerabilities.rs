//! `./dev bench vulnerabilities`: how long it takes to count who suffers from what, and how fast the board answers, with very many machines.
//! Machines, packages and what a feed claims are written into the database as the ledger and the feeds would have written them; questions
//! come over HTTPS.
//!
//! `vulnerabilities MACHINES PACKAGES-EACH [URL-OF-AN-EMPTY-DATABASE]`

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use http::{Request, header};
use serde_json::{Value, json};
use sqlx::AnyConnection;
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};
use yagura_server::{Server, certificates, config::Config, start};
use yagura_vocabulary::{Id, id};
use yagura_vulnerabilities::server::look;

/// Releases of operating systems, each with packages of its own.
const RELEASES: [(&str, &str, &str); 4] = [
    ("Debian GNU/Linux", "12 (bookworm)", "debian:12"),
    ("Debian GNU/Linux", "13 (trixie)", "debian:13"),
    ("Ubuntu", "22.04.5 LTS (Jammy Jellyfish)", "ubuntu:22.04"),
    ("Ubuntu", "24.04.2 LTS (Noble Numbat)", "ubuntu:24.04"),
];
/// Packages of a release, for each that a machine has.
const KNOWN: usize = 16;
/// Versions of each package that are somewhere; the newest has nothing against it.
const VERSIONS: usize = 4;
/// Weaknesses that are known.
const WEAKNESSES: usize = 300_000;
/// Weaknesses of one news of a feed.
const NEWS: usize = 500;
/// Groups below the root.
const GROUPS: usize = 40;
/// How often each question is asked.
const ROUNDS: usize = 7;

fn main() -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let machines: usize = words.next().context("say how many machines")?.parse()?;
    let each: usize = words.next().context("say how many packages each has")?.parse()?;
    let database = words.next().unwrap_or_else(|| "sqlite:control.db".to_owned());
    let folder = tempfile::tempdir()?;
    certificates::ensure(folder.path(), "127.0.0.1")?;
    let file = folder.path().join("yagura.toml");
    let text = format!(
        "url = \"https://yagura.test\"\n[listen]\nconsole = \"127.0.0.1:0\"\n[tls]\ncertificate = \"server.pem\"\n\
         key = \"server.key\"\nauthority = \"ca.pem\"\n[database]\nurl = \"{database}\"\n"
    );
    std::fs::write(&file, text)?;
    let server = start(&Config::load(&file)?).await?;
    let began = Instant::now();
    fill(&server, machines, each).await?;
    say("filled", &json!({"machines": machines, "installed": machines * each, "seconds": began.elapsed().as_secs()}));
    looked(&server, "the first look: everything is judged").await?;
    looked(&server, "a look without news").await?;
    news(&server, each).await?;
    looked(&server, "a look after 500 new weaknesses").await?;
    ask_all(&server, folder.path()).await?;
    server.stop().await;
    let began = Instant::now();
    let server = start(&Config::load(&file)?).await?;
    looked(&server, "the first look after a start").await?;
    say("started anew", &json!({"seconds": began.elapsed().as_secs_f64()}));
    server.stop().await;
    Ok(())
}

async fn looked(server: &Server, what: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    let looked = look(server.context()).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let seconds = began.elapsed().as_secs_f64();
    say(
        what,
        &json!({"seconds": seconds, "read": looked.read, "judged": looked.judged, "changed": looked.changed, "mb": memory()}),
    );
    Ok(())
}

/// Resident memory now and at its peak, in megabytes.
fn memory() -> Value {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|word| word.parse::<u64>().ok());
        kilobytes.map(|kilobytes| kilobytes / 1024)
    };
    json!({"now": of("VmRSS:"), "peak": of("VmHWM:")})
}

#[expect(clippy::print_stdout, reason = "the results of a measurement")]
fn say(what: &str, value: &Value) {
    println!("{}", json!({"what": what, "value": value}));
}

/// The number of a package: of its release, its place and its version.
fn package_number(release: usize, at: usize, version: usize) -> anyhow::Result<i64> {
    Ok(i64::try_from((release * 1_000_000 + at) * VERSIONS + version + 1)?)
}

/// Writes machines, packages, weaknesses and claims down.
async fn fill(server: &Server, machines: usize, each: usize) -> anyhow::Result<()> {
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
    packages(tx.on(), each, now).await?;
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
    let mut tx = ctx.db().write_relaxed().await?;
    for at in 0..WEAKNESSES {
        weakness(tx.on(), at, now).await?;
    }
    let (mut number, mut nth) = (0, 0);
    for (release, (_, _, name)) in RELEASES.iter().enumerate() {
        sqlx::query("INSERT INTO vulnerabilities_judged (package, release, edition) VALUES (0, $1, 1)")
            .bind(name)
            .execute(tx.on())
            .await?;
        for at in 0..each * KNOWN {
            // The older a version, the more is known against it: 0, 0, 1 and 2 weaknesses.
            for version in 0..VERSIONS {
                for _ in 0..version.saturating_sub(1) {
                    (number, nth) = (number + 1, (nth + 7919) % WEAKNESSES);
                    claim(tx.on(), number, (release, at, version), nth, now).await?;
                }
            }
        }
    }
    tx.commit().await?;
    say("claimed", &json!({"weaknesses": WEAKNESSES, "claims": number}));
    let mut tx = ctx.db().write().await?;
    sqlx::query("ANALYZE").execute(tx.on()).await?;
    Ok(tx.commit().await?)
}

async fn packages(on: &mut AnyConnection, each: usize, now: i64) -> anyhow::Result<()> {
    for release in 0..RELEASES.len() {
        for at in 0..each * KNOWN {
            for version in 0..VERSIONS {
                let number = package_number(release, at, version)?;
                sqlx::query(
                    "INSERT INTO assets_package (number, name, version, source, architecture, publisher, folded, first_at)
                     VALUES ($1, $2, $3, 'dpkg', $4, 'Debian', $2, $5)",
                )
                .bind(number)
                .bind(format!("package-{at:05}"))
                .bind(format!("1.{}-1", VERSIONS - version))
                .bind(format!("amd64-{release}"))
                .bind(now)
                .execute(&mut *on)
                .await?;
                let kind = i64::try_from((release * KNOWN + at % KNOWN) * VERSIONS + version)?;
                sqlx::query("INSERT INTO bench_package (at, number) VALUES ($1, $2)")
                    .bind(kind)
                    .bind(number)
                    .execute(&mut *on)
                    .await?;
            }
        }
    }
    Ok(())
}

async fn machine(on: &mut AnyConnection, at: usize, group: &str, now: i64) -> anyhow::Result<()> {
    let (id, asset) = (Id::<id::Endpoint>::new().to_string(), Id::<()>::new().to_string());
    let (name, number) = (format!("PC-{at:06}"), i64::try_from(at + 1)?);
    let release = at % RELEASES.len();
    sqlx::query(
        "INSERT INTO endpoints_endpoint (id, public_key, standing, hostname, os, os_name, agent_version, hardware_id, group_id,
         enrolled_at, last_seen, features, clone_suspected, version)
         VALUES ($1, $1, 'active', $2, 'linux', $3, '0.1.0', $1, $4, $5, $5, '[]', 0, 1)",
    )
    .bind(&id)
    .bind(&name)
    .bind(RELEASES[release].0)
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
    .bind(RELEASES[release].0)
    .bind(RELEASES[release].1)
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
    let kind =
        (release * KNOWN + (at / RELEASES.len()) % KNOWN) * VERSIONS + (at / (RELEASES.len() * KNOWN)) % VERSIONS;
    sqlx::query("INSERT INTO bench_machine (at, number) VALUES ($1, $2)")
        .bind(i64::try_from(kind)?)
        .bind(number)
        .execute(&mut *on)
        .await?;
    Ok(())
}

async fn weakness(on: &mut AnyConnection, at: usize, now: i64) -> anyhow::Result<()> {
    let severity = i64::try_from(at % 5)?;
    sqlx::query(
        "INSERT INTO vulnerabilities_weakness (id, title_ja, title_en, summary_ja, summary_en, severity, score, vector, cwe, refs,
         rejected, replaced_by, exploited_at, ransomware, epss, told, changed_at)
         VALUES ($1, '', $2, '', '', $3, $4, '', '', '[]', 0, '', $5, 0, $6, '{}', $7)",
    )
    .bind(format!("CVE-2026-{at:06}"))
    .bind(format!("A heap overflow in part {at} lets whoever is near run what they like"))
    .bind(severity)
    .bind(f64::from(i32::try_from(severity)?) * 2.2)
    .bind(at.is_multiple_of(250).then_some(now))
    .bind(f64::from(i32::try_from(at % 1000)?) / 1000.0)
    .bind(now)
    .execute(on)
    .await?;
    Ok(())
}

async fn claim(
    on: &mut AnyConnection,
    number: i64,
    (release, at, version): (usize, usize, usize),
    weakness: usize,
    now: i64,
) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO vulnerabilities_claim (number, package, release, weakness, subject, part, standing, installed, fixed, advisory, feed,
         evidence, appeared_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '1.5-1', 'DSA-1', 'debian', 'vendor', $9, $9)",
    )
    .bind(number)
    .bind(package_number(release, at, version)?)
    .bind(RELEASES[release].2)
    .bind(format!("CVE-2026-{weakness:06}"))
    // Three binary packages of one source.
    .bind(format!("source-{:05}", at / 3))
    .bind(if at.is_multiple_of(4) { "third_party" } else { "patches" })
    .bind(if at.is_multiple_of(9) { "no_fix" } else { "open" })
    .bind(format!("1.{}-1", VERSIONS - version))
    .bind(now)
    .execute(on)
    .await?;
    Ok(())
}

/// A feed tells of 500 weaknesses more, each in all versions of a package of every release.
async fn news(server: &Server, each: usize) -> anyhow::Result<()> {
    let ctx = server.context();
    let now = ctx.now().micros();
    let mut tx = ctx.db().write_relaxed().await?;
    let mut number = 10_000_000;
    for nth in 0..NEWS {
        weakness(tx.on(), WEAKNESSES + nth, now).await?;
        for release in 0..RELEASES.len() {
            for version in 0..VERSIONS {
                number += 1;
                let at = (nth * 97) % (each * KNOWN);
                claim(tx.on(), number, (release, at, version), WEAKNESSES + nth, now).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

/// Asks what administrators ask, several times each.
async fn ask_all(server: &Server, folder: &std::path::Path) -> anyhow::Result<()> {
    let tls =
        client_config(&Trust::Authorities { pem: std::fs::read_to_string(folder.join("ca.pem"))?, system: false })?;
    let target = Target::parse(&format!("https://{}", server.address))?;
    let client = HttpClient::new(Arc::new(NetDial::new(tls, ProxyChoice::Direct)), target);
    yagura_admins::first_administrator(server.context(), "bench", "Bench").await?;
    let token = yagura_admins::issue_token(server.context(), "bench", "bench", Duration::from_secs(3600)).await?;
    for (what, path) in [
        ("the dashboard", "board"),
        ("the dashboard of servers", "board?kind=server"),
        ("weaknesses, the worst first", "weaknesses"),
        ("weaknesses by machines", "weaknesses?sort=-machines"),
        ("weaknesses with a word", "weaknesses?q=source-004"),
        ("emergencies", "weaknesses?emergency=true"),
        ("one weakness", "weaknesses/CVE-2026-300001"),
        ("machines, the worst first", "machines"),
        ("machines with something critical", "machines?severity=critical"),
        ("machines with one weakness", "machines?weakness=CVE-2026-300001"),
        ("findings of one machine", "findings?q=source-00042&limit=100"),
        ("what mends one weakness", "remedy?weakness=CVE-2026-300001"),
        ("what mends everything", "remedy"),
    ] {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let mut request = Request::new(bytes::Bytes::new());
            *request.uri_mut() = format!("/api/v1/vulnerabilities/{path}").parse()?;
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse()?);
            let began = Instant::now();
            let answer = client.send(|| request.clone()).await?;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
            anyhow::ensure!(answer.status.is_success(), "{path}: {}", answer.status);
            bytes = answer.body.len();
        }
        times.sort_by(f64::total_cmp);
        say(what, &json!({"median_ms": times[ROUNDS / 2], "slowest_ms": times[ROUNDS - 1], "bytes": bytes}));
    }
    say("memory", &memory());
    Ok(())
}
