//! What the agent and the session program cost on a desktop: first one that nobody touches, then one where somebody works as people
//! do. A server, an agent with all its sensors, and a person before a screen (Xvfb, openbox, two terminals), all on this machine.
//!
//! `YAGURA_BIN_DIR=target/release cargo run --release -p yagura-scenarios --example idle -- SECONDS`, as root, with `xterm`,
//! `openbox` and `x11-utils`.
//!
//! Every five seconds of work a window is changed for another and a program is started; every twenty a text is saved as editors do
//! (written beside the old one and renamed over it). Prints JSON: memory in MB (proportional share), share of one core, rows.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on ends")]

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, time::Duration};

use serde_json::{Value, json};
use tokio::time::{Instant, interval};
use yagura_scenarios::{House, Seat};

/// An account that every Debian has, and as which nobody works.
const PERSON: u32 = 3;
const TURN: Duration = Duration::from_secs(5);
/// A text is saved at every fourth turn.
const SAVED: u64 = 4;

/// Processor time of a process so far, in seconds, with that of the children it has waited for (`/proc/PID/stat`, `proc(5)`).
fn processor(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: f64 = fields[11..15].iter().map(|field| field.parse::<f64>().unwrap()).sum();
    // `USER_HZ` is 100 on every architecture that Debian builds for.
    ticks / 100.0
}

/// A process' proportional share of memory, in MB.
fn memory(pid: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// How many rows of each kind there are.
async fn kinds(house: &House) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for row in house.events("").await {
        *kinds.entry(row["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

/// What both cost from now until the time is over, in which `each` is done at every turn.
async fn measured(house: &House, seat: &Seat, seconds: u64, mut each: impl AsyncFnMut(u64)) -> Value {
    let pids = [("agent", house.agent_pid()), ("session program", seat.session_pid())];
    let before = pids.map(|(_, pid)| processor(pid));
    let rows = kinds(house).await;
    let began = Instant::now();
    let mut turns = interval(TURN);
    let mut turn = 0;
    while began.elapsed() < Duration::from_secs(seconds) {
        turns.tick().await;
        each(turn).await;
        turn += 1;
    }
    let took = began.elapsed().as_secs_f64();
    let mut said = serde_json::Map::new();
    for ((name, pid), before) in pids.into_iter().zip(before) {
        let core = (processor(pid) - before) / took * 100.0;
        said.insert(name.to_owned(), json!({"pss_mb": memory(pid), "percent_of_a_core": core}));
    }
    // A batch leaves the agent within ten seconds.
    tokio::time::sleep(2 * TURN).await;
    let mut now = kinds(house).await;
    now.iter_mut().for_each(|(kind, count)| *count -= rows.get(kind).unwrap_or(&0));
    now.retain(|_, count| *count > 0);
    said.insert("rows".to_owned(), json!(now));
    said.insert("seconds".to_owned(), json!(took));
    Value::Object(said)
}

#[tokio::main]
async fn main() {
    let seconds = std::env::args().nth(1).map_or(300, |text| text.parse().expect("SECONDS"));
    let mut house = House::new();
    fs::set_permissions(house.path(""), fs::Permissions::from_mode(0o711)).unwrap();
    let group = house.root_group().await;
    let home = house.path(&format!("home-{PERSON}"));
    let files = json!({"inherit": "replace", "value": {"files": {"folders": [format!("{}/**", home.display())]}}});
    house.ask("PUT", &format!("/api/v1/policies/operation_log/{group}"), Some(&files), 200).await;
    // The judge has something to judge.
    house
        .decide(&[json!({
            "id": "nobody-does-this", "name": "nobody does this", "class": "test", "level": "alarm",
            "when": {"texts": [{"in": "title", "any_of": ["鳳凰計画"]}]},
        })])
        .await;
    house.start_agent();
    house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let mut seat = Seat::take(&house, PERSON, "idle").expect("a person needs an Xvfb");
    seat.manage().await;
    seat.open("xterm", &["-T", "one"]);
    seat.open("xterm", &["-T", "two"]);
    let windows = [seat.window("one").await, seat.window("two").await];
    seat.activate(windows[0]).await;
    // The inventory and what else follows a start are over by then.
    tokio::time::sleep(Duration::from_secs(30)).await;

    eprintln!("nobody touches anything, {seconds} s");
    let untouched = measured(&house, &seat, seconds, async |_| ()).await;
    eprintln!("somebody works, {seconds} s");
    let worked = measured(&house, &seat, seconds, async |turn| {
        seat.activate(windows[usize::from(turn % 2 == 0)]).await;
        assert!(seat.program("true", &[]).status().unwrap().success());
        if turn % SAVED == 0 {
            let save = "printf '%s' \"$1\" > .report.new && mv .report.new report.txt";
            assert!(seat.program("sh", &["-c", save, "sh", &turn.to_string()]).status().unwrap().success());
        }
    })
    .await;
    println!("{}", json!({"nobody touches anything": untouched, "somebody works": worked}));
}
