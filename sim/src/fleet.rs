//! A run: enrol and connect, let things happen, wait for the server, stop.

mod crew;
mod member;
mod progress;

use std::time::Duration;

use anyhow::bail;
use tokio::time::Instant;
use yagura_vocabulary::{Clock as _, SystemClock};

pub(crate) use self::{
    crew::{Crew, Life},
    progress::say,
};
use crate::{
    args::Fleet,
    command_log,
    endpoint::Window,
    summary::{Summary, percentile, rate, round},
    warnings::Warnings,
};

/// After the ramp the slowest endpoints may take so long to connect before things begin to happen without them.
const STRAGGLERS: Duration = Duration::from_secs(60);

/// Runs the fleet until its time is over or somebody presses Ctrl-C.
pub(crate) async fn run(fleet: &Fleet, warnings: &Warnings) -> anyhow::Result<Summary> {
    let place = &fleet.place;
    let ramp = Duration::from_secs(fleet.ramp_s);
    let life = Life {
        tokens: vec![fleet.token.parse()?],
        durable: !fleet.relaxed_spool,
        ramp,
        pace: (!fleet.connections_only)
            .then(|| Duration::from_secs_f64(f64::from(place.endpoints) / f64::from(fleet.events_per_second))),
        past_days: 0,
    };
    let began_at = SystemClock.now();
    let began = Instant::now();
    let mut crew = Crew::muster(place, life, warnings)?;

    let all = place.endpoints as usize;
    let mut go_on = crew.watch.until(ramp + STRAGGLERS, |seen| seen.connected >= all).await;
    let from = Instant::now();
    if go_on {
        let until = from + Duration::from_secs(fleet.seconds);
        // The endpoints hold receivers until the end of the run.
        let _ = crew.open.send(Some(Window { from, until }));
        go_on = crew.watch.until(until - from, |_| false).await;
    }
    let _ = crew.open.send(Some(Window { from, until: Instant::now().min(from + Duration::from_secs(fleet.seconds)) }));
    // The last events of the window are on their way into the spools for a moment.
    let drain = if go_on { Duration::from_secs(fleet.drain_s) } else { Duration::from_secs(fleet.drain_s.min(10)) };
    if !fleet.connections_only {
        crew.watch.until(drain, |seen| seen.waiting == 0 && seen.acked >= seen.made).await;
    }
    let seconds = crew.watch.last_ack().map_or(0.0, |at| at.saturating_duration_since(from).as_secs_f64());
    let seen = crew.watch.look().await;

    crew.stop().await;
    for (count, text) in warnings.list().into_iter().take(10) {
        say(&format!("{count} x {text}"));
    }
    let mut latencies: Vec<u64> =
        (0..place.endpoints).flat_map(|n| command_log::latencies(&crew.data.join(n.to_string()), began_at)).collect();
    latencies.sort_unstable();
    if seen.enrolled == 0 {
        bail!("no endpoint could enrol");
    }
    Ok(Summary {
        endpoints: place.endpoints,
        enrolled: seen.enrolled,
        enrol_per_s: crew.watch.enrol_rate(began),
        connected: crew.watch.most_connected(),
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
