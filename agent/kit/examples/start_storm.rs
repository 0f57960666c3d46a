//! What the gate costs whoever starts a program: starts many, without a gate and with one, in turn, and tells the medians.
//!
//! It needs root, and a file system of its own, so that nobody else on the machine waits:
//! `unshare --mount sh -c 'd=$(mktemp -d); mount -t tmpfs tmpfs "$d" && exec target/release/examples/start_storm "$d" [starts] [rounds]'`
#![expect(clippy::print_stdout, reason = "a report for a person")]

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use yagura_agent_kit::{
    AgentFeature, CancellationToken, FeatureCtx, FeatureError, Gate, GateJudge, Host,
    gate::{Lasts, Opinion, Place, Wishes},
};
use yagura_records::Starting;
use yagura_vocabulary::{SensorHealth, SystemClock};

/// Lets everybody through.
struct Lenient(Lasts, Wishes);

impl GateJudge for Lenient {
    fn wishes(&self) -> Wishes {
        self.1
    }

    fn judge(&self, _: &Starting) -> Opinion {
        Opinion::Allow(self.0)
    }
}

/// A feature that hands the gate over.
struct Handing;

static GATE: Mutex<Option<Gate>> = Mutex::new(None);

impl AgentFeature for Handing {
    const NAME: &'static str = "handing";
    type Policy = serde_json::Value;

    async fn run(ctx: FeatureCtx<serde_json::Value>, cancel: CancellationToken) -> Result<(), FeatureError> {
        *GATE.lock().unwrap_or_else(PoisonError::into_inner) = Some(ctx.gate);
        cancel.cancelled().await;
        Ok(())
    }
}

const KINDS: [&str; 4] =
    ["no gate", "gate, known answer", "gate, judged each time", "gate, judged with hash each time"];

fn judge(kind: usize) -> Option<Lenient> {
    let (once, wishes) = (Lasts::ThisOnce, Wishes::default());
    match kind {
        1 => Some(Lenient(Lasts::WhileUnchanged, wishes)),
        2 => Some(Lenient(once, wishes)),
        3 => Some(Lenient(once, Wishes { hash: true, account: true })),
        _ => None,
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let Some(place) = arguments.get(1).map(PathBuf::from) else {
        println!("usage: start_storm MOUNT [starts] [rounds]");
        return Ok(());
    };
    let number = |index: usize, otherwise| arguments.get(index).and_then(|it| it.parse().ok()).unwrap_or(otherwise);
    let (starts, rounds): (usize, usize) = (number(2, 500), number(3, 9));
    let program = place.join("true");
    fs::copy("/usr/bin/true", &program)?;
    let mut host = Host::new(Arc::new(SystemClock), &std::env::temp_dir());
    host.gate_stands(Place { only: Some(vec![place]), guard: None });
    host.register::<Handing>();
    host.start();
    let gate = loop {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if let Some(gate) = GATE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            break gate;
        }
    };
    // What was just written is read again for some time.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut took: [Vec<f64>; KINDS.len()] = Default::default();
    for _ in 0..rounds {
        for (kind, took) in took.iter_mut().enumerate() {
            let wanted = match judge(kind) {
                Some(judge) => {
                    gate.take("storm", judge);
                    SensorHealth::Ok
                }
                None => {
                    gate.leave("storm");
                    SensorHealth::Off
                }
            };
            until(&host, wanted).await;
            took.extend(round(&program, starts)?);
        }
    }
    for (kind, took) in KINDS.iter().zip(&mut took) {
        took.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
        println!("{kind}: median {:.0} µs, p90 {:.0}, p99 {:.0}, of {} starts", at(0.5), at(0.9), at(0.99), took.len());
    }
    gate.leave("storm");
    host.shutdown(Duration::from_secs(5)).await;
    Ok(())
}

async fn until(host: &Host, wanted: SensorHealth) {
    let is_so = |host: &Host| host.health().iter().any(|report| report.sensor == "gate" && report.health == wanted);
    while !is_so(host) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How long each start took, to the program's end, in microseconds.
fn round(program: &Path, starts: usize) -> io::Result<Vec<f64>> {
    (0..starts)
        .map(|_| {
            let began = Instant::now();
            Command::new(program).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
            Ok(began.elapsed().as_secs_f64() * 1e6)
        })
        .collect()
}
