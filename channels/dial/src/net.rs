//! Opening the byte stream.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{ProxyChoice, ProxyError, Target};

/// What can be read and written like a socket.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// An open connection, whatever lies below it.
pub type Stream = Box<dyn Io>;

/// The connection could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The machine could not be reached.
    #[error("failed to connect to {0}: {1}")]
    Connect(Target, #[source] std::io::Error),
    /// The proxy stood in the way.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// TLS failed: most often a certificate that is not believed.
    #[error("failed to agree on TLS with {0}: {1}")]
    Tls(Target, #[source] std::io::Error),
    /// The name cannot stand in a certificate.
    #[error("`{0}` cannot be the name of a TLS server")]
    Name(String),
    /// It took too long.
    #[error("failed to connect to {0} within {1:?}")]
    Timeout(Target, Duration),
}

/// Opens connections to servers.
#[async_trait]
pub trait Dial: Send + Sync {
    /// Opens one connection, TLS included where the target asks for it.
    async fn dial(&self, target: &Target) -> Result<Stream, DialError>;
}

/// Over the machine's network: TCP, an HTTP proxy where one is due, TLS.
pub struct NetDial {
    tls: Arc<rustls::ClientConfig>,
    proxy: ProxyChoice,
    patience: Duration,
}

impl NetDial {
    /// Dials with this TLS configuration, through this proxy, giving up after 20 seconds.
    #[must_use]
    pub fn new(tls: Arc<rustls::ClientConfig>, proxy: ProxyChoice) -> Self {
        Self { tls, proxy, patience: Duration::from_secs(20) }
    }

    async fn open(&self, target: &Target) -> Result<Stream, DialError> {
        let stream = match self.proxy.proxy_for(target)? {
            None => tcp(target).await?,
            Some(proxy) => {
                let stream = tcp(&proxy.target).await?;
                proxy.connect(stream, target).await?
            }
        };
        if !target.tls {
            return Ok(stream);
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| DialError::Name(target.host.clone()))?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(name, stream).await.map_err(|error| DialError::Tls(target.clone(), error))?;
        Ok(Box::new(stream))
    }
}

#[async_trait]
impl Dial for NetDial {
    async fn dial(&self, target: &Target) -> Result<Stream, DialError> {
        match timeout(self.patience, self.open(target)).await {
            Ok(result) => result,
            Err(_) => Err(DialError::Timeout(target.clone(), self.patience)),
        }
    }
}

async fn tcp(target: &Target) -> Result<Stream, DialError> {
    let stream = TcpStream::connect((target.host.as_str(), target.port))
        .await
        .map_err(|error| DialError::Connect(target.clone(), error))?;
    // Requests are small and answered at once; waiting to fill a packet only adds delay.
    stream.set_nodelay(true).map_err(|error| DialError::Connect(target.clone(), error))?;
    Ok(Box::new(stream))
}
