//! How long questions take over days of events: `questions DIR DAYS ROWS_PER_DAY` fills the store in DIR unless it is filled
//! already, compacts it, and prints medians.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures and prints")]

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use uuid::Uuid;
use yagura_events::{
    Batch, Budget, Embedded, EventStore, FacetField, FeedCursor, KindFilter, Options, Order, ProcessFilter, Query, Row,
};
use yagura_vocabulary::{Account, Event, Id, Lane, Level, Time};

const ENDPOINTS: u64 = 200;
const START: i64 = 1_793_491_200;
const NOUNS: [&str; 12] =
    ["見積書", "議事録", "設計図", "budget", "特許", "readme", "商標一覧", "invoice", "日報", "契約書", "図面", "memo"];
const KINDS: [&str; 8] = [
    "process.start",
    "process.exit",
    "file.open",
    "file.copy",
    "window.active",
    "web.view",
    "net.connect",
    "file.write",
];
const SITES: [&str; 6] = [
    "zenn.dev/articles/",
    "example.co.jp/news/",
    "qiita.com/items/",
    "intra.example/wiki/",
    "maps.example/",
    "docs.rs/",
];

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn event(endpoint: u64, seq: u64, time: Time) -> Event {
    let n = mix((endpoint << 40) | seq);
    let kind = if n.is_multiple_of(20_000) { "device.arrive" } else { KINDS[(n >> 8) as usize % KINDS.len()] };
    let mut event = Event::new(time, "operation_log", kind);
    event.mono_ns = Some(seq * 1_000_003 + n % 1000);
    let user = endpoint + (n >> 16) % 2;
    event.account = Some(Account { name: format!(r"EXAMPLE\user{user}"), id: format!("S-1-5-21-{user}") });
    event.process_guid =
        Some(Uuid::from_u128(u128::from(mix((endpoint << 32) | (seq / 8))) << 64 | u128::from(endpoint)));
    event.parent_guid =
        Some(Uuid::from_u128(u128::from(mix((endpoint << 32) | (seq / 64))) << 64 | u128::from(endpoint)));
    event.pid = Some((n % 30_000) as u32);
    let app = (n >> 20) % 60;
    event.image = Some(format!(r"C:\Program Files\App{app}\app{app}.exe"));
    let noun = NOUNS[(n >> 30) as usize % NOUNS.len()];
    match kind {
        "process.start" => {
            event.command_line =
                Some(format!(r#""C:\Program Files\App{app}\app{app}.exe" --session {n:x} --profile {}"#, n % 9));
            event.hash_sha256 = Some(format!("{:064x}", mix(app * 7919 + n % 40)));
        }
        "web.view" => {
            event.subject = Some(format!("https://{}{:x} {noun}", SITES[(n >> 40) as usize % 6], n % 100_000));
        }
        "net.connect" => {
            event.remote_ip = Some(format!("198.51.{}.{}", n % 256, (n >> 9) % 256));
            event.remote_host = Some(format!("host{}.example", n % 3000));
        }
        "device.arrive" => event.device_serial = Some(format!("4C53{:08}", n % 1_000_000)),
        _ => event.subject = Some(format!(r"\\fs01\営業部\{}\{noun}-{:x}.xlsx", (n >> 34) % 300, n >> 44)),
    }
    if n.is_multiple_of(1000) {
        event.level = Level::Alarm;
        event.rule = Some("no-usb".to_owned());
    }
    if n.is_multiple_of(3_000_017) {
        event.target = Some("極秘鳳凰計画".to_owned());
    }
    event
}

fn batch(endpoint: u64, first: u64, rows: u64, time: Time, step: Duration) -> Batch {
    let row = |seq| Row { seq, person: None, event: event(endpoint, seq, time + step * ((seq - first) as u32)) };
    Batch {
        endpoint: id(endpoint),
        epoch: Uuid::from_u128(1),
        lane: Lane::Operation,
        first,
        last: first + rows - 1,
        sha256: [first as u8; 32],
        received_at: time + step * rows as u32,
        rows: (first..first + rows).map(row).collect(),
    }
}

fn id(endpoint: u64) -> Id<yagura_vocabulary::id::Endpoint> {
    Id::from_uuid(Uuid::from_u128(u128::from(mix(endpoint)) << 64 | u128::from(endpoint)))
}

async fn fill(store: &Arc<Embedded>, days: u64, per_day: u64) {
    const ROWS: u64 = 100;
    let began = Instant::now();
    let rounds = per_day / (ENDPOINTS * ROWS);
    let gap = Duration::from_hours(24) / rounds as u32;
    for round in 0..days * rounds {
        let time = Time::from_seconds(START) + gap * round as u32;
        for few in 0..ENDPOINTS / 20 {
            let batches = (few * 20..few * 20 + 20)
                .map(|endpoint| batch(endpoint, round * ROWS + 1, ROWS, time, gap / ROWS as u32));
            let batches: Vec<_> = batches.collect();
            while store.append(batches.clone()).await.is_err() {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        if round % rounds == rounds - 1 {
            println!("day {} in {:.1?}, {} segments", round / rounds, began.elapsed(), store.health().await.segments);
        }
    }
}

async fn ask<T, F: Future<Output = T>>(what: &str, found: impl Fn(&T) -> String, mut question: impl FnMut() -> F) {
    let began = Instant::now();
    let answer = question().await;
    let first = began.elapsed();
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        question().await;
        times.push(began.elapsed());
    }
    times.sort();
    println!(
        "{what:<44} {:>14}  first {first:>9.1?}  median {:>9.1?}  slowest {:>9.1?}",
        found(&answer),
        times[2],
        times[4]
    );
}

async fn search(store: &Embedded, what: &str, change: impl Fn(&mut Query)) {
    let mut query = Query::new();
    change(&mut query);
    ask(
        what,
        |page: &yagura_events::Page| format!("{} rows", page.items.len()),
        || async { store.search(&query).await.unwrap() },
    )
    .await;
}

async fn ask_all(store: &Embedded, days: u64) {
    let end = Time::from_seconds(START) + Duration::from_hours(24 * days);
    let noon = end - Duration::from_hours(24 * (days / 2) + 12);
    let text = |text: &str| Some(text.to_owned());
    let sample = event(7, 12_345, noon);
    search(store, "newest 100", |_| {}).await;
    search(store, "newest 100 by received_at", |q| q.order = Order::Received).await;
    search(store, "newest 100 of an old day", |q| q.until = Some(noon)).await;
    search(store, "newest 100 of an endpoint", |q| q.endpoints = Some(vec![id(77)])).await;
    search(store, "newest 100 of a user", |q| q.account = text(r"example\user77")).await;
    search(store, "newest 100 of a kind", |q| q.kinds = vec![KindFilter::parse("file.copy")]).await;
    search(store, "newest 100 of a rare kind", |q| q.kinds = vec![KindFilter::parse("device.*")]).await;
    search(store, "newest 100 alarms", |q| q.levels = vec![Level::Alarm]).await;
    search(store, "newest 100 of a user and a level", |q| {
        (q.account, q.levels) = (text(r"example\user77"), vec![Level::Alarm]);
    })
    .await;
    search(store, "a rare word", |q| q.text = text("鳳凰計画")).await;
    search(store, "a word in a few rows, ASCII", |q| q.text = text("zenn.dev/articles/3e8 ")).await;
    search(store, "a common word", |q| q.text = text("見積書")).await;
    search(store, "a common word of an endpoint", |q| (q.text, q.endpoints) = (text("見積書"), Some(vec![id(9)])))
        .await;
    search(store, "a word that is not there", |q| q.text = text("麒麟閣")).await;
    search(store, "an ASCII word that is not there", |q| q.text = text("phoenix-7731")).await;
    search(store, "one endpoint, one hour", |q| {
        (q.endpoints, q.since, q.until) = (Some(vec![id(7)]), Some(noon), Some(noon + Duration::from_hours(1)));
        q.limit = 1000;
    })
    .await;
    search(store, "a hash", |q| q.hash_sha256 = Some(format!("{:064x}", mix(3 * 7919 + 5)))).await;
    search(store, "a hash that is not there", |q| q.hash_sha256 = Some("f".repeat(64))).await;
    search(store, "an address", |q| q.remote_ip = text("198.51.100.7")).await;
    search(store, "an address that is not there", |q| q.remote_ip = text("203.0.113.9")).await;
    search(store, "a device", |q| q.device_serial = text("4C5300400000")).await;
    search(store, "a process and its children", |q| {
        q.process = sample.process_guid.map(|guid| ProcessFilter { guid, or_parent: true });
    })
    .await;
    let bounds: Vec<_> = (0..=days).map(|day| Time::from_seconds(START) + Duration::from_hours(24 * day)).collect();
    for (what, endpoints) in [("calendar of the month", None), ("calendar of an endpoint", Some(vec![id(7)]))] {
        let query = Query { endpoints, ..Query::new() };
        let found =
            |h: &yagura_events::Histogram| h.buckets.iter().map(yagura_events::Bucket::total).sum::<u64>().to_string();
        ask(what, found, || async { store.histogram(&query, &bounds, Budget::UNLIMITED).await.unwrap() }).await;
    }
    let query = Query { since: Some(noon), until: Some(noon + Duration::from_hours(6)), ..Query::new() };
    let fields = [FacetField::Kind, FacetField::Image, FacetField::Account];
    let found = |f: &yagura_events::Facets| f.covered.rows.to_string();
    ask("facets of six hours", found, || async { store.facets(&query, &fields, 10, Budget::UNLIMITED).await.unwrap() })
        .await;
    let found = |page: &yagura_events::FeedPage| format!("{} rows", page.items.len());
    ask("feed, 1000 from the beginning", found, || async { store.feed(FeedCursor::START, 1000).await.unwrap() }).await;
    let one = store.search(&Query { until: Some(noon), limit: 1, ..Query::new() }).await.unwrap().items.remove(0);
    ask(
        "an event by its id",
        |found: &Option<_>| found.is_some().to_string(),
        || async { store.get(one.id).await.unwrap() },
    )
    .await;
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"));
    lines.collect::<Vec<_>>().join("  ")
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |n: usize, or| args.get(n).and_then(|arg| arg.parse().ok()).unwrap_or(or);
    let (days, per_day) = (number(1, 10), number(2, 1_000_000));
    let dir = args.first().map_or("questions-store", String::as_str);
    let store = Arc::new(Embedded::open(Options::new(dir)).await.unwrap());
    if store.health().await.rows == 0 {
        fill(&store, days, per_day).await;
        println!("{}", memory());
    }
    let began = Instant::now();
    store.compact().await.unwrap();
    let health = store.health().await;
    let each = health.bytes as f64 / health.rows as f64;
    println!(
        "compacted in {:.1?}; {} rows in {} segments, {each:.1} bytes each",
        began.elapsed(),
        health.rows,
        health.segments
    );
    println!("{}", memory());
    store.close().await.unwrap();
    drop(store);
    let store = Embedded::open(Options::new(dir)).await.unwrap();
    ask_all(&store, days).await;
    println!("{}", memory());
    store.close().await.unwrap();
}
