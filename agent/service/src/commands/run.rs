//! `yagura-agent run`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use tokio::signal;
use yagura_agent_kit::CancellationToken;
use yagura_channel::agent::{
    clock::ServerClock,
    identity::IdentityDir,
    runner::{self, Endpoint, Parts, RunError, SharedSpool},
    spool::{Limits, Spool},
};
use yagura_vocabulary::{Clock as _, SystemClock};

use super::dialer;
use crate::{config::Config, endpoint::Machine, lock};

/// Watches and reports until the process is told to stop.
///
/// `gate_only` names the places on which programs may be stopped; everywhere when absent.
pub(super) async fn run(dir: &Path, gate_only: Option<Vec<PathBuf>>) -> anyhow::Result<()> {
    if IdentityDir::new(dir).load()?.is_none() {
        return Err(RunError::NotEnrolled.into());
    }
    let _lock = lock::wait(dir).await?;
    let config = Config::load(dir)?;
    let clock = ServerClock::new(Arc::new(SystemClock));
    let limits = Limits { bytes: config.spool_bytes(), ..Limits::default() };
    let spool = Spool::open(&dir.join("spool"), limits, clock.now()).context("failed to open the spool")?;
    let machine = Arc::new(
        Machine::new(Arc::new(clock.clone()), dir, gate_only).context("the features' events have no receiver")?,
    );
    let endpoint: Arc<dyn Endpoint> = Arc::clone(&machine) as Arc<dyn Endpoint>;
    let parts =
        Parts { dir: dir.to_owned(), endpoint, clock, spool: SharedSpool::new(spool), dial: dialer(config.proxy()?) };
    let (cancel, ended) = (CancellationToken::new(), CancellationToken::new());
    let stop = async {
        told_to_stop().await?;
        tracing::info!("stopping");
        // The conversation ends first, because a command that is being carried out would hold the features. What they say
        // at their end is still recorded.
        cancel.cancel();
        machine.stop().await;
        anyhow::Ok(())
    };
    tracing::info!(version = env!("CARGO_PKG_VERSION"), data = %dir.display(), "the agent starts");
    let (ran, stopped) = tokio::join!(
        async {
            let result = runner::run(parts, cancel.clone()).await;
            ended.cancel();
            result
        },
        async {
            tokio::select! {
                biased;
                result = stop => result,
                // The runner ended by itself: there is nobody left to stop.
                () = ended.cancelled() => Ok(()),
            }
        }
    );
    stopped?;
    ran.context("the agent ended")
}

/// Comes back at SIGTERM or SIGINT.
async fn told_to_stop() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate =
            signal::unix::signal(signal::unix::SignalKind::terminate()).context("failed to listen for SIGTERM")?;
        tokio::select! {
            _ = terminate.recv() => {}
            result = signal::ctrl_c() => result.context("failed to listen for SIGINT")?,
        }
    }
    #[cfg(not(unix))]
    signal::ctrl_c().await.context("failed to listen for Ctrl+C")?;
    Ok(())
}
