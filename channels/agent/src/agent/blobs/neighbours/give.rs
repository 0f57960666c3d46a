//! The side that gives: a port that is open to the own segment, in which everything has a limit.

use std::{
    collections::HashSet,
    io,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::tls::{NearKey, key_of};
use crate::wire::{
    blob::BlobHash,
    key::PublicKey,
    neighbour::{chunk_head, pass_length},
};

/// So many may be about to show their pass: whoever has none keeps nobody with one waiting for long.
const AT_THE_DOOR: usize = 16;
/// Whoever has a pass shows it at once.
const OPENING: Duration = Duration::from_secs(4);
/// Between two chunks.
const IDLE: Duration = Duration::from_secs(30);
/// Whoever does not read a chunk in this time is cut off.
const WRITE: Duration = Duration::from_secs(30);

/// Why somebody was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// Its address is in none of this machine's networks.
    Far,
    /// As many as may be are here, or it is here already.
    Full,
    /// It speaks no TLS of ours, or too slowly.
    Opening,
    /// It has no pass that the server signed for it, for this machine, for now.
    Pass,
    /// What it asks for is not here, or not whole any more.
    NotHere,
    /// It does not read, or asks for nothing.
    Slow,
}

/// What is given, and to whom. The port asks it about everything.
#[async_trait]
pub trait Giver: Send + Sync + 'static {
    /// Whether this address is on a segment that this machine is on.
    fn is_near(&self, address: IpAddr) -> bool;

    /// The content that this pass lets the holder of the key have of this machine now.
    fn believe(&self, pass: &[u8], asker: PublicKey) -> Option<BlobHash>;

    /// A chunk of it, read and checked now; `None` where it is not here.
    async fn chunk(&self, blob: BlobHash, chunk: u32) -> Option<Vec<u8>>;

    /// Comes back when so many more bytes may be sent.
    async fn may(&self, bytes: u64);

    /// So many bytes were given.
    fn gave(&self, bytes: u64);

    /// Somebody was turned away.
    fn refused(&self, why: Refused);
}

/// What the connections share.
struct Port {
    giver: Arc<dyn Giver>,
    accept: TlsAcceptor,
    door: Arc<Semaphore>,
    inside: Arc<Semaphore>,
    who: Mutex<HashSet<[u8; 32]>>,
}

/// Takes an asker off the list when its connection ends.
struct Inside<'a>(&'a Port, PublicKey);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.who.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1.0);
    }
}

/// Gives to whoever has a pass, `at_once` at a time, until it is told to stop. All connections are at an end when this returns.
///
/// # Errors
/// When TLS cannot be set up.
pub async fn give(
    listener: TcpListener,
    key: &NearKey,
    at_once: u16,
    giver: Arc<dyn Giver>,
    stop: &CancellationToken,
) -> io::Result<()> {
    let config = key.server().map_err(io::Error::other)?;
    let port = Arc::new(Port {
        giver,
        accept: TlsAcceptor::from(Arc::new(config)),
        door: Arc::new(Semaphore::new(AT_THE_DOOR)),
        inside: Arc::new(Semaphore::new(at_once.into())),
        who: Mutex::default(),
    });
    let (tasks, end) = (TaskTracker::new(), stop.child_token());
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, from)) = accepted else {
            // The system has no room for one more: it may in a moment.
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        if !port.giver.is_near(from.ip().to_canonical()) {
            port.giver.refused(Refused::Far);
            continue;
        }
        let Ok(door) = Arc::clone(&port.door).try_acquire_owned() else {
            port.giver.refused(Refused::Full);
            continue;
        };
        let (port, end) = (Arc::clone(&port), end.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                why = serve(&port, stream, door) => if let Err(why) = why {
                    port.giver.refused(why);
                }
            }
        });
    }
    tasks.close();
    tasks.wait().await;
    Ok(())
}

/// One connection, from its first byte to its end.
async fn serve(port: &Port, stream: TcpStream, door: tokio::sync::OwnedSemaphorePermit) -> Result<(), Refused> {
    let (mut line, asker, pass) = timeout(OPENING, open(port, stream)).await.map_err(|_| Refused::Opening)??;
    drop(door);
    let blob = port.giver.believe(&pass, asker).ok_or(Refused::Pass)?;
    if !port.who.lock().unwrap_or_else(PoisonError::into_inner).insert(asker.0) {
        return Err(Refused::Full);
    }
    let _inside = Inside(port, asker);
    let _place = Arc::clone(&port.inside).try_acquire_owned().map_err(|_| Refused::Full)?;
    loop {
        let mut number = [0; 4];
        match timeout(IDLE, line.read_exact(&mut number)).await {
            Err(_) => return Err(Refused::Slow),
            // It has what it wanted.
            Ok(Err(_)) => return Ok(()),
            Ok(Ok(_)) => {}
        }
        let chunk = port.giver.chunk(blob, u32::from_be_bytes(number)).await.ok_or(Refused::NotHere)?;
        let head = chunk_head(chunk.len()).map_err(|_| Refused::NotHere)?;
        port.giver.may(chunk.len() as u64).await;
        let write = async {
            line.write_all(&head).await?;
            line.write_all(&chunk).await?;
            line.flush().await
        };
        match timeout(WRITE, write).await {
            Err(_) => return Err(Refused::Slow),
            Ok(Err(_)) => return Ok(()),
            Ok(Ok(())) => port.giver.gave(chunk.len() as u64),
        }
    }
}

/// TLS, the key that the other side has, and its pass, unread.
async fn open(port: &Port, stream: TcpStream) -> Result<(TlsStream<TcpStream>, PublicKey, Vec<u8>), Refused> {
    let opening = |_: io::Error| Refused::Opening;
    stream.set_nodelay(true).map_err(opening)?;
    let mut line = port.accept.accept(stream).await.map_err(opening)?;
    let shown = line.get_ref().1.peer_certificates().and_then(|shown| shown.first());
    let asker = shown.and_then(|shown| key_of(shown)).ok_or(Refused::Opening)?;
    let mut head = [0; 4];
    line.read_exact(&mut head).await.map_err(opening)?;
    let mut pass = vec![0; pass_length(head).map_err(|_| Refused::Opening)?];
    line.read_exact(&mut pass).await.map_err(opening)?;
    Ok((line, asker, pass))
}
