//! One identity's conversation with its server.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::{Instant, sleep_until},
};
use yagura_vocabulary::{Clock as _, EndpointState};

use super::{Parts, Signal, commands::Commands, policies::Policies, renumber, state::Reporter, uploader};
use crate::{
    agent::{
        backoff::{Backoff, up_to},
        client::{AgentClient, ClientError},
        link::{self, News},
        spool::SpoolError,
    },
    wire::{
        PROTOCOL,
        hello::{Hello, Welcome},
        nudge::{Nudge, Topic},
    },
};

/// A pending endpoint asks so often whether it was approved; nobody can nudge it.
const PENDING: Duration = Duration::from_secs(30);
/// Without any news a hello is said anyway, after this time to twice as long: a nudge may have been lost.
const QUIET: Duration = Duration::from_secs(60 * 60);
/// The first hello waits so long for the link, so that no nudge can be lost between the two.
const LINK_FIRST: Duration = Duration::from_secs(5);

/// An endpoint's own key is replaced when it is this old.
const KEY_AGE: Duration = Duration::from_secs(86_400 * 365);

/// Why a conversation ended.
pub(super) enum Exit {
    /// This endpoint must enrol with a key of its own.
    Reenrol,
}

struct Session<'a> {
    parts: &'a Parts,
    client: &'a Arc<AgentClient>,
    signal: Signal,
    manifest: Arc<Notify>,
    commands: Arc<Notify>,
    tasks: JoinSet<()>,
    approved: bool,
}

/// Why a hello did not settle things.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

/// Talks until the server wants something that only a new session can give.
pub(super) async fn run(parts: &Parts, client: &Arc<AgentClient>, policies: &mut Policies, work: &Commands) -> Exit {
    let mut session = Session {
        parts,
        client,
        signal: Signal::default(),
        manifest: Arc::default(),
        commands: Arc::default(),
        tasks: JoinSet::new(),
        approved: false,
    };
    let (sender, news) = mpsc::channel(16);
    session.tasks.spawn(link::listen(Arc::clone(client), sender));
    let (report, known) = (policies.enforcer().report(), policies.known());
    let manifest = Arc::clone(&session.manifest);
    tokio::select! {
        exit = session.converse(news, known, report, work) => exit,
        () = policies.keep(client, &manifest) => Exit::Reenrol,
    }
}

impl Session<'_> {
    async fn converse(
        &mut self,
        mut news: mpsc::Receiver<News>,
        known: super::policies::Known,
        report: tokio::sync::watch::Receiver<serde_json::Value>,
        work: &Commands,
    ) -> Exit {
        let mut backoff = Backoff::default();
        let mut hello_at = Instant::now() + LINK_FIRST;
        let mut said = false;
        loop {
            tokio::select! {
                () = sleep_until(hello_at) => {}
                () = self.signal.0.hello.notified() => {}
                heard = news.recv() => match heard {
                    Some(News::Up(_)) => {}
                    Some(News::Nudges(nudges)) => {
                        if !self.look(&nudges).await {
                            continue;
                        }
                    }
                    // The link alone may be in trouble; the first hello is tried all the same.
                    Some(News::Down) if !said => {}
                    Some(News::Down) | None => continue,
                },
            }
            said = true;
            match self.hello(&known).await {
                Ok(Greeting::Reenrol) => return Exit::Reenrol,
                Ok(Greeting::Again) => hello_at = Instant::now(),
                Ok(Greeting::Welcome(welcome)) => {
                    backoff.reset();
                    hello_at = Instant::now() + self.settle(&welcome, &report, work);
                }
                Err(trouble) => {
                    let asked = match &trouble {
                        Trouble::Client(error) => error.retry_after(),
                        Trouble::Spool(_) => None,
                    };
                    let pause = backoff.pause(asked);
                    tracing::warn!(%trouble, ?pause, "the server did not welcome this endpoint; it is tried again");
                    hello_at = Instant::now() + pause;
                }
            }
        }
    }

    /// Follows nudges; true when a hello is due.
    async fn look(&self, nudges: &[Nudge]) -> bool {
        for nudge in nudges {
            match nudge.topic {
                Topic::Manifest => self.manifest.notify_one(),
                Topic::Commands => self.commands.notify_one(),
                Topic::Keys => self.renew_keys(nudge.version).await,
                Topic::Hello => return true,
            }
        }
        false
    }

    async fn renew_keys(&self, version: u64) {
        if version > self.client.record().keys.set.version
            && let Err(error) = self.client.renew_keys().await
        {
            // Should one be needed before the next hello, the first answer it signs fetches it.
            tracing::warn!(%error, "the server's new keys were not fetched");
        }
    }

    /// Replaces this endpoint's key when it is old, or when that was begun before: the server may believe the new one only.
    async fn renew_own_key(&self) -> Result<(), ClientError> {
        let now = self.client.clock().now();
        let old = self.client.record().key_since.is_some_and(|since| since + KEY_AGE <= now);
        if self.client.is_changing_key() || (self.approved && old) {
            self.client.change_key().await?;
            tracing::info!("this endpoint has a new key");
        }
        Ok(())
    }

    async fn hello(&self, known: &super::policies::Known) -> Result<Greeting, Trouble> {
        self.renew_own_key().await?;
        let spool = &self.parts.spool;
        // No batch may be under way while the two sides compare their marks.
        let _road = spool.road().await;
        let (epoch, lanes) = spool.stands();
        let facts = self.parts.endpoint.facts();
        let hello = Hello {
            protocol: (PROTOCOL, PROTOCOL),
            agent_version: facts.agent_version,
            hostname: facts.hostname,
            os: facts.os,
            os_name: facts.os_name,
            hardware_id: facts.hardware_id,
            boot_id: facts.boot_id,
            run_id: facts.run_id,
            features: facts.features,
            epoch,
            lanes,
            key_set: self.client.record().keys.set.version,
            clock_skew_ms: self.client.clock().skew_ms(),
        };
        let skew = hello.clock_skew_ms;
        let welcome = self.client.hello(&hello).await?;
        if welcome.reenrol {
            return Ok(Greeting::Reenrol);
        }
        for mark in welcome.marks.iter().filter(|mark| mark.epoch == epoch) {
            match spool.acknowledge(mark.clone()).await {
                Err(SpoolError::Disagrees { lane, last, .. }) => {
                    tracing::warn!(%lane, last, "the server holds another number than this endpoint");
                }
                result => {
                    result?;
                }
            }
        }
        self.renew_keys(welcome.key_set).await;
        if welcome.new_epoch || self.signal.0.new_epoch.swap(false, Ordering::Relaxed) {
            tracing::warn!("this endpoint's numbering and the server's memory do not agree; a new numbering begins");
            renumber(self.parts, "disagreement").await?;
            return Ok(Greeting::Again);
        }
        if self.client.clock().skew_ms() != skew {
            // The server set our clock right on the way: now it can be told by how much.
            return Ok(Greeting::Again);
        }
        if known.is_news(welcome.endpoint, welcome.manifest) {
            self.manifest.notify_one();
        }
        if welcome.commands > 0 {
            self.commands.notify_one();
        }
        Ok(Greeting::Welcome(welcome))
    }

    /// Starts what an approved endpoint does; gives when to say hello again.
    fn settle(
        &mut self,
        welcome: &Welcome,
        report: &tokio::sync::watch::Receiver<serde_json::Value>,
        work: &Commands,
    ) -> Duration {
        if welcome.state == EndpointState::Pending {
            return PENDING + up_to(PENDING);
        }
        if !self.approved {
            self.approved = true;
            tracing::info!(endpoint = %welcome.endpoint, "welcomed by the server");
            let (client, parts) = (self.client, self.parts);
            let linger = Duration::from_secs(welcome.linger_s.clamp(1, 600));
            let (spool, signal) = (parts.spool.clone(), self.signal.clone());
            self.tasks.spawn(uploader::upload(Arc::clone(client), spool, linger, signal));
            let endpoint = Arc::clone(&parts.endpoint);
            self.tasks.spawn(Reporter::default().run(Arc::clone(client), endpoint, report.clone()));
            self.tasks.spawn(work.clone().keep(Arc::clone(client), Arc::clone(&self.commands)));
        }
        QUIET + up_to(QUIET)
    }
}

enum Greeting {
    Welcome(Welcome),
    /// Something changed on the way that the server must hear of.
    Again,
    Reenrol,
}
