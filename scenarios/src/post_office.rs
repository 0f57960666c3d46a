//! A mail server for tests: real SMTP (RFC 5321), with STARTTLS, TLS, AUTH PLAIN and XOAUTH2, which keeps what it takes.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use yagura_vocabulary::{Clock as _, SystemClock, Time};

/// How it wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// In the clear.
    None,
    /// In the clear until the client asks for TLS (RFC 3207).
    Starttls,
    /// TLS from the first byte.
    Tls,
}

#[derive(Clone)]
enum Door {
    Plain,
    Starttls(TlsAcceptor),
    Tls(TlsAcceptor),
}

#[derive(Default)]
struct Desk {
    taken: Vec<(String, Time)>,
    /// What is said instead of taking the next mail's recipient.
    refusal: Option<String>,
    /// The next one who signs in is not let in.
    shut: bool,
    signed_in: Vec<String>,
}

/// The mail server, until the tests' runtime ends.
pub struct PostOffice {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    desk: Arc<Mutex<Desk>>,
}

impl PostOffice {
    /// Opens in the clear.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn open_plain() -> Self {
        Self::listen(Door::Plain).await
    }

    /// Opens with the certificate `server.pem` and the key `server.key` in `dir`.
    ///
    /// # Panics
    /// When they cannot be read, or it cannot listen.
    pub async fn open(dir: &Path, protection: Protection) -> Self {
        let tls = || {
            let chain = CertificateDer::pem_file_iter(dir.join("server.pem")).expect("the certificate can be read");
            let chain = chain.map(|one| one.expect("the certificate is one")).collect();
            let key = PrivateKeyDer::from_pem_file(dir.join("server.key")).expect("the key can be read");
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            let config = config.expect("ring has these versions").with_no_client_auth();
            TlsAcceptor::from(Arc::new(
                config.with_single_cert(chain, key).expect("key and certificate belong together"),
            ))
        };
        let door = match protection {
            Protection::None => Door::Plain,
            Protection::Starttls => Door::Starttls(tls()),
            Protection::Tls => Door::Tls(tls()),
        };
        Self::listen(door).await
    }

    async fn listen(door: Door) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let desk = Arc::new(Mutex::new(Desk::default()));
        let at = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (door, at) = (door.clone(), Arc::clone(&at));
                // A client that goes away in the middle is the client's matter.
                tokio::spawn(async move { drop(receive(stream, &door, &at).await) });
            }
        });
        Self { port, desk }
    }

    /// Answers so to the next recipient, once.
    pub fn refuse_once(&self, words: &str) {
        self.desk().refusal = Some(words.to_owned());
    }

    /// Does not let the next one in who signs in.
    pub fn shut_once(&self) {
        self.desk().shut = true;
    }

    /// Who signed in, as `name password`, or `name token`.
    #[must_use]
    pub fn signed_in(&self) -> Vec<String> {
        self.desk().signed_in.clone()
    }

    /// The mails that were taken so far, and when.
    #[must_use]
    pub fn letters(&self) -> Vec<(String, Time)> {
        self.desk().taken.clone()
    }

    /// What was taken, when it is `count` mails.
    ///
    /// # Panics
    /// When there are more, or fewer after half a minute.
    pub async fn taken(&self, count: usize) -> Vec<String> {
        let patience = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let taken: Vec<_> = self.letters().into_iter().map(|(mail, _)| mail).collect();
            if taken.len() >= count || tokio::time::Instant::now() > patience {
                assert_eq!(taken.len(), count, "{taken:?}");
                return taken;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }
}

async fn receive(stream: TcpStream, door: &Door, desk: &Mutex<Desk>) -> io::Result<()> {
    match door {
        Door::Plain => converse(BufStream::new(stream), desk, false).await.map(drop),
        Door::Tls(tls) => converse(BufStream::new(tls.accept(stream).await?), desk, false).await.map(drop),
        Door::Starttls(tls) => {
            let Some(plain) = converse(BufStream::new(stream), desk, true).await? else { return Ok(()) };
            let secure = tls.accept(plain.into_inner()).await?;
            talk(&mut BufStream::new(secure), desk, false).await.map(drop)
        }
    }
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
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
            "EHLO" => say(stream, "250-post.test\r\n250-8BITMIME\r\n250 AUTH PLAIN XOAUTH2").await?,
            "STARTTLS" => {
                say(stream, "220 go on").await?;
                return Ok(true);
            }
            "AUTH" => {
                let told = line.split_whitespace().nth(2).unwrap_or_default();
                let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, told);
                let bytes = decoded.map_err(io::Error::other)?;
                let who = if line.starts_with("AUTH XOAUTH2 ") {
                    let text = String::from_utf8_lossy(&bytes).replace('\u{1}', " ");
                    text.replace("user=", "").replace("auth=Bearer ", "").trim().to_owned()
                } else {
                    let parts: Vec<_> = bytes.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
                    parts.get(1..).unwrap_or_default().join(" ")
                };
                let shut = {
                    let mut desk = lock(desk);
                    desk.signed_in.push(who);
                    std::mem::take(&mut desk.shut)
                };
                say(stream, if shut { "535 5.7.8 not let in" } else { "235 welcome" }).await?;
            }
            "RCPT" => {
                let refusal = lock(desk).refusal.take();
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
                lock(desk).taken.push((mail, SystemClock.now()));
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
