//! What the store takes to answer: `cargo run --release -p yagura-events --example compare -- DIR ASKED [ROUNDS [ARRIVING]]`.
//!
//! DIR holds a store, ASKED is the file of values that `dev.d/bench/events.py` writes. Prints one JSON document: for each
//! question the medians of processor and wall milliseconds, warm, and how many rows came. ARRIVING is how many events a second
//! arrive meanwhile, from a thousand endpoints; their storing is in the processor times then.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures and prints")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;
use yagura_events::{Batch, Budget, Embedded, EventStore as _, KindFilter, Options, Outcome, Query, Row};
use yagura_vocabulary::{Clock as _, Event, Id, Lane, SystemClock, Time};

const ROUNDS: usize = 7;

/// Processor seconds of this process so far.
fn cpu() -> f64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
}

fn questions(asked: &Value) -> Vec<(&'static str, Query)> {
    let text = |name: &str| asked[name].as_str().unwrap().to_owned();
    let time = |n: usize| asked["hour"][n].as_str().unwrap().parse::<Time>().unwrap();
    let endpoint = || Some(vec![text("endpoint").parse().unwrap()]);
    let about = |name| Query { text: Some(text(name)), ..Query::new() };
    vec![
        ("newest page", Query::new()),
        ("newest page of one endpoint", Query { endpoints: endpoint(), ..Query::new() }),
        ("newest page of one user", Query { account: Some(text("user")), ..Query::new() }),
        ("newest page of one kind", Query { kinds: vec![KindFilter::parse(&text("kind"))], ..Query::new() }),
        ("newest page of one level", Query { levels: vec![text("level").parse().unwrap()], ..Query::new() }),
        ("rare word, Japanese", about("rare_ja")),
        ("rare word, ASCII", about("rare_ascii")),
        ("word that is nowhere", about("nowhere")),
        ("common word, first page", about("common")),
        (
            "one endpoint, one hour",
            Query { endpoints: endpoint(), since: Some(time(0)), until: Some(time(1)), limit: 10_000, ..Query::new() },
        ),
        ("exact hash", Query { hash_sha256: Some(text("hash_sha256")), ..Query::new() }),
        ("exact address", Query { remote_ip: Some(text("remote_ip")), ..Query::new() }),
        ("exact serial number", Query { device_serial: Some(text("device_serial")), ..Query::new() }),
    ]
}

/// The days of the month before the hour that is asked for, by the office's clock.
fn month(asked: &Value) -> Vec<Time> {
    const DAY_S: i64 = 86_400;
    let until = asked["hour"][1].as_str().unwrap().parse::<Time>().unwrap().seconds();
    let midnight = (until + 9 * 3600).div_euclid(DAY_S) * DAY_S - 9 * 3600;
    (-30..=1).map(|day| Time::from_seconds(midnight + day * DAY_S)).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Appends so many events a second, twenty batches at a time, until it is aborted.
async fn arrive(store: Arc<Embedded>, per_second: usize) {
    const BATCHES: usize = 20;
    const EVERY: Duration = Duration::from_millis(500);
    let mut ticks = interval(EVERY);
    // What could not be stored in time is stored late, not left out.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let each = (per_second * 500 / 1000 / BATCHES).max(1) as u64;
    let (epoch, mut next) = (Uuid::new_v4(), vec![1u64; 1000]);
    for turn in 0.. {
        ticks.tick().await;
        let now = SystemClock.now();
        let batches = (0..BATCHES).map(|n| {
            let sender = (turn * BATCHES + n) % next.len();
            let first = next[sender];
            next[sender] += each;
            let event = |seq: u64| {
                let mut event = Event::new(now, "operation_log", "file.open");
                event.subject = Some(format!(r"\\fs01\受信\{sender}\{seq}.xlsx"));
                event
            };
            Batch {
                endpoint: Id::from_uuid(Uuid::from_u128(0xA0 << 64 | sender as u128)),
                epoch,
                lane: Lane::Operation,
                first,
                last: first + each - 1,
                sha256: [0; 32],
                received_at: now,
                rows: (first..first + each).map(|seq| Row { seq, person: None, event: event(seq) }).collect(),
            }
        });
        let outcomes = store.append(batches.collect()).await.unwrap();
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Stored { .. })), "{outcomes:?}");
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().expect("DIR");
    let asked: Value = serde_json::from_slice(&std::fs::read(arguments.next().expect("ASKED")).unwrap()).unwrap();
    let rounds = arguments.next().map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let arriving: usize = arguments.next().map_or(0, |arriving| arriving.parse().unwrap());
    let store = Arc::new(Embedded::open(Options::new(dir)).await.unwrap());
    let arrival = (arriving > 0).then(|| tokio::spawn(arrive(store.clone(), arriving)));
    let mut answers = Map::new();
    for (name, query) in questions(&asked) {
        let (mut used, mut took, mut rows) = (Vec::new(), Vec::new(), 0);
        for _ in 0..rounds {
            let (before, began) = (cpu(), Instant::now());
            rows = store.search(&query).await.unwrap().items.len();
            took.push(began.elapsed().as_secs_f64() * 1000.0);
            used.push((cpu() - before) * 1000.0);
        }
        eprintln!("    {name}: {:.1} ms ({rows} rows)", median(took.clone()));
        answers.insert(name.to_owned(), json!({"cpu_ms": median(used), "wall_ms": median(took), "rows": rows}));
    }
    let bounds = month(&asked);
    let (mut used, mut took, mut rows) = (Vec::new(), Vec::new(), 0);
    for _ in 0..rounds {
        let (before, began) = (cpu(), Instant::now());
        let calendar = store.histogram(&Query::new(), &bounds, Budget::UNLIMITED).await.unwrap();
        rows = calendar.buckets.iter().filter(|bucket| bucket.total() > 0).count();
        took.push(began.elapsed().as_secs_f64() * 1000.0);
        used.push((cpu() - before) * 1000.0);
    }
    eprintln!("    calendar of a month: {:.1} ms ({rows} days)", median(took.clone()));
    let calendar = json!({"cpu_ms": median(used), "wall_ms": median(took), "rows": rows});
    answers.insert("calendar of a month".to_owned(), calendar);
    if let Some(arrival) = arrival {
        arrival.abort();
        assert!(arrival.await.is_err_and(|error| error.is_cancelled()), "what arrived was stored all the time");
    }
    let health = store.health().await;
    println!(
        "{}",
        json!({"engine": "Yagura, embedded", "rows": health.rows, "bytes": health.bytes, "answers": answers})
    );
}
