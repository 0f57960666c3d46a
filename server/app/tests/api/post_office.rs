//! A mail server for tests: real SMTP (RFC 5321), with STARTTLS, TLS and AUTH PLAIN, which keeps what it takes.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// How it wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    None,
    Starttls,
    Tls,
}

#[derive(Default)]
struct Desk {
    taken: Vec<String>,
    /// What is said instead of taking the next mail's recipient.
    refusal: Option<String>,
    signed_in: Vec<String>,
}

pub(crate) struct PostOffice {
    pub port: u16,
    desk: Arc<Mutex<Desk>>,
}

impl PostOffice {
    /// Opens with the certificate in `dir`.
    pub(crate) async fn open(dir: &Path, protection: Protection) -> Self {
        let chain = CertificateDer::pem_file_iter(dir.join("server.pem")).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(dir.join("server.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let desk = Arc::new(Mutex::new(Desk::default()));
        let at = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, at) = (tls.clone(), Arc::clone(&at));
                tokio::spawn(async move {
                    // A client that goes away in the middle is the client's matter.
                    let _: io::Result<()> = async {
                        if protection == Protection::Tls {
                            return converse(BufStream::new(tls.accept(stream).await?), &at, false).await.map(drop);
                        }
                        let plain = BufStream::new(stream);
                        let offered = protection == Protection::Starttls;
                        match converse(plain, &at, offered).await? {
                            Some(plain) => {
                                let secure = tls.accept(plain.into_inner()).await?;
                                talk(&mut BufStream::new(secure), &at, false).await.map(drop)
                            }
                            None => Ok(()),
                        }
                    }
                    .await;
                });
            }
        });
        Self { port, desk }
    }

    /// Answers so to the next recipient, once.
    pub(crate) fn refuse_once(&self, words: &str) {
        self.desk.lock().unwrap().refusal = Some(words.to_owned());
    }

    /// Who signed in, as `name password`.
    pub(crate) fn signed_in(&self) -> Vec<String> {
        self.desk.lock().unwrap().signed_in.clone()
    }

    /// What was taken, when it is `count` mails.
    pub(crate) async fn taken(&self, count: usize) -> Vec<String> {
        let patience = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let taken = self.desk.lock().unwrap().taken.clone();
            if taken.len() >= count || tokio::time::Instant::now() > patience {
                assert_eq!(taken.len(), count, "{taken:?}");
                return taken;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Greets and talks. Gives the stream back when the client wants TLS.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufStream<S>,
    desk: &Mutex<Desk>,
    starttls: bool,
) -> io::Result<Option<BufStream<S>>> {
    say(&mut stream, "220 post.test ESMTP").await?;
    Ok(talk(&mut stream, desk, starttls).await?.then_some(stream))
}

/// True when the client wants TLS.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufStream<S>,
    desk: &Mutex<Desk>,
    starttls: bool,
) -> io::Result<bool> {
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" if starttls => say(stream, "250-post.test\r\n250 STARTTLS").await?,
            "EHLO" => say(stream, "250-post.test\r\n250-8BITMIME\r\n250 AUTH PLAIN").await?,
            "STARTTLS" => {
                say(stream, "220 go on").await?;
                return Ok(true);
            }
            "AUTH" => {
                let told = line.trim().strip_prefix("AUTH PLAIN ").unwrap_or_default();
                let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, told).unwrap();
                let parts: Vec<_> = bytes.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
                desk.lock().unwrap().signed_in.push(parts[1..].join(" "));
                say(stream, "235 welcome").await?;
            }
            "RCPT" => {
                let refusal = desk.lock().unwrap().refusal.take();
                say(stream, &refusal.unwrap_or_else(|| "250 ok".to_owned())).await?;
            }
            "DATA" => {
                say(stream, "354 go on").await?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut mail).await? == 0 {
                        return Ok(false);
                    }
                }
                desk.lock().unwrap().taken.push(mail);
                say(stream, "250 2.0.0 kept").await?;
            }
            "QUIT" => {
                say(stream, "221 bye").await?;
                return Ok(false);
            }
            _ => say(stream, "250 ok").await?,
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>, words: &str) -> io::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes()).await?;
    stream.flush().await
}
