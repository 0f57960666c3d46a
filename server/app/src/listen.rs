//! Listening: TLS, HTTP/1.1 and 2, one task a connection, and an orderly end.

use std::{io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;
use yagura_server_kit::agent::PeerAddress;

use crate::unread::unread;

/// A peer has so long for its TLS handshake and for the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests under way have so long to end when the server stops.
const LAST_CALL: Duration = Duration::from_secs(10);

/// The TLS configuration of a certificate and its key.
pub(crate) fn tls(certificate: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("failed to read the certificate {}", certificate.display()))?;
    let key = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("failed to read the private key {}", key.display()))?;
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .context("failed to set TLS up")?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("failed to use the certificate with its key")?;
    // An agent's connection for requests is closed when it is idle. With a ticket it comes back without the expensive half of a
    // handshake; thousands that are nudged at once all come back at once.
    config.ticketer = rustls::crypto::ring::Ticketer::new().context("failed to make a key for TLS tickets")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Listens at an address.
pub(crate) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("failed to listen at {address}"))
}

/// Serves until `stop`, then lets what is under way end. Each connection is taken with what `tls` holds at that moment.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: watch::Receiver<TlsAcceptor>,
    router: Router,
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: waiting a moment lets some close.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let tls = tls.borrow().clone();
        tasks.spawn(connection(stream, peer, tls, router.clone(), stop.clone()));
    }
    tasks.close();
    if timeout(LAST_CALL, tasks.wait()).await.is_err() {
        tracing::warn!(open = tasks.len(), "connections were cut off");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, tls: TlsAcceptor, router: Router, stop: CancellationToken) {
    if let Err(error) = converse(stream, peer, tls, router, stop).await {
        tracing::debug!(%peer, %error, "a connection ended");
    }
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    tls: TlsAcceptor,
    router: Router,
    stop: CancellationToken,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    let stream =
        timeout(PATIENCE, tls.accept(stream)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    // A layer around the router would copy every one of its routes for every connection.
    let service = TowerToHyperService::new(router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(PeerAddress(peer.ip()));
        unread(request)
    }));
    let mut builder = Builder::new(TokioExecutor::new());
    // A small write buffer: thousands of connections idle for hours.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(16 * 1024);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        result = connection.as_mut() => return result,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}
