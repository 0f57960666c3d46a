//! What is renewed under a running server: the keys that agents believe, and the certificate of its address.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use tokio::{sync::watch, time::sleep};
use tokio_rustls::TlsAcceptor;
use yagura_channel::server::Signer;
use yagura_organisation::keys_end;
use yagura_server_kit::Context;
use yagura_vocabulary::Time;

use crate::{config::Tls, listen};

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Keys are renewed when they end within this time. Agents that are off for longer still follow: the chain is signed.
const RENEW_BEFORE: Duration = Duration::from_secs(90 * 86_400);

/// Renews keys that end soon. Without the root, which may be kept elsewhere, the old ones go on and the health page says until
/// when.
pub(crate) fn renew_in_time(signer: &Signer, now: Time) -> anyhow::Result<()> {
    let end = keys_end(signer);
    if end.is_some_and(|end| end <= now + RENEW_BEFORE) && signer.has_root() {
        tracing::info!(?end, "the server's keys end soon: they are renewed");
        signer.renew(now, false).context("failed to renew the keys")?;
    }
    Ok(())
}

/// The certificate in use, and what it was read from.
pub(crate) struct Certificate {
    tls: Tls,
    read: Vec<u8>,
    acceptor: watch::Sender<TlsAcceptor>,
}

impl Certificate {
    pub(crate) fn open(tls: &Tls) -> anyhow::Result<Self> {
        let read = contents(tls)?;
        let acceptor = listen::tls(&tls.certificate, &tls.key)?;
        Ok(Self { tls: tls.clone(), read, acceptor: watch::Sender::new(acceptor) })
    }

    /// What to take connections with, always the newest.
    pub(crate) fn acceptor(&self) -> watch::Receiver<TlsAcceptor> {
        self.acceptor.subscribe()
    }

    /// Takes another certificate over that was put in the place of the one in use. Who renews writes two files one after the
    /// other: while they do not fit, the old ones go on.
    fn reload(&mut self) -> anyhow::Result<()> {
        let found = contents(&self.tls)?;
        if found != self.read {
            self.acceptor.send_replace(listen::tls(&self.tls.certificate, &self.tls.key)?);
            self.read = found;
            tracing::info!(certificate = %self.tls.certificate.display(), "another certificate is in use");
        }
        Ok(())
    }
}

fn contents(tls: &Tls) -> anyhow::Result<Vec<u8>> {
    let read = |file: &Path| std::fs::read(file).with_context(|| format!("failed to read {}", file.display()));
    Ok([read(&tls.certificate)?, read(&tls.key)?].concat())
}

/// Looks once. What cannot be renewed stays as it is, and is tried again.
pub(crate) fn look(ctx: &Context, certificate: &mut Certificate) {
    let signer = ctx.part::<Signer>();
    match signer.reload() {
        Ok(true) => tracing::info!(version = signer.version(), "renewed keys are in use"),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "the renewed keys cannot be used; the old ones go on"),
    }
    if let Err(error) = renew_in_time(signer, ctx.now()) {
        tracing::error!(?error, "the keys end soon and cannot be renewed");
    }
    if let Err(error) = certificate.reload() {
        tracing::warn!(?error, "the certificate in its place cannot be used; the one before goes on");
    }
}

/// Looks every few seconds until the server stops.
pub(crate) async fn watch(ctx: Context, mut certificate: Certificate) {
    let stop = ctx.stopping();
    while stop.run_until_cancelled(sleep(LOOK_EVERY)).await.is_some() {
        look(&ctx, &mut certificate);
    }
}
