//! How the endpoints reach the server: straight, each with a TLS session of its own, and watched for links.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use async_trait::async_trait;
use rustls::{ClientConfig, client::Resumption};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use yagura_dial::{Dial, DialError, NetDial, ProxyChoice, Stream, Target, TlsError, Trust, client_config};

use crate::warnings::Warnings;

/// An endpoint remembers so many TLS sessions: it knows one server.
const SESSIONS: usize = 4;

/// What stands at this moment, over all endpoints.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    open: Arc<AtomicUsize>,
    stopping: Arc<AtomicBool>,
}

impl Links {
    /// How many endpoints have their link open.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// From now on a link that ends is no error.
    pub(crate) fn stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

/// Authorities (PEM) and what was made of them.
type Believed = (String, Arc<ClientConfig>);

/// Makes the roads of all endpoints.
#[derive(Clone)]
pub(crate) struct Roads {
    links: Links,
    warnings: Warnings,
    /// Reading certificates takes long, and all endpoints believe the same ones.
    known: Arc<Mutex<Option<Believed>>>,
}

impl Roads {
    pub(crate) fn new(links: Links, warnings: Warnings) -> Self {
        Self { links, warnings, known: Arc::default() }
    }

    /// From now on a link that ends is no error.
    pub(crate) fn stopping(&self) {
        self.links.stopping();
    }

    /// A road that believes these authorities (PEM) and the system's.
    pub(crate) fn to_record(&self, url: &str, authorities: &str) -> Result<Arc<dyn Dial>, TlsError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let config = match &*known {
            Some((pem, config)) if pem == authorities => Arc::clone(config),
            _ => {
                // Without TLS (a gateway on the same machine) there is no certificate to believe.
                let trust = if url.starts_with("https:") {
                    Trust::Authorities { pem: authorities.to_owned(), system: true }
                } else {
                    Trust::AnswerIsSigned
                };
                let config = client_config(&trust)?;
                *known = Some((authorities.to_owned(), Arc::clone(&config)));
                config
            }
        };
        Ok(self.road(&config))
    }

    /// A road with this TLS configuration.
    pub(crate) fn road(&self, config: &ClientConfig) -> Arc<dyn Dial> {
        let mut own = config.clone();
        own.resumption = Resumption::in_memory_sessions(SESSIONS);
        let inner = NetDial::new(Arc::new(own), ProxyChoice::Direct);
        Arc::new(Road { inner, links: self.links.clone(), warnings: self.warnings.clone() })
    }
}

struct Road {
    inner: NetDial,
    links: Links,
    warnings: Warnings,
}

#[async_trait]
impl Dial for Road {
    async fn dial(&self, target: &Target) -> Result<Stream, DialError> {
        match self.inner.dial(target).await {
            Ok(inner) => Ok(Box::new(Watched {
                inner,
                links: self.links.clone(),
                warnings: self.warnings.clone(),
                stands: Stands::Unknown,
            })),
            Err(error) => {
                self.warnings.note(format!("no connection: {error}"));
                Err(error)
            }
        }
    }
}

/// What a connection is used for, by its first bytes in each direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Unknown,
    Asked,
    Link,
    Other,
}

struct Watched {
    inner: Stream,
    links: Links,
    warnings: Warnings,
    stands: Stands,
}

impl AsyncRead for Watched {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.inner).poll_read(cx, buf);
        let read = &buf.filled()[before..];
        if this.stands == Stands::Asked && !read.is_empty() {
            this.stands = if read.starts_with(b"HTTP/1.1 101") { Stands::Link } else { Stands::Other };
            if this.stands == Stands::Link {
                this.links.open.fetch_add(1, Ordering::Relaxed);
            }
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.stands == Stands::Unknown {
            let link = buf.starts_with(b"GET /agent/v1/link ");
            this.stands = if link { Stands::Asked } else { Stands::Other };
        }
        Pin::new(&mut this.inner).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.stands == Stands::Link {
            self.links.open.fetch_sub(1, Ordering::Relaxed);
            if !self.links.stopping.load(Ordering::Relaxed) {
                self.warnings.note("a link was lost".to_owned());
            }
        }
    }
}
