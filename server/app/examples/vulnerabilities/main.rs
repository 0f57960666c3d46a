//! `./dev bench vulnerabilities`: from feeds as large as the real ones to the board, with very many machines. Machines and packages are
//! written into the database as the ledger would have written them; feeds are imported, packages judged and machines counted by the
//! server's own work, and questions come over HTTPS.
//!
//! `vulnerabilities MACHINES PACKAGES-EACH [URL-OF-AN-EMPTY-DATABASE]`. With `YAGURA_BENCH_STAY` in the environment the server stays when
//! everything is measured, for whoever wants to look at its pages.

#[path = "../house/asking.rs"]
mod asking;
mod feeds;
mod fleet;
#[path = "../house/mod.rs"]
mod house;
#[path = "../house/memory.rs"]
mod memory;

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use yagura_server::Server;
use yagura_vulnerabilities::server::{judge, look};

use self::{
    asking::Asking,
    fleet::Kinds,
    house::{House, arguments, block_on, say},
    memory::memory,
};

fn main() -> anyhow::Result<()> {
    block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let ([machines, each], database) = arguments(["machines", "packages each has"])?;
    let kinds = Kinds::of(each);
    let house = House::open(tempfile::tempdir()?, &database).await?;
    let asking = Asking::of(&house.server, house.folder.path()).await?;
    fleet::fill(&house.server, machines, each).await?;
    // What a program's product is called is the licences' business, and nothing can be guessed of it before.
    let began = Instant::now();
    let found =
        yagura_licences::server::look(house.server.context()).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    say("products known", &json!({"packages": found.packages, "seconds": began.elapsed().as_secs_f64()}));
    counted(&house.server, "before any feed: judged and counted").await?;
    for file in feeds::all(kinds) {
        import(&asking, file).await?;
    }
    counted(&house.server, "full match: all packages judged, all machines counted").await?;
    counted(&house.server, "nothing new").await?;
    let began = Instant::now();
    import(&asking, feeds::news(kinds)).await?;
    counted(&house.server, "re-match after news of 500 weaknesses").await?;
    say("news, from the upload to the board", &json!({"seconds": began.elapsed().as_secs_f64()}));
    ask_all(&asking).await?;
    say("memory", &memory());
    let folder = house.close().await;
    let began = Instant::now();
    let house = House::open(folder, &database).await?;
    counted(&house.server, "the first look after a start").await?;
    say("started anew", &json!({"seconds": began.elapsed().as_secs_f64(), "memory": memory()}));
    stay(&house).await?;
    house.close().await;
    Ok(())
}

/// Hands a feed's file in, and waits until it is taken over.
async fn import(asking: &Asking, file: feeds::File) -> anyhow::Result<()> {
    let (began, bytes) = (Instant::now(), file.text.len());
    let path = format!("vulnerabilities/feeds/{}/import?name={}", file.feed, file.name);
    let begun = asking.send(Method::POST, &path, Some(("application/octet-stream", Bytes::from(file.text)))).await?;
    let begun: Value = serde_json::from_slice(&begun)?;
    let import = format!("vulnerabilities/imports/{}", begun["import_id"].as_str().unwrap_or_default());
    loop {
        let now: Value = serde_json::from_slice(&asking.send(Method::GET, &import, None).await?)?;
        if now["state"] == "running" {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        anyhow::ensure!(now["state"] == "done" && now["skipped"] == 0, "{} was not imported: {now}", file.name);
        let seconds = began.elapsed().as_secs_f64();
        say(
            &format!("imported {}", file.name),
            &json!({"seconds": seconds, "mb": bytes / 1_000_000, "changed": now["changed"]}),
        );
        return Ok(());
    }
}

/// Judges what is to be judged and counts who it concerns.
async fn counted(server: &Server, what: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    let judged = judge(server.context()).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let judging = began.elapsed().as_secs_f64();
    let looked = look(server.context()).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    say(
        what,
        &json!({"seconds": began.elapsed().as_secs_f64(), "judging": judging, "packages": judged.packages, "claims": judged.changed,
            "machines": looked.judged, "changed": looked.changed, "memory": memory()}),
    );
    Ok(())
}

/// Asks what administrators ask, several times each.
async fn ask_all(asking: &Asking) -> anyhow::Result<()> {
    for (what, path) in [
        ("the dashboard", "board"),
        ("the dashboard of servers", "board?kind=server"),
        ("weaknesses, the worst first", "weaknesses"),
        ("weaknesses by machines", "weaknesses?sort=-machines"),
        ("weaknesses with a word", "weaknesses?q=source-004"),
        ("emergencies", "weaknesses?emergency=true"),
        ("one weakness", "weaknesses/CVE-2026-900001"),
        ("machines, the worst first", "machines"),
        ("machines with something critical", "machines?severity=critical"),
        ("machines with one weakness", "machines?weakness=CVE-2026-900001"),
        ("findings of one machine", "findings?q=source-00042&limit=100"),
        ("what mends one weakness", "remedy?weakness=CVE-2026-900001"),
        ("what mends everything", "remedy"),
    ] {
        asking.time(what, &format!("vulnerabilities/{path}"), |answer| answer["count"]["value"].clone()).await?;
    }
    Ok(())
}

/// Lets somebody look at its pages, if that is wanted.
async fn stay(house: &House) -> anyhow::Result<()> {
    if std::env::var_os("YAGURA_BENCH_STAY").is_none() {
        return Ok(());
    }
    let link = yagura_admins::sign_in_link(house.server.context(), "bench").await?;
    say("stays until Ctrl+C", &json!({"address": house.server.address.to_string(), "sign_in": link}));
    tokio::signal::ctrl_c().await?;
    Ok(())
}
