//! A publisher of feeds for tests: real TCP, TLS and HTTP/1.1 on this machine, and answers that no real server would give on request.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// A request that came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// With its query.
    pub(crate) path: String,
    /// By their names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A part of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.path.split_once('?')?;
        query.split('&').filter_map(|part| part.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// How an answer goes on behind its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// The connection ends before all has come that was promised.
    Cut,
    /// Nothing more comes.
    Silence,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    end: End,
}

impl Answer {
    pub(crate) fn of(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), end: End::Whole }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::of(200) }
    }

    pub(crate) fn to(location: &str) -> Self {
        Self::of(302).with("location", location)
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// So many bytes of the body, then the connection ends.
    pub(crate) fn cut(self) -> Self {
        Self { end: End::Cut, ..self }
    }

    /// Half of the body, and then nothing for ever.
    pub(crate) fn then_silence(self) -> Self {
        Self { end: End::Silence, ..self }
    }
}

/// It listens until the tests' runtime ends.
#[derive(Clone)]
pub(crate) struct Publisher {
    pub(crate) port: u16,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Publisher {
    /// Listens on this machine, with TLS where it is given one, and answers by a function.
    pub(crate) async fn open(
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let publisher = Self { port, scheme, asked: Arc::default() };
        let (own, answer) = (publisher.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (own, answer, tls) = (own.clone(), Arc::clone(&answer), tls.clone());
                tokio::spawn(async move {
                    // Whoever does not believe the certificate goes away.
                    match tls {
                        None => own.serve(stream, &*answer).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => own.serve(stream, &*answer).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        publisher
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.lock().clone()
    }

    /// The paths of all requests so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.lock().iter().map(|asked| asked.path.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request after the other; none when the connection has ended.
    async fn serve(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        answer: &(impl Fn(&Asked) -> Answer + ?Sized),
    ) -> Option<()> {
        let mut stream = BufStream::new(stream);
        loop {
            let asked = head(&mut stream).await?;
            self.lock().push(asked.clone());
            let Answer { status, headers, body, end } = answer(&asked);
            let length = if end == End::Whole { body.len() } else { body.len() + 1000 };
            let mut text = format!("HTTP/1.1 {status} X\r\n");
            if status != 304 {
                text.push_str(&format!("content-length: {length}\r\n"));
            }
            for (name, value) in headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            text.push_str("\r\n");
            stream.write_all(text.as_bytes()).await.ok()?;
            stream.write_all(&body).await.ok()?;
            stream.flush().await.ok()?;
            match end {
                End::Whole => {}
                End::Cut => return stream.shutdown().await.ok(),
                End::Silence => std::future::pending().await,
            }
        }
    }
}

async fn head(stream: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|count| *count > 0)?;
    let mut asked = Asked { path: line.split(' ').nth(1)?.to_owned(), ..Asked::default() };
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|count| *count > 0)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => {
                asked.headers.insert(name.to_lowercase(), value.trim().to_owned());
            }
            None => return Some(asked),
        }
    }
}

/// TLS with this certificate.
pub(crate) fn tls(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("ring has these versions").with_no_client_auth();
    TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).expect("key and certificate belong together")))
}
