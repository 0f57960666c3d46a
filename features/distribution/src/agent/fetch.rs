//! The content that a job needs: fetched within its limit of bandwidth, for as long as its deadline lets, over stops and lost connections.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::sleep;
use yagura_agent_kit::{Blobs, CancellationToken, NoBlob, Pace};
use yagura_channel::wire::blob::{BlobHash, BlobPurpose, Content};
use yagura_vocabulary::{Clock, Time};

use super::{
    board::Board,
    gather,
    near::{Near, Taker},
    record::Key,
};
use crate::{
    bucket::Bucket,
    model::{Fetched, Job, PackageFile, Updates, Work},
};

const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(900);

/// Why there is no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The job was taken back.
    Recalled,
    /// Its deadline went by.
    Expired,
    /// It is not to be had.
    Failed(String),
}

/// Why it is not here after one attempt.
enum Missed {
    Recalled,
    Ever(String),
    Now(String),
}

/// What fetching needs.
pub(super) struct Fetch<'a> {
    pub(super) blobs: &'a Arc<dyn Blobs>,
    pub(super) near: &'a Arc<Near>,
    pub(super) board: &'a Board,
    pub(super) clock: &'a Arc<dyn Clock>,
    pub(super) key: Key,
    pub(super) folder: PathBuf,
    pub(super) bytes_per_second: u64,
    pub(super) deadline: Option<Time>,
    pub(super) recalled: &'a CancellationToken,
}

/// The contents of a job: hash and the name that the file has for the work.
pub(super) fn wanted(job: &Job) -> Vec<(BlobHash, String)> {
    match &job.work {
        Work::Install { files } => {
            let mut taken = BTreeSet::new();
            let mut own = |(at, file): (usize, &PackageFile)| {
                let name = plain(&file.name);
                let name = if taken.insert(name.clone()) { name } else { format!("{at}-{name}") };
                (file.blob, name)
            };
            files.iter().enumerate().map(&mut own).collect()
        }
        // A script's name is for people.
        Work::Script { blob, .. } => vec![(*blob, "script".to_owned())],
        Work::Updates { which: Updates::Listed { blob, .. } } => vec![(*blob, "packages".to_owned())],
        Work::Updates { .. } => Vec::new(),
    }
}

/// A file's name in which nothing means something to a package system: apt passes over a file with a colon in its name, as an epoch brings it.
fn plain(name: &str) -> String {
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || "._-+~".contains(letter);
    name.chars().map(|letter| if harmless(letter) { letter } else { '_' }).collect()
}

/// The bucket before each chunk, and the percents after it.
struct Paced<'a> {
    bucket: Bucket,
    fetch: &'a Fetch<'a>,
    /// Files before this one, and all.
    files: (u64, u64),
    told: u8,
    /// Who may have it nearer than the server.
    taker: Option<Taker>,
    /// What came from the server.
    by_server: u64,
    /// Asked for of the server, and not here yet.
    asked: u64,
}

#[async_trait]
impl Pace for Paced<'_> {
    async fn near(&mut self, content: &Content, chunk: usize) -> Option<Vec<u8>> {
        self.taker.as_mut()?.chunk(content, chunk).await
    }

    // The limit is for the line to the server: what neighbours give does not cross it.
    async fn may(&mut self, bytes: u64) {
        sleep(self.bucket.take(bytes, self.fetch.clock.now())).await;
        self.asked = bytes;
    }

    fn here(&mut self, bytes: u64, all: u64) {
        self.by_server += std::mem::take(&mut self.asked);
        let of_file = bytes.saturating_mul(100).checked_div(all).unwrap_or(100);
        let percent = (self.files.0 * 100 + of_file) / self.files.1.max(1);
        let percent = u8::try_from(percent.min(100)).unwrap_or(100);
        if percent != self.told {
            self.told = percent;
            self.fetch.board.fetched(self.fetch.key, percent);
        }
    }
}

impl Fetch<'_> {
    /// The files, in the order of the work, each checked once more where the work finds it.
    pub(super) async fn all(&self, wanted: &[(BlobHash, String)]) -> Result<Vec<PathBuf>, Stopped> {
        let mut files = Vec::new();
        let count = wanted.len() as u64;
        let bucket = Bucket::new(self.bytes_per_second, self.clock.now());
        let mut pace = Paced { bucket, fetch: self, files: (0, count), told: 101, taker: None, by_server: 0, asked: 0 };
        for (hash, name) in wanted {
            pace.files.0 = files.len() as u64;
            files.push(self.one(*hash, name, &mut pace).await?);
        }
        Ok(files)
    }

    async fn one(&self, hash: BlobHash, name: &str, pace: &mut Paced<'_>) -> Result<PathBuf, Stopped> {
        let place = self.folder.join("files").join(name);
        let mut pause = FIRST_PAUSE;
        loop {
            // What was gathered before a stop is not fetched again.
            if gather::is(&place, hash).await {
                return Ok(place);
            }
            let tried = self.attempt(hash, &place, pace).await;
            self.note(pace);
            // Only now, when what is kept for others is there: until then they wait for this one.
            if let Some(mut taker) = pace.taker.take() {
                taker.over().await;
            }
            let reason = match tried {
                Ok(()) => return Ok(place),
                Err(Missed::Recalled) => return Err(Stopped::Recalled),
                Err(Missed::Ever(reason)) => return Err(Stopped::Failed(format!("cannot fetch {name}: {reason}"))),
                Err(Missed::Now(reason)) => reason,
            };
            if self.deadline.is_some_and(|deadline| self.clock.now() > deadline) {
                return Err(Stopped::Expired);
            }
            tracing::warn!(rollout = %self.key.rollout, name, reason, ?pause, "content is not here yet; it is tried again");
            tokio::select! {
                () = self.recalled.cancelled() => return Err(Stopped::Recalled),
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(&self, hash: BlobHash, place: &Path, pace: &mut Paced<'_>) -> Result<(), Missed> {
        let fetched = tokio::select! {
            () = self.recalled.cancelled() => return Err(Missed::Recalled),
            fetched = self.wherever_it_is(hash, pace) => fetched,
        };
        let blob = match fetched {
            Ok(blob) => blob,
            Err(NoBlob::Ever(reason)) => return Err(Missed::Ever(reason)),
            Err(NoBlob::Now(reason)) => return Err(Missed::Now(reason)),
        };
        let taken = gather::take(&blob, place, hash).await;
        // Where it was not taken it is not what was asked for, whatever it is now.
        self.blobs.let_go(hash).await;
        taken.map_err(|error| Missed::Now(error.to_string()))?;
        self.near.keep(place, hash, &self.key.rollout.to_string(), self.deadline).await;
        Ok(())
    }

    /// From a neighbour where one has it, else from the server.
    async fn wherever_it_is(&self, hash: BlobHash, pace: &mut Paced<'_>) -> Result<PathBuf, NoBlob> {
        let taker = pace.taker.insert(Taker::new(self.near, hash, self.key.rollout.to_string()));
        taker.find(self.deadline).await;
        self.blobs.fetch(hash, BlobPurpose::Package, pace).await
    }

    /// Writes down what came from where.
    fn note(&self, pace: &mut Paced<'_>) {
        let server = std::mem::take(&mut pace.by_server);
        let neighbours = pace.taker.as_ref().map_or(0, Taker::taken);
        if let Err(error) = gather::add_fetched(&self.folder, Fetched { server, neighbours }) {
            tracing::warn!(%error, "from where content came is not written down");
        }
    }
}
