//! The endpoints of a run, from the first connection to the last.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use yagura_channel::wire::enrol::Token;
use yagura_dial::{Target, Trust, client_config};

use super::{
    member::{Enrolments, Member},
    progress::Watch,
};
use crate::{
    args::Place,
    counts::Spools,
    endpoint::{Shared, Window},
    open_files,
    road::{Links, Roads},
    warnings::Warnings,
};

/// How long the endpoints may take to stop.
const STOP: Duration = Duration::from_secs(20);

/// How the endpoints of a run live.
pub(crate) struct Life {
    /// Their enrolment tokens: endpoint `n` takes the one at `n` modulo their number.
    pub(crate) tokens: Vec<Token>,
    /// Whether spools survive a power failure.
    pub(crate) durable: bool,
    /// First connections are spread over so long.
    pub(crate) ramp: Duration,
    /// The time between two events of one endpoint; `None` when nothing happens.
    pub(crate) pace: Option<Duration>,
    /// So many days before now are told first.
    pub(crate) past_days: u32,
}

/// Running endpoints.
pub(crate) struct Crew {
    /// Where endpoint `n` keeps its data: in the folder `n` below.
    pub(crate) data: PathBuf,
    /// Tells how they are.
    pub(crate) watch: Watch,
    /// Says when things happen.
    pub(crate) open: watch::Sender<Option<Window>>,
    /// What they share.
    pub(crate) shared: Shared,
    roads: Roads,
    warnings: Warnings,
    members: JoinSet<()>,
    ends: Vec<CancellationToken>,
    // Removed when the crew is dropped.
    _temporary: Option<TempDir>,
}

impl Crew {
    /// Sends everybody to their desks.
    pub(crate) fn muster(place: &Place, life: Life, warnings: &Warnings) -> anyhow::Result<Self> {
        Target::parse(&place.server)?;
        let authorities = place.authorities()?;
        open_files::allow(place.endpoints)?;
        let (data, temporary) = match &place.data {
            Some(data) => (data.clone(), None),
            None => {
                let temporary = tempfile::tempdir().context("failed to create a temporary folder")?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        // Without authorities of its own the first answer is believed by its signature, as the real agent does.
        let trust = match authorities.as_str() {
            "" => Trust::AnswerIsSigned,
            pem => Trust::Authorities { pem: pem.to_owned(), system: false },
        };
        let (open, window) = watch::channel(None);
        let links = Links::default();
        let shared = Shared {
            seed: place.seed,
            pace: life.pace,
            window,
            past_days: life.past_days,
            told: Arc::new(AtomicU64::new(0)),
            made: Arc::new(AtomicU64::new(0)),
            commands: Arc::new(AtomicU64::new(0)),
        };
        let (spools, enrolments) = (Spools::default(), Enrolments::default());
        let member = Arc::new(Member {
            server: place.server.trim_end_matches('/').to_owned(),
            tokens: life.tokens,
            authorities,
            first: client_config(&trust)?,
            data: data.clone(),
            durable: life.durable,
            roads: Roads::new(links.clone(), warnings.clone()),
            spools: spools.clone(),
            enrolments: enrolments.clone(),
            warnings: warnings.clone(),
            shared: shared.clone(),
        });
        let (mut members, mut ends) = (JoinSet::new(), Vec::new());
        for n in 0..place.endpoints {
            let after = life.ramp.mul_f64(f64::from(n) / f64::from(place.endpoints));
            let (member, end) = (Arc::clone(&member), CancellationToken::new());
            ends.push(end.clone());
            members.spawn(async move { member.live(n, after, end).await });
        }
        let watch = Watch::new(place.endpoints, spools, enrolments, links, shared.clone(), warnings.clone());
        let roads = member.roads.clone();
        Ok(Self { data, watch, open, shared, roads, warnings: warnings.clone(), members, ends, _temporary: temporary })
    }

    /// Sends endpoint `n` home before the others.
    pub(crate) fn dismiss(&self, n: usize) {
        if let Some(end) = self.ends.get(n) {
            end.cancel();
        }
    }

    /// Sends everybody home.
    pub(crate) async fn stop(&mut self) {
        self.roads.stopping();
        self.ends.iter().for_each(CancellationToken::cancel);
        if timeout(STOP, async { while self.members.join_next().await.is_some() {} }).await.is_err() {
            self.warnings.note("some endpoints did not stop in time".to_owned());
            self.members.shutdown().await;
        }
    }
}
