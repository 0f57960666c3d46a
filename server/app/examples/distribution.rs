//! `./dev bench distribution`: how long a rollout to very many endpoints takes the server, and how long it keeps others from the database
//! meanwhile. Endpoints are written into the database as if they had enrolled; what people ask comes over HTTPS; what endpoints answer is
//! written down as their commands' results.
//!
//! `distribution MACHINES [URL-OF-AN-EMPTY-DATABASE]`

#[path = "house/asking.rs"]
mod asking;
mod house;
#[path = "house/memory.rs"]
mod memory;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use sqlx::AnyConnection;
use yagura_distribution::server::look;
use yagura_server::Server;
use yagura_server_kit::Context;
use yagura_vocabulary::{Id, id};

use self::{
    asking::Asking,
    house::{House, arguments, block_on, say},
    memory::memory,
};

/// Groups below the root.
const GROUPS: usize = 40;
/// Endpoints of the first ring.
const FIRST: usize = 1_000;

fn main() -> anyhow::Result<()> {
    block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let ([machines], database) = arguments(["machines"])?;
    let house = House::open(tempfile::tempdir()?, &database).await?;
    let server = &house.server;
    let began = Instant::now();
    let first = fill(server, machines).await?;
    say("filled", &json!({"machines": machines, "seconds": began.elapsed().as_secs()}));
    let asks = Asking::of(server, house.folder.path()).await?;
    let root = yagura_endpoints::ensure_root(server.context(), "全社").await?.to_string();
    let value = json!({"inherit": "replace", "value": {"allowed": ["updates"]}});
    tell(&asks, Method::PUT, &format!("policies/distribution/{root}"), &value).await?;
    let others = Others::begin(server.context().clone());
    let asked = json!({"name": "bench", "work": {"kind": "security_updates"}, "targets": {"groups": [root]}, "rings": [
        {"name": "first", "targets": {"endpoints": first}, "most_failures": 50},
        {"name": "the others", "share": 100, "most_failures": 5000},
    ]});
    for _ in 0..2 {
        others.told("preview", || tell(&asks, Method::POST, "distribution/rollouts/preview", &asked)).await?;
    }
    let rollout = others.told("create", || tell(&asks, Method::POST, "distribution/rollouts", &asked)).await?;
    let id = rollout["id"].as_str().context("the rollout has an id")?.to_owned();
    works(server, &others, &asks, &id, machines).await?;
    others.end();
    house.close().await;
    Ok(())
}

/// Works the rollout through: the server looks, endpoints answer, and people look on.
async fn works(server: &Server, others: &Others, asks: &Asking, id: &str, machines: usize) -> anyhow::Result<()> {
    let ctx = server.context();
    let page = format!("distribution/rollouts/{id}");
    let began = Instant::now();
    let (mut looks, mut slowest, mut seen) = (0, Duration::ZERO, false);
    loop {
        let one = Instant::now();
        look(ctx).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        looks += 1;
        slowest = slowest.max(one.elapsed());
        let answered = answer(ctx).await?;
        let now = ask(asks, &page).await?;
        if now["state"] != "running" {
            anyhow::ensure!(now["state"] == "done", "the rollout is {}", now["state"]);
            break;
        }
        if !seen && now["rings"][1]["state"] == "running" {
            say(
                "the first ring",
                &json!({"endpoints": FIRST, "seconds": began.elapsed().as_secs_f64(), "looks": looks}),
            );
            seen = true;
            questions(asks, id).await?;
        }
        if answered == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    say(
        "worked through",
        &json!({"endpoints": machines, "seconds": seconds, "looks": looks, "slowest_look_seconds": slowest.as_secs_f64(),
            "others_waited_at_most_ms": others.worst()}),
    );
    questions(asks, id).await?;
    say("memory", &memory());
    Ok(())
}

/// Every endpoint that was given something has done it: one of 256 has not.
async fn answer(ctx: &Context) -> anyhow::Result<u64> {
    let mut tx = ctx.db().write_relaxed().await?;
    let done = sqlx::query(
        "UPDATE commands_command SET state = 'done', result = CASE WHEN id LIKE '%0f' THEN $1 ELSE $2 END
         WHERE id IN (SELECT id FROM commands_command WHERE state = 'queued' LIMIT 5000)",
    )
    .bind(json!({"end": "failed", "why": "the package system ended with 100", "ended_at": ctx.now()}).to_string())
    .bind(json!({"end": "done", "ended_at": ctx.now(), "log": "Setting up hello ".repeat(60)}).to_string())
    .execute(tx.on())
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

/// Others, who write something small all the time, and wait for the database as long as somebody else has it.
struct Others {
    stop: Arc<AtomicBool>,
    worst: Arc<AtomicU64>,
}

impl Others {
    fn begin(ctx: Context) -> Self {
        let own = Self { stop: Arc::default(), worst: Arc::default() };
        let (stop, worst) = (Arc::clone(&own.stop), Arc::clone(&own.worst));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let began = Instant::now();
                if let Ok(mut tx) = ctx.db().write_relaxed().await {
                    let put =
                        sqlx::query("UPDATE endpoints_endpoint SET clock_skew_ms = 0 WHERE hostname = 'PC-000000'");
                    if put.execute(tx.on()).await.is_ok() && tx.commit().await.is_ok() {
                        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                        worst.fetch_max(millis, Ordering::Relaxed);
                    }
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        own
    }

    /// The longest wait since it was asked the last time, in milliseconds.
    fn worst(&self) -> u64 {
        self.worst.swap(0, Ordering::Relaxed)
    }

    async fn told<F: Future<Output = anyhow::Result<Value>>>(
        &self,
        what: &str,
        act: impl FnOnce() -> F,
    ) -> anyhow::Result<Value> {
        self.worst();
        let began = Instant::now();
        let value = act().await?;
        let seconds = began.elapsed().as_secs_f64();
        say(what, &json!({"seconds": seconds, "others_waited_at_most_ms": self.worst()}));
        Ok(value)
    }

    fn end(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What an address answers.
async fn ask(asks: &Asking, path: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&asks.send(Method::GET, path, None).await?)?)
}

/// What an address answers to a value.
async fn tell(asks: &Asking, method: Method, path: &str, value: &Value) -> anyhow::Result<Value> {
    let answer = asks.send(method, path, Some(("application/json", Bytes::from(value.to_string())))).await?;
    Ok(serde_json::from_slice(&answer)?)
}

/// What the pages of a rollout ask.
async fn questions(asks: &Asking, id: &str) -> anyhow::Result<()> {
    let parts = format!("distribution/parts?rollout={id}");
    let first = ask(asks, &parts).await?;
    let second = first["next_cursor"].as_str().map(|cursor| format!("{parts}&cursor={cursor}"));
    for (what, path) in [
        ("the rollout", &format!("distribution/rollouts/{id}")),
        ("all rollouts", &"distribution/rollouts".to_owned()),
        ("its endpoints", &parts),
        ("its endpoints, the second page", second.as_ref().unwrap_or(&parts)),
        ("those where it failed", &format!("{parts}&state=failed,rolled_back")),
        ("those with a name", &format!("{parts}&q=pc-0420")),
    ] {
        asks.time(what, path, |answer| json!(answer["items"].as_array().map(Vec::len))).await?;
    }
    Ok(())
}

/// Writes machines down; gives those of the first ring.
async fn fill(server: &Server, machines: usize) -> anyhow::Result<Vec<String>> {
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
    let mut first = Vec::with_capacity(FIRST);
    for at in 0..machines {
        let id = machine(tx.on(), at, &groups[at % GROUPS], now).await?;
        if at % (machines / FIRST).max(1) == 0 && first.len() < FIRST {
            first.push(id);
        }
    }
    tx.commit().await?;
    let mut tx = ctx.db().write().await?;
    sqlx::query("ANALYZE").execute(tx.on()).await?;
    tx.commit().await?;
    Ok(first)
}

async fn machine(on: &mut AnyConnection, at: usize, group: &str, now: i64) -> anyhow::Result<String> {
    let id = Id::<id::Endpoint>::new().to_string();
    sqlx::query(
        "INSERT INTO endpoints_endpoint (id, public_key, standing, hostname, os, os_name, agent_version, hardware_id, group_id,
         enrolled_at, last_seen, features, clone_suspected, version)
         VALUES ($1, $1, 'active', $2, 'linux', 'Debian GNU/Linux', '0.1.0', $1, $3, $4, $4,
         '[{\"feature\":\"distribution\",\"version\":1}]', 0, 1)",
    )
    .bind(&id)
    .bind(format!("PC-{at:06}"))
    .bind(group)
    .bind(now)
    .execute(&mut *on)
    .await?;
    sqlx::query(
        "INSERT INTO endpoints_state (endpoint_id, section, hash, value, updated_at) VALUES ($1, 'distribution', '', '[]', $2)",
    )
    .bind(&id)
    .bind(now)
    .execute(on)
    .await?;
    Ok(id)
}
