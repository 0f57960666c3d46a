//! A run: enrol and connect, let things happen, wait for the server, stop.

mod member;
mod progress;

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use yagura_channel::wire::enrol::Token;
use yagura_dial::{Target, Trust, client_config};
use yagura_vocabulary::{Clock as _, SystemClock};

use self::{
    member::{Enrolments, Member},
    progress::Watch,
};
use crate::{
    args::Fleet,
    command_log,
    counts::Spools,
    endpoint::{Shared, Window},
    open_files,
    road::{Links, Roads},
    summary::{Summary, percentile, rate, round},
    warnings::Warnings,
};

/// After the ramp the slowest endpoints may take so long to connect before things begin to happen without them.
const STRAGGLERS: Duration = Duration::from_secs(60);
/// How long the endpoints may take to stop.
const STOP: Duration = Duration::from_secs(20);

/// Runs the fleet until its time is over or somebody presses Ctrl-C.
pub(crate) async fn run(fleet: &Fleet, warnings: &Warnings) -> anyhow::Result<Summary> {
    let token: Token = fleet.token.parse()?;
    Target::parse(&fleet.server)?;
    let authorities = match &fleet.ca_file {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?,
    };
    open_files::allow(fleet.endpoints)?;
    let temporary = match fleet.data {
        None => Some(tempfile::tempdir().context("failed to create a temporary folder")?),
        Some(_) => None,
    };
    let data: PathBuf =
        fleet.data.clone().or_else(|| temporary.as_ref().map(|dir| dir.path().to_owned())).unwrap_or_default();

    // Without authorities of its own the first answer is believed by its signature, as the real agent does.
    let trust = match authorities.as_str() {
        "" => Trust::AnswerIsSigned,
        pem => Trust::Authorities { pem: pem.to_owned(), system: false },
    };
    let (open, window) = watch::channel(None);
    let links = Links::default();
    let shared = Shared {
        seed: fleet.seed,
        pace: (!fleet.connections_only)
            .then(|| Duration::from_secs_f64(f64::from(fleet.endpoints) / f64::from(fleet.events_per_second))),
        window,
        end: CancellationToken::new(),
        made: Arc::new(AtomicU64::new(0)),
        commands: Arc::new(AtomicU64::new(0)),
    };
    let (spools, enrolments) = (Spools::default(), Enrolments::default());
    let member = Arc::new(Member {
        server: fleet.server.trim_end_matches('/').to_owned(),
        token,
        authorities,
        first: client_config(&trust)?,
        data: data.clone(),
        durable: !fleet.relaxed_spool,
        roads: Roads::new(links.clone(), warnings.clone()),
        spools: spools.clone(),
        enrolments: enrolments.clone(),
        warnings: warnings.clone(),
        shared: shared.clone(),
    });

    let began_at = SystemClock.now();
    let began = Instant::now();
    let mut members = JoinSet::new();
    for n in 0..fleet.endpoints {
        let (member, after) = (Arc::clone(&member), spread(fleet, n));
        members.spawn(async move { member.live(n, after).await });
    }
    let mut watch = Watch::new(fleet.endpoints, spools, enrolments, links, shared.clone(), warnings.clone());

    let all = fleet.endpoints as usize;
    let patience = Duration::from_secs(fleet.ramp_s) + STRAGGLERS;
    let mut go_on = watch.until(patience, |seen| seen.connected >= all).await;
    let from = Instant::now();
    if go_on {
        let until = from + Duration::from_secs(fleet.seconds);
        // The endpoints hold receivers until the end of the run.
        let _ = open.send(Some(Window { from, until }));
        go_on = watch.until(until - from, |_| false).await;
    }
    let _ = open.send(Some(Window { from, until: Instant::now().min(from + Duration::from_secs(fleet.seconds)) }));
    // The last events of the window are on their way into the spools for a moment.
    let drain = if go_on { Duration::from_secs(fleet.drain_s) } else { Duration::from_secs(fleet.drain_s.min(10)) };
    if !fleet.connections_only {
        watch.until(drain, |seen| seen.waiting == 0 && seen.acked >= seen.made).await;
    }
    let seconds = watch.last_ack().map_or(0.0, |at| at.saturating_duration_since(from).as_secs_f64());
    let seen = watch.look().await;

    member.roads.stopping();
    shared.end.cancel();
    if timeout(STOP, async { while members.join_next().await.is_some() {} }).await.is_err() {
        warnings.note("some endpoints did not stop in time".to_owned());
        members.shutdown().await;
    }
    for (count, text) in warnings.list().into_iter().take(10) {
        progress::say(&format!("{count} x {text}"));
    }
    let mut latencies: Vec<u64> =
        (0..fleet.endpoints).flat_map(|n| command_log::latencies(&data.join(n.to_string()), began_at)).collect();
    latencies.sort_unstable();
    if seen.enrolled == 0 {
        bail!("no endpoint could enrol");
    }
    Ok(Summary {
        endpoints: fleet.endpoints,
        enrolled: seen.enrolled,
        enrol_per_s: watch.enrol_rate(began),
        connected: watch.most_connected(),
        events_made: seen.made,
        events_acked: seen.acked,
        events_waiting: seen.waiting,
        seconds: round(seconds),
        events_per_s: rate(seen.acked, seconds),
        commands_done: latencies.len(),
        command_p50_ms: percentile(&latencies, 50),
        command_p99_ms: percentile(&latencies, 99),
        errors: warnings.count(),
    })
}

/// When endpoint `n` makes its first connection.
fn spread(fleet: &Fleet, n: u32) -> Duration {
    Duration::from_secs(fleet.ramp_s).mul_f64(f64::from(n) / f64::from(fleet.endpoints))
}
