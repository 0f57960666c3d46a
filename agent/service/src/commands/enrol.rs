//! `yagura-agent enrol`.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use yagura_agent_kit::Host;
use yagura_channel::{
    agent::{
        clock::ServerClock,
        enrol,
        identity::IdentityDir,
        runner::SharedSpool,
        spool::{Limits, Spool},
    },
    wire::enrol::Token,
};
use yagura_dial::Trust;
use yagura_vocabulary::{Clock as _, EndpointState, SystemClock};

use super::dial;
use crate::{config::Config, endpoint::facts, features::register, lock};

/// Enrols this machine and says what became of it.
pub(super) async fn enrol(
    dir: &Path,
    server: &str,
    token: &str,
    ca: Option<String>,
    again: bool,
) -> anyhow::Result<()> {
    private_dir(dir).with_context(|| format!("failed to create {}", dir.display()))?;
    let _lock = lock::take(dir)?;
    let config = Config::load(dir)?;
    let identity = IdentityDir::new(dir);
    // A damaged identity is a reason to enrol again, not one to refuse it.
    if let Ok(Some(known)) = identity.load()
        && !again
    {
        bail!(
            "this machine is endpoint {} of {} already; to enrol it anew add --again",
            known.record.endpoint,
            known.record.url
        );
    }
    let token: Token = token.parse()?;
    // Without authorities of its own the first answer is believed by its signature, so any certificate will do.
    let trust = match &ca {
        Some(pem) => Trust::Authorities { pem: pem.clone(), system: false },
        None => Trust::AnswerIsSigned,
    };
    let clock = ServerClock::new(Arc::new(SystemClock));
    let mut host = Host::new(Arc::new(clock.clone()), dir);
    register(&mut host);
    let facts = facts(&host.features());
    let authorities = ca.unwrap_or_default();
    let dial = dial(&trust, config.proxy()?)?;
    let (identity, state) =
        enrol::enrol(&identity, server, &token, &facts, &authorities, dial, &clock).await.context("failed to enrol")?;
    let spool = dir.join("spool");
    if spool.exists() {
        // Events of an earlier enrolment that were not sent go to the new endpoint, numbered from 1.
        let limits = Limits { bytes: config.spool_bytes(), ..Limits::default() };
        let spool = Spool::open(&spool, limits, clock.now()).context("failed to open the spool")?;
        SharedSpool::new(spool).new_epoch().await.context("failed to renumber the spool")?;
    }
    match state {
        EndpointState::Pending => {
            tracing::info!(endpoint = %identity.record.endpoint, "enrolled; an administrator must approve this endpoint");
        }
        _ => tracing::info!(endpoint = %identity.record.endpoint, "enrolled"),
    }
    Ok(())
}

/// Makes the data folder; only its owner may look inside.
fn private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
