//! Giving: the port is open while a policy has it so and something is kept, and the server knows what.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{net::TcpListener, task::JoinHandle};
use yagura_agent_kit::{CancellationToken, NoBlob};
use yagura_channel::{
    agent::blobs::neighbours::{Giver, Refused, give},
    wire::{
        blob::BlobHash,
        key::PublicKey,
        neighbour::{At, Doing, Gives},
    },
};
use yagura_vocabulary::Time;

use super::{Near, offered};
use crate::{bucket::Bucket, near::NearMode};

/// So often it looks whether the machine moved to another network, and whether something is over.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// After so long the server is told again what it did not hear.
const AGAIN: Duration = Duration::from_secs(10);
/// So often the server hears of it although nothing changed: it may have been put back to a backup.
const TELL_EVERY: Duration = Duration::from_secs(1_800);

/// An open port.
struct Open {
    how: Gives,
    stop: CancellationToken,
    work: JoinHandle<()>,
}

impl Open {
    async fn close(self) {
        self.stop.cancel();
        if self.work.await.is_err() {
            tracing::error!("what gives to neighbours ended in a panic");
        }
    }
}

/// What the server was told of a content, and when.
type Told = BTreeMap<BlobHash, (Vec<At>, Gives, Time, tokio::time::Instant)>;

/// Gives until it is told to stop.
pub(in crate::agent) async fn run(near: Arc<Near>, cancel: CancellationToken) {
    let (mut open, mut told) = (None::<Open>, Told::new());
    let mut policy = near.policy.clone();
    loop {
        policy.mark_unchanged();
        let wanted = near.policy();
        let limit = if wanted.mode == NearMode::Give { wanted.keep_bytes() } else { 0 };
        let (kept, now) = (Arc::clone(&near.kept), near.clock.now());
        // What cannot be removed was said where it could not.
        drop(tokio::task::spawn_blocking(move || kept.prune(now, limit)).await);
        let how = offered(&wanted).filter(|_| !near.kept.all().is_empty());
        if let Some(now_open) = open.take_if(|open| how != Some(open.how) || open.work.is_finished()) {
            now_open.close().await;
        }
        if open.is_none()
            && let Some(how) = how
        {
            open = begin(&near, how).await;
        }
        near.tell(wanted.mode);
        let all_told = tokio::select! {
            () = cancel.cancelled() => break,
            all_told = near.announce(open.as_ref().map(|open| open.how), &mut told) => all_told,
        };
        tokio::select! {
            () = cancel.cancelled() => break,
            changed = policy.changed() => if changed.is_err() { break },
            () = near.news.notified() => {}
            () = tokio::time::sleep(if all_told { LOOK_EVERY } else { AGAIN }) => {}
        }
    }
    if let Some(open) = open {
        open.close().await;
    }
}

/// Opens the port.
async fn begin(near: &Arc<Near>, how: Gives) -> Option<Open> {
    let listener = match TcpListener::bind((Ipv4Addr::UNSPECIFIED, how.port)).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(%error, port = how.port, "nothing is given to neighbours: the port cannot be opened");
            near.count(|counts| counts.unable = Some(format!("port {} cannot be opened: {error}", how.port)));
            return None;
        }
    };
    near.count(|counts| counts.unable = None);
    let stop = CancellationToken::new();
    let (giver, end) = (Arc::clone(near), stop.clone());
    let work = tokio::spawn(async move {
        let key = giver.key.clone();
        if let Err(error) = give(listener, &key, how.at_once, giver, &end).await {
            tracing::error!(%error, "nothing is given to neighbours");
        }
    });
    Some(Open { how, stop, work })
}

impl Near {
    /// Tells the server what is kept, where that is news. Gives whether it heard everything.
    async fn announce(&self, open: Option<Gives>, told: &mut Told) -> bool {
        let kept = if open.is_some() { self.kept.all() } else { BTreeMap::new() };
        let networks = self.system.networks();
        let gone: Vec<BlobHash> = told.keys().filter(|hash| !kept.contains_key(hash)).copied().collect();
        let mut all_told = true;
        for hash in gone {
            match self.ask(hash, "", Doing::Over, &[]).await {
                // What the server does not know is forgotten, too.
                Ok(_) | Err(NoBlob::Ever(_)) => drop(told.remove(&hash)),
                Err(NoBlob::Now(_)) => all_told = false,
            }
        }
        let Some(how) = open else { return all_told };
        for (hash, note) in kept {
            let known = told.get(&hash).is_some_and(|(at, gives, until, when)| {
                *at == networks && *gives == how && *until == note.until && when.elapsed() < TELL_EVERY
            });
            if known {
                continue;
            }
            match self.ask(hash, &note.given_for, Doing::Holds(note.until), &[]).await {
                Ok(_) => {
                    told.insert(hash, (networks.clone(), how, note.until, tokio::time::Instant::now()));
                }
                Err(error) => {
                    tracing::info!(%error, blob = %hash, "the server does not hear what is kept here");
                    all_told &= matches!(error, NoBlob::Ever(_));
                }
            }
        }
        all_told
    }
}

#[async_trait]
impl Giver for Near {
    fn is_near(&self, address: IpAddr) -> bool {
        self.system.networks().iter().any(|at| at.network.has(address))
    }

    fn believe(&self, pass: &[u8], asker: PublicKey) -> Option<BlobHash> {
        self.blobs.believe(pass, asker, self.key.public())
    }

    async fn chunk(&self, blob: BlobHash, chunk: u32) -> Option<Vec<u8>> {
        let (kept, now) = (Arc::clone(&self.kept), self.clock.now());
        let read = move || kept.chunk(blob, usize::try_from(chunk).ok()?, now);
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }

    async fn may(&self, bytes: u64) {
        let limit = self.policy().bytes_per_second;
        let pause = {
            let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
            if bucket.0 != limit {
                *bucket = (limit, Bucket::new(limit, self.clock.now()));
            }
            bucket.1.take(bytes, self.clock.now())
        };
        tokio::time::sleep(pause).await;
    }

    fn gave(&self, bytes: u64) {
        self.count(|counts| counts.given += bytes);
    }

    fn refused(&self, why: Refused) {
        self.count(|counts| counts.refuse(why));
    }
}
