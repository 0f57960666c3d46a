//! Drives an endpoint: hello, events, state, policies, commands, keys, for ever.
//!
//! Nothing here ends because the server is away: everything is kept and tried again.

mod commands;
mod endpoint;
mod enforce;
mod journal;
mod policies;
mod recorder;
mod session;
mod state;
mod uploader;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;
use yagura_dial::{Dial, TlsError};
use yagura_vocabulary::{Clock as _, Event, Lane, Level};

use self::{commands::Commands, enforce::Enforcer, policies::Policies, session::Exit};
pub use self::{
    commands::INTERRUPTED,
    endpoint::{Endpoint, Facts},
    recorder::{SharedSpool, record},
    state::{POLICIES, SENSORS},
};
use super::{
    FileError,
    backoff::Backoff,
    client::{AgentClient, ClientError},
    clock::ServerClock,
    enrol::enrol,
    identity::{Identity, IdentityDir, IdentityError, Record},
    spool::SpoolError,
};

/// Makes what connects to the server of a record.
pub type Dialer = Arc<dyn Fn(&Record) -> Result<Arc<dyn Dial>, TlsError> + Send + Sync>;

/// What an endpoint consists of.
#[derive(Clone)]
pub struct Parts {
    /// Its folder: identity, policies and the journal of commands. The spool may lie there too.
    pub dir: PathBuf,
    /// What it does.
    pub endpoint: Arc<dyn Endpoint>,
    /// The time.
    pub clock: ServerClock,
    /// Where events wait.
    pub spool: SharedSpool,
    /// How it connects.
    pub dial: Dialer,
}

/// The endpoint cannot be driven at all.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It was never enrolled.
    #[error("this machine is not enrolled: run `yagura-agent enrol` first")]
    NotEnrolled,
    /// Its identity cannot be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The spool.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The certificate authorities cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server's address cannot be used.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// How the parts of a session ask for a hello.
#[derive(Debug, Clone, Default)]
struct Signal(Arc<Wanted>);

#[derive(Debug, Default)]
struct Wanted {
    hello: Notify,
    new_epoch: AtomicBool,
}

impl Signal {
    fn hello(&self) {
        self.0.hello.notify_one();
    }

    fn new_epoch(&self) {
        self.0.new_epoch.store(true, Ordering::Relaxed);
        self.hello();
    }
}

/// However often it is nudged, an agent fetches one thing at most once in this time.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// How long the endpoint may take to come to its end before what it still emits is no longer waited for.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Drives the endpoint until `cancel`: puts the last known policies in force, starts it, and talks to the server.
///
/// After `cancel` it still records what the endpoint emits until [`Endpoint::next_event`] gives `None`, for a few seconds.
///
/// # Errors
/// When the endpoint is not enrolled, or its files cannot be used. A server that is away is no error.
pub async fn run(parts: Parts, cancel: CancellationToken) -> Result<(), RunError> {
    let dir = IdentityDir::new(&parts.dir);
    let mut identity = dir.load()?.ok_or(RunError::NotEnrolled)?;
    let enforcer = |applied| Enforcer::new(Arc::clone(&parts.endpoint), parts.clock.clone(), applied);
    let mut policies = Policies::open(&parts.dir.join("policies"), enforcer)?;
    let enforcer = policies.enforcer().clone();
    let commands = Commands::open(&parts.dir.join("commands"), Arc::clone(&parts.endpoint), parts.clock.now())?;
    policies.apply_last_known().await;
    parts.endpoint.start().await;
    let recorder = {
        let (endpoint, spool) = (Arc::clone(&parts.endpoint), parts.spool.clone());
        tokio::spawn(async move { record(&*endpoint, &spool).await })
    };
    let talk = async {
        loop {
            let record = identity.record.clone();
            let dial = (parts.dial)(&record)?;
            let client = Arc::new(AgentClient::new(identity, dir.clone(), dial, parts.clock.clone())?);
            parts.endpoint.speaks_through(&client);
            match session::run(&parts, &client, &mut policies, &commands).await {
                Exit::Reenrol => identity = reenrol(&parts, &dir, &record).await?,
            }
        }
    };
    let result = tokio::select! {
        () = cancel.cancelled() => Ok(()),
        () = enforcer.keep_time() => Ok(()),
        result = talk => result,
    };
    if tokio::time::timeout(LAST_WORDS, recorder).await.is_err() {
        tracing::warn!("the endpoint did not come to its end in time");
    }
    parts.spool.sync().await?;
    result
}

/// This machine is a copy of another: it becomes an endpoint of its own, with what it has not sent yet.
async fn reenrol(parts: &Parts, dir: &IdentityDir, record: &Record) -> Result<Identity, RunError> {
    tracing::warn!(endpoint = %record.endpoint, "this machine looks like a copy of another endpoint; it enrols anew");
    let mut backoff = Backoff::default();
    let identity = loop {
        let outcome = match record.token.parse() {
            Ok(token) => {
                let (facts, dial) = (parts.endpoint.facts(), (parts.dial)(record)?);
                enrol(dir, &record.url, &token, &facts, &record.tls_authorities, dial, &parts.clock).await
            }
            Err(_) => Err(ClientError::Forbidden("the enrolment token was not kept".to_owned())),
        };
        match outcome {
            Ok((identity, _)) => break identity,
            Err(error) => {
                tracing::error!(%error, "enrolling anew failed; run `yagura-agent enrol` with a fresh token, or it is tried again");
                sleep(backoff.pause(error.retry_after())).await;
            }
        }
    };
    renumber(parts, "copied").await?;
    Ok(identity)
}

/// The kind of the event that says that a new numbering began.
pub const EPOCH_CHANGE: &str = "agent.epoch_change";

/// Begins a new numbering, and says so in it: something happened to this machine's disk, or to the server's. `reason` is
/// `copied` or `disagreement`.
async fn renumber(parts: &Parts, reason: &'static str) -> Result<(), SpoolError> {
    let (before, _) = parts.spool.stands();
    parts.spool.new_epoch().await?;
    let event = Event::new(parts.clock.now(), "agent", EPOCH_CHANGE);
    let mut event = event.with("reason", reason).with("epoch_before", before.to_string());
    event.level = Level::Alarm;
    parts.spool.append(Lane::Critical, &event)?;
    Ok(())
}
