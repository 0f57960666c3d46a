//! The life of one endpoint of the fleet.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::bail;
use rustls::ClientConfig;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use yagura_channel::{
    agent::{
        backoff::Backoff,
        clock::ServerClock,
        enrol::enrol,
        identity::IdentityDir,
        runner::{self, Endpoint, Parts, SharedSpool},
        spool::{Limits, Spool},
    },
    wire::enrol::Token,
};
use yagura_vocabulary::{Clock as _, SystemClock};

use crate::{
    counts::Spools,
    endpoint::{Pretended, Shared},
    office::desk,
    road::Roads,
    warnings::Warnings,
};

/// So many failures to enrol, and the endpoint gives up.
const TRIES: u32 = 6;
/// One endpoint's spool may grow to this many bytes: thousands of them share a disk.
const SPOOL_BYTES: u64 = 64 << 20;

/// How many endpoints are enrolled. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Enrolments(Arc<Mutex<Enrolled>>);

/// What is known of enrolments.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Enrolled {
    /// Endpoints that the server knows.
    pub(crate) known: u64,
    /// Those of them that enrolled in this run.
    pub(crate) new: u64,
    /// When the last of these did.
    pub(crate) last: Option<Instant>,
}

impl Enrolments {
    pub(crate) fn now(&self) -> Enrolled {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, new: bool) {
        let mut enrolled = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        enrolled.known += 1;
        if new {
            enrolled.new += 1;
            enrolled.last = Some(Instant::now());
        }
    }
}

/// What it takes to be an endpoint of the fleet.
pub(super) struct Member {
    pub(super) server: String,
    /// Endpoint `n` enrols with the one at `n` modulo their number.
    pub(super) tokens: Vec<Token>,
    /// PEM; empty when the server names its own.
    pub(super) authorities: String,
    /// TLS of the first contact.
    pub(super) first: Arc<ClientConfig>,
    pub(super) data: PathBuf,
    pub(super) durable: bool,
    pub(super) roads: Roads,
    pub(super) spools: Spools,
    pub(super) enrolments: Enrolments,
    pub(super) warnings: Warnings,
    pub(super) shared: Shared,
}

impl Member {
    /// Lives as endpoint `n` until `end`.
    pub(super) async fn live(&self, n: u32, after: std::time::Duration, end: CancellationToken) {
        let beginning = async {
            sleep(after).await;
            self.begin(n, end.clone()).await
        };
        let parts = tokio::select! {
            () = end.cancelled() => return,
            parts = beginning => parts,
        };
        let result = match parts {
            Ok(parts) => runner::run(parts, end).await.map_err(anyhow::Error::from),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            self.warnings.note(format!("an endpoint gave up: {error:#}"));
        }
    }

    async fn begin(&self, n: u32, end: CancellationToken) -> anyhow::Result<Parts> {
        let dir = self.data.join(n.to_string());
        let clock = ServerClock::new(Arc::new(SystemClock));
        let desk = desk(self.shared.seed, n, clock.now());
        let endpoint = Arc::new(Pretended::new(n, desk, Arc::new(clock.clone()), self.shared.clone(), end));
        self.enrolled(n, &dir, &*endpoint, &clock).await?;
        let limits = Limits { bytes: SPOOL_BYTES, durable: self.durable };
        let spool = SharedSpool::new(Spool::open(&dir.join("spool"), limits, clock.now())?);
        self.spools.add(spool.clone());
        let roads = self.roads.clone();
        let dial = Arc::new(move |record: &yagura_channel::agent::identity::Record| {
            roads.to_record(&record.url, &record.tls_authorities)
        });
        Ok(Parts { dir, endpoint, clock, spool, dial })
    }

    /// Enrols, unless an earlier run did.
    async fn enrolled(&self, n: u32, dir: &Path, endpoint: &dyn Endpoint, clock: &ServerClock) -> anyhow::Result<()> {
        let identity = IdentityDir::new(dir);
        if let Some(known) = identity.load()? {
            if known.record.url != self.server {
                bail!("{} belongs to {}, not to {}", dir.display(), known.record.url, self.server);
            }
            self.enrolments.count(false);
            return Ok(());
        }
        let Some(token) = self.tokens.get(n as usize % self.tokens.len().max(1)) else {
            bail!("{} is not enrolled, and there is no enrolment token", dir.display());
        };
        let facts = endpoint.facts();
        let (mut tries, mut backoff) = (0, Backoff::default());
        loop {
            let dial = self.roads.road(&self.first);
            let tried = enrol(&identity, &self.server, token, &facts, &self.authorities, dial, clock);
            match tried.await {
                Ok(_) => {
                    self.enrolments.count(true);
                    return Ok(());
                }
                Err(error) if tries + 1 >= TRIES => return Err(error.into()),
                Err(error) => {
                    self.warnings.note(format!("enrolling failed: {error}"));
                    sleep(backoff.pause(error.retry_after())).await;
                }
            }
            tries += 1;
        }
    }
}
