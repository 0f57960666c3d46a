//! `./dev bench distribution`: how long a rollout to very many endpoints takes the server, and how long it keeps others from the database
//! meanwhile. Endpoints are written into the database as if they had enrolled; what people ask comes over HTTPS; what endpoints answer is
//! written down as their commands' results.
//!
//! `distribution MACHINES [URL-OF-AN-EMPTY-DATABASE]`

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use bytes::Bytes;
use http::{Request, header};
use serde_json::{Value, json};
use sqlx::AnyConnection;
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};
use yagura_distribution::server::look;
use yagura_server::{Server, certificates, config::Config, start};
use yagura_server_kit::Context;
use yagura_vocabulary::{Id, id};

/// Groups below the root.
const GROUPS: usize = 40;
/// Endpoints of the first ring.
const FIRST: usize = 1_000;
/// How often each question is asked.
const ROUNDS: usize = 5;

fn main() -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run())
}

#[expect(clippy::print_stdout, reason = "the results of a measurement")]
fn say(what: &str, value: &Value) {
    println!("{}", json!({"what": what, "value": value}));
}

async fn run() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let machines: usize = words.next().context("say how many machines")?.parse()?;
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
    let first = fill(&server, machines).await?;
    say("filled", &json!({"machines": machines, "seconds": began.elapsed().as_secs()}));
    let asks = Asks::new(&server, folder.path()).await?;
    asks.allow().await?;
    let others = Others::begin(server.context().clone());
    let asked = json!({"name": "bench", "work": {"kind": "security_updates"}, "targets": {"groups": [asks.root]}, "rings": [
        {"name": "first", "targets": {"endpoints": first}, "most_failures": 50},
        {"name": "the others", "share": 100, "most_failures": 5000},
    ]});
    for _ in 0..2 {
        others.told("preview", || asks.ask("POST", "distribution/rollouts/preview", Some(&asked))).await?;
    }
    let rollout = others.told("create", || asks.ask("POST", "distribution/rollouts", Some(&asked))).await?;
    let id = rollout["id"].as_str().context("the rollout has an id")?.to_owned();
    works(&server, &others, &asks, &id, machines).await?;
    others.end();
    server.stop().await;
    Ok(())
}

/// Works the rollout through: the server looks, endpoints answer, and people look on.
async fn works(server: &Server, others: &Others, asks: &Asks, id: &str, machines: usize) -> anyhow::Result<()> {
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
        let now = asks.ask("GET", &page, None).await?;
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
            asks.questions(id).await?;
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
    asks.questions(id).await?;
    say("memory", &memory());
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

/// Every endpoint that was given something has done it: one of a hundred has not.
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

/// Questions of an administrator.
struct Asks {
    client: HttpClient,
    token: String,
    root: String,
}

impl Asks {
    async fn new(server: &Server, folder: &std::path::Path) -> anyhow::Result<Self> {
        let authority = std::fs::read_to_string(folder.join("ca.pem"))?;
        let tls = client_config(&Trust::Authorities { pem: authority, system: false })?;
        let target = Target::parse(&format!("https://{}", server.address))?;
        let client = HttpClient::new(Arc::new(NetDial::new(tls, ProxyChoice::Direct)), target);
        yagura_admins::first_administrator(server.context(), "bench", "Bench").await?;
        let token = yagura_admins::issue_token(server.context(), "bench", "bench", Duration::from_secs(7200)).await?;
        let root = yagura_endpoints::ensure_root(server.context(), "全社").await?.to_string();
        Ok(Self { client, token, root })
    }

    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let uri: http::Uri = format!("/api/v1/{path}").parse()?;
        let bytes = body.map(ToString::to_string).unwrap_or_default();
        let build = || {
            let mut request = Request::new(Bytes::from(bytes.clone()));
            *request.method_mut() = method.parse().unwrap_or_default();
            *request.uri_mut() = uri.clone();
            let headers = request.headers_mut();
            if let Ok(value) = format!("Bearer {}", self.token).parse() {
                headers.insert(header::AUTHORIZATION, value);
            }
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
            request
        };
        let answer = self.client.send(build).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        anyhow::ensure!(answer.status.is_success(), "{path}: {}: {text}", answer.status);
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Everybody may have updates.
    async fn allow(&self) -> anyhow::Result<()> {
        let value = json!({"inherit": "replace", "value": {"allowed": ["updates"]}});
        self.ask("PUT", &format!("policies/distribution/{}", self.root), Some(&value)).await.map(|_| ())
    }

    /// What the pages of a rollout ask.
    async fn questions(&self, id: &str) -> anyhow::Result<()> {
        let parts = format!("distribution/parts?rollout={id}");
        let first = self.ask("GET", &parts, None).await?;
        let second = first["next_cursor"].as_str().map(|cursor| format!("{parts}&cursor={cursor}"));
        for (what, path) in [
            ("the rollout", format!("distribution/rollouts/{id}")),
            ("all rollouts", "distribution/rollouts".to_owned()),
            ("its endpoints", parts.clone()),
            ("its endpoints, the second page", second.unwrap_or(parts.clone())),
            ("those where it failed", format!("{parts}&state=failed,rolled_back")),
            ("those with a name", format!("{parts}&q=pc-0420")),
        ] {
            let mut times = Vec::new();
            for _ in 0..ROUNDS {
                let began = Instant::now();
                self.ask("GET", &path, None).await?;
                times.push(began.elapsed().as_secs_f64() * 1000.0);
            }
            times.sort_by(f64::total_cmp);
            say(what, &json!({"median_ms": times[ROUNDS / 2], "slowest_ms": times[ROUNDS - 1]}));
        }
        Ok(())
    }
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
