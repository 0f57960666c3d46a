//! How many events a second become durable, and how long questions take: 1,000 streams, batches of 100.
//!
//! `cargo bench -p yagura-events` prints a table; `-- 50` appends 50 batches for each stream instead of 10.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures and prints")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use uuid::Uuid;
use yagura_events::{Batch, Embedded, EventStore, FeedCursor, KindFilter, Options, Order, ProcessFilter, Query, Row};
use yagura_vocabulary::{Account, Event, Id, Lane, Time};

const STREAMS: u64 = 1000;
const ROWS: u64 = 100;
const NOUNS: [&str; 8] = ["見積書", "議事録", "設計図", "budget", "特許", "readme", "商標一覧", "invoice"];

fn event(stream: u64, seq: u64, time: Time) -> Event {
    let n = stream.wrapping_mul(0x9E37_79B9).wrapping_add(seq.wrapping_mul(0x85EB_CA6B));
    let kind =
        ["process.start", "process.exit", "file.open", "file.copy", "window.active", "web.view"][(n % 6) as usize];
    let mut event = Event::new(time, "operation_log", kind);
    event.mono_ns = Some(seq * 1_000_003);
    event.account = Some(Account { name: format!(r"EXAMPLE\user{stream}"), id: format!("S-1-5-21-{stream}") });
    event.process_guid = Some(Uuid::from_u128(u128::from(n) << 64 | u128::from(seq / 7)));
    event.pid = Some((n % 30_000) as u32);
    event.image = Some(format!(r"C:\Program Files\App{}\app.exe", n % 60));
    event.command_line = Some(format!(r#""C:\Program Files\App{}\app.exe" --open {seq} --session {n:x}"#, n % 60));
    event.subject = Some(format!(r"\\fs01\営業部\{}\{}-{}.xlsx", n % 300, NOUNS[(n % 8) as usize], seq));
    if n.is_multiple_of(3) {
        event.hash_sha256 = Some(format!("{:064x}", n % 5000));
    }
    if n % 100_003 == 77 {
        event.target = Some("極秘鳳凰計画".to_owned());
    }
    event
}

fn batch(stream: u64, index: u64, start: Time) -> Batch {
    let (first, last) = (index * ROWS + 1, (index + 1) * ROWS);
    let received_at = start + Duration::from_secs(index * 60);
    let row =
        |seq| Row { seq, person: None, event: event(stream, seq, received_at - Duration::from_millis(last - seq)) };
    let rows = (first..=last).map(row).collect();
    let (endpoint, epoch) = (Id::from_uuid(Uuid::from_u128(stream.into())), Uuid::from_u128(1));
    Batch { endpoint, epoch, lane: Lane::Operation, first, last, sha256: [index as u8; 32], received_at, rows }
}

async fn append_all(store: &Arc<Embedded>, batches: u64, callers: u64, start: Time) {
    let began = Instant::now();
    let mut tasks = Vec::new();
    for caller in 0..callers {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let mut longest = Duration::ZERO;
            for index in 0..batches {
                for stream in (caller..STREAMS).step_by(callers as usize) {
                    let batch = batch(stream, index, start);
                    let began = Instant::now();
                    while store.append(vec![batch.clone()]).await.is_err() {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    longest = longest.max(began.elapsed());
                }
            }
            longest
        }));
    }
    let mut longest = Duration::ZERO;
    for task in tasks {
        longest = longest.max(task.await.unwrap());
    }
    let (rows, took) = (STREAMS * ROWS * batches, began.elapsed().as_secs_f64());
    println!(
        "append: {rows} events durable in {took:.1} s by {callers} callers: {:.0} events/s, longest call {longest:.0?}",
        rows as f64 / took
    );
}

/// What one endpoint waits for, alone and while people search without end.
async fn append_one_by_one(store: &Arc<Embedded>, what: &str, index: u64, start: Time) {
    let mut times = Vec::new();
    for stream in 0..300 {
        let batch = batch(stream, index, start);
        let began = Instant::now();
        store.append(vec![batch]).await.unwrap();
        times.push(began.elapsed());
    }
    times.sort();
    println!("append: one call of {ROWS} events at a time, {what}: median {:.1?}, 99 % {:.1?}", times[150], times[297]);
}

async fn append_while_searching(store: &Arc<Embedded>, index: u64, start: Time) {
    let searchers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            let query = Query { text: Some("phoenix-7731".into()), ..Query::new() };
            tokio::spawn(async move {
                loop {
                    store.search(&query).await.unwrap();
                }
            })
        })
        .collect();
    append_one_by_one(store, "8 searches under way", index, start).await;
    searchers.iter().for_each(tokio::task::JoinHandle::abort);
}

async fn ask(store: &Embedded, what: &str, query: Query) {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..5 {
        let began = Instant::now();
        found = store.search(&query).await.unwrap().items.len();
        times.push(began.elapsed());
    }
    times.sort();
    println!("search: {what:<44} {found:>4} found, median {:>8.1?}, slowest {:>8.1?}", times[2], times[4]);
}

async fn ask_all(store: &Embedded, start: Time) {
    let q = |change: &dyn Fn(&mut Query)| {
        let mut query = Query::new();
        change(&mut query);
        query
    };
    let one = Some(vec![Id::from_uuid(Uuid::from_u128(500))]);
    ask(store, "newest 100 by occurred_at", q(&|_| {})).await;
    ask(store, "newest 100 by received_at", q(&|q| q.order = Order::Received)).await;
    ask(store, "newest 100 of a kind", q(&|q| q.kinds = vec![KindFilter::parse("file.*")])).await;
    ask(store, "newest 100 of one endpoint", q(&|q| q.endpoints = one.clone())).await;
    ask(
        store,
        "one endpoint, one minute",
        q(&|q| {
            (q.endpoints, q.since, q.until) = (one.clone(), Some(start), Some(start + Duration::from_mins(1)));
        }),
    )
    .await;
    ask(store, "a common word", q(&|q| q.text = Some("見積".into()))).await;
    ask(store, "a rare word", q(&|q| q.text = Some("鳳凰".into()))).await;
    ask(store, "a word that is not there", q(&|q| q.text = Some("phoenix-7731".into()))).await;
    ask(store, "a hash", q(&|q| q.hash_sha256 = Some(format!("{:064x}", 333)))).await;
    ask(store, "a hash that is not there", q(&|q| q.hash_sha256 = Some("f".repeat(64)))).await;
    ask(store, "a process", q(&|q| q.process = Some(ProcessFilter { guid: Uuid::from_u128(9), or_parent: true })))
        .await;
    let began = Instant::now();
    let count = store.count(&q(&|q| q.kinds = vec![KindFilter::parse("file.open")]), u64::MAX - 1).await.unwrap();
    println!("count of a kind: {} in {:.1?}", count.value, began.elapsed());
    let (began, mut after, mut rows) = (Instant::now(), FeedCursor::START, 0);
    while rows < 100_000 {
        let page = store.feed(after, 1000).await.unwrap();
        (rows, after) = (rows + page.items.len(), page.next);
        if after == page.head {
            break;
        }
    }
    println!("feed: {rows} events from the beginning in {:.1?}", began.elapsed());
}

#[tokio::main]
async fn main() {
    let batches = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(10);
    let dir = tempfile::tempdir().unwrap();
    let start = Time::from_seconds(1_795_392_000);
    let store = Arc::new(Embedded::open(Options::new(dir.path())).await.unwrap());
    append_all(&store, batches, 64, start).await;
    store.flush().await.unwrap();
    let began = Instant::now();
    store.close().await.unwrap();
    println!("close, with merges under way: {:.1?}", began.elapsed());
    let began = Instant::now();
    let store = Arc::new(Embedded::open(Options::new(dir.path())).await.unwrap());
    let health = store.health().await;
    println!(
        "open: {:.1?}; {} events in {} segments, {:.1} bytes each",
        began.elapsed(),
        health.rows,
        health.segments,
        health.bytes as f64 / health.rows as f64
    );
    ask_all(&store, start).await;
    append_one_by_one(&store, "alone", batches, start).await;
    append_while_searching(&store, batches + 1, start).await;
    store.close().await.unwrap();
    let memory = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", memory.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown"));
}
