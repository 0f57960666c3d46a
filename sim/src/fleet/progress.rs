//! A line every second about how the fleet is.

use std::{io::Write as _, sync::atomic::Ordering, time::Duration};

use tokio::{
    signal::{
        ctrl_c,
        unix::{SignalKind, signal},
    },
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};

use super::member::Enrolments;
use crate::{counts::Spools, endpoint::Shared, road::Links, summary::rate, warnings::Warnings};

/// The fleet at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) enrolled: u64,
    pub(crate) connected: usize,
    pub(crate) made: u64,
    pub(crate) acked: u64,
    pub(crate) waiting: u64,
}

/// Watches a fleet.
pub(crate) struct Watch {
    endpoints: u32,
    spools: Spools,
    enrolments: Enrolments,
    links: Links,
    shared: Shared,
    warnings: Warnings,
    pressed: watch::Receiver<u32>,
    acked: u64,
    last_ack: Option<Instant>,
    most_connected: usize,
}

impl Watch {
    pub(crate) fn new(
        endpoints: u32,
        spools: Spools,
        enrolments: Enrolments,
        links: Links,
        shared: Shared,
        warnings: Warnings,
    ) -> Self {
        let (press, pressed) = watch::channel(0);
        tokio::spawn(async move {
            while asked_to_end().await.is_ok() {
                press.send_modify(|times| *times += 1);
            }
        });
        let (acked, last_ack, most_connected) = (0, None, 0);
        Self { endpoints, spools, enrolments, links, shared, warnings, pressed, acked, last_ack, most_connected }
    }

    /// Tells how the fleet is until `patience` is over or `enough`. False when somebody pressed Ctrl-C.
    pub(crate) async fn until(&mut self, patience: Duration, enough: impl Fn(&Seen) -> bool) -> bool {
        let mut ticks = interval(Duration::from_millis(250));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = Instant::now() + patience;
        let (mut told, mut told_acked) = (Instant::now(), self.acked);
        loop {
            tokio::select! {
                Ok(()) = self.pressed.changed() => return false,
                _ = ticks.tick() => {}
            }
            let seen = self.look().await;
            let (done, passed) = (enough(&seen) || Instant::now() >= end, told.elapsed());
            if passed >= Duration::from_secs(1) {
                self.tell(&seen, rate(seen.acked - told_acked, passed.as_secs_f64()));
                (told, told_acked) = (Instant::now(), seen.acked);
            }
            if done {
                return true;
            }
        }
    }

    /// Comes back when somebody presses Ctrl-C.
    pub(crate) async fn until_asked(&mut self) {
        // The sender lives as long as the runtime.
        let _ = self.pressed.changed().await;
    }

    /// Looks at the fleet now.
    pub(crate) async fn look(&mut self) -> Seen {
        let spools = self.spools.clone();
        // A spool that is being written to the disk is waited for.
        let standing = tokio::task::spawn_blocking(move || spools.standing()).await.unwrap_or_default();
        if standing.acked > self.acked {
            (self.acked, self.last_ack) = (standing.acked, Some(Instant::now()));
        }
        let connected = self.links.open();
        self.most_connected = self.most_connected.max(connected);
        let made = self.shared.made.load(Ordering::Relaxed);
        let enrolled = self.enrolments.now().known;
        Seen { enrolled, connected, made, acked: self.acked, waiting: standing.waiting }
    }

    fn tell(&self, seen: &Seen, acked_per_s: f64) {
        let commands = self.shared.commands.load(Ordering::Relaxed);
        say(&format!(
            "enrolled {}/{} connected {} events {} acked {} ({acked_per_s:.0}/s) waiting {} commands {commands} errors {}",
            seen.enrolled,
            self.endpoints,
            seen.connected,
            seen.made,
            seen.acked,
            seen.waiting,
            self.warnings.count(),
        ));
    }

    /// When the newest acknowledgement was seen.
    pub(crate) fn last_ack(&self) -> Option<Instant> {
        self.last_ack
    }

    /// Most links seen open at once.
    pub(crate) fn most_connected(&self) -> usize {
        self.most_connected
    }

    /// Enrolments a second since `began`.
    pub(crate) fn enrol_rate(&self, began: Instant) -> f64 {
        let enrolled = self.enrolments.now();
        enrolled.last.map_or(0.0, |last| rate(enrolled.new, last.saturating_duration_since(began).as_secs_f64()))
    }
}

/// Comes back at Ctrl-C, or when the system asks the program to end.
async fn asked_to_end() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

/// Writes a line for whoever watches; without a standard error there is nobody.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
